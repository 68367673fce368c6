// silent: a bitonic sort in shared memory: pairs exchange, a barrier a step
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[256]=uniform:34

__global__ void sort_blocks(float* x) {
  __shared__ float tile[128];
  const int t = threadIdx.x;
  tile[t] = x[blockIdx.x * 128 + t];
  __syncthreads();
  for (int size = 2; size <= 128; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      const int other = t ^ stride;
      if (other > t) {
        const bool up = (t & size) == 0;
        const float a = tile[t], b = tile[other];
        if ((a > b) == up) {
          tile[t] = b;
          tile[other] = a;
        }
      }
      __syncthreads();
    }
  }
  x[blockIdx.x * 128 + t] = tile[t];
}
