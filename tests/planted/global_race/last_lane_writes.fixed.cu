// fixed: after a __syncwarp()
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[1]=uniform:3
// arg: f32[32]=undefined

__global__ void take(float* sum, float* y) {
  const float s = sum[0];
  __syncwarp();
  if (threadIdx.x == 31) sum[0] = 0.0f;
  y[threadIdx.x] = s;
}
