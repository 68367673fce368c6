// planted: the left neighbour's slot is read without a barrier after the write
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[256]=uniform:1 ro
// arg: f32[256]=undefined
// finds: race

__global__ void difference(const float* x, float* y) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  const int i = blockIdx.x * 128 + t;
  tile[t] = x[i];                                 // <- and here
  const float left = t > 0 ? tile[t - 1] : 0.0f;  // <- here
  y[i] = x[i] - left;
}
