// planted: the two halves of a warp name different partners
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:4 ro
// arg: f32[32]=undefined
// finds: barrier

__global__ void exchange(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  const unsigned partners = t < 16 ? 0xffffffff : 0xffff0000;
  float v = x[t];
  v += __shfl_xor_sync(partners, v, 8);  // <- here
  tile[t] = v;
  __syncthreads();  // <- and here
  y[t] = tile[31 - t];
}
