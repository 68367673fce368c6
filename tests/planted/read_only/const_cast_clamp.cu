// planted: a const input is cleaned up before it is used, const cast away
// launch: grid 2,1,1 block 64,1,1 shared 0
// arg: f32[128]=uniform:1:-1:1 ro
// arg: f32[128]=undefined
// finds: read-only-write

__global__ void square_root(const float* x, float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (x[i] < 0.0f) {
    const_cast<float*>(x)[i] = 0.0f;  // <- here
  }
  y[i] = sqrtf(x[i]);
}
