// planted: a barrier inside a branch that half of each warp takes; the other half waits for it in a shuffle
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:1 ro
// arg: f32[64]=undefined
// finds: barrier

__global__ void smooth(const float* x, float* y) {
  __shared__ float even[32];
  const int t = threadIdx.x;
  float v = x[t];
  if (t % 2 == 0) {
    even[t / 2] = v;
    __syncthreads();  // <- here
    v += even[(t / 2 + 1) % 32];
  }
  y[t] = v + __shfl_xor_sync(0xffffffff, v, 1);  // <- and here
}
