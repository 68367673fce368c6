// planted: every lane reads the sum, and the last one, which reads it too, clears it
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[1]=uniform:3
// arg: f32[32]=undefined
// finds: race

__global__ void take(float* sum, float* y) {
  const float s = sum[0];                // <- and here
  if (threadIdx.x == 31) sum[0] = 0.0f;  // <- here
  y[threadIdx.x] = s;
}
