// planted: double buffering that always writes the buffer it reads
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[512]=uniform:4 ro
// arg: f32[64]=undefined
// arg: i32=8
// finds: race

__global__ void pipeline(const float* x, float* y, int tiles) {
  __shared__ float buffer[2][64];
  const int t = threadIdx.x;
  float s = 0.0f;
  buffer[0][t] = x[t];
  __syncthreads();
  for (int k = 0; k < tiles; ++k) {
    const int now = 0;
    const int next = 0;
    if (k + 1 < tiles) buffer[next][t] = x[(k + 1) * 64 + t];  // <- and here
    s += buffer[now][t ^ 33];                                  // <- here
    __syncthreads();
  }
  y[t] = s;
}
