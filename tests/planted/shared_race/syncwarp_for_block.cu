// planted: __syncwarp where the reader's slot was written by another warp
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[64]=uniform:15 ro
// arg: f32[64]=undefined
// finds: race
// also: uninitialized

__global__ void swap_warps(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  tile[t] = x[t];  // <- and here
  __syncwarp();
  y[t] = tile[t ^ 32];  // <- here
}
