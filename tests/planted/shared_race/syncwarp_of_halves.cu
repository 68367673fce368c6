// planted: each half of a warp syncs by itself, and reads the other half's slots
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:16 ro
// arg: f32[32]=undefined
// finds: race

__global__ void swap_halves(const float* x, float* y) {
  __shared__ float tile[32];
  const int t = threadIdx.x;
  tile[t] = x[t];  // <- and here
  __syncwarp(t < 16 ? 0x0000ffff : 0xffff0000);
  y[t] = tile[t ^ 16];  // <- here
}
