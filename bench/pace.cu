// Loops whose pace on the virtual GPU bench/pace.cpp measures.

// Arithmetic alone: 32 dependent and independent FMAs for each turn of the loop.
extern "C" __global__ void fma_loop(const float* x, float* y, int turns) {
  float a = x[0], b = x[1];
  float s0 = threadIdx.x, s1 = s0 + 1, s2 = s0 + 2, s3 = s0 + 3;
  for (int i = 0; i < turns; ++i) {
#pragma unroll
    for (int k = 0; k < 8; ++k) {
      s0 = s0 * a + b;
      s1 = s1 * a + b;
      s2 = s2 * a + b;
      s3 = s3 * a + b;
    }
  }
  y[blockIdx.x * blockDim.x + threadIdx.x] = s0 + s1 + s2 + s3;
}

// A tile from global to shared memory, two barriers, then two shared loads for each FMA.
extern "C" __global__ void load_shared_fma(const float* x, float* y, int turns) {
  __shared__ float tile[256];
  const int t = threadIdx.x;
  float sum = 0;
  for (int i = 0; i < turns; ++i) {
    tile[t] = x[i * 256 + t];
    __syncthreads();
#pragma unroll
    for (int k = 0; k < 8; ++k) sum += tile[(t + 32 * k) & 255] * tile[k];
    __syncthreads();
  }
  y[blockIdx.x * 256 + t] = sum;
}

// Odd and even lanes in loops of their own: half of every warp is masked off.
extern "C" __global__ void divergent(const float* x, float* y, int turns) {
  const float a = x[0];
  float s = threadIdx.x;
  if (threadIdx.x & 1) {
    for (int i = 0; i < turns; ++i) {
#pragma unroll
      for (int k = 0; k < 16; ++k) s = s * a + 1.5f;
    }
  } else {
    for (int i = 0; i < turns; ++i) {
#pragma unroll
      for (int k = 0; k < 16; ++k) s = s * a - 2.5f;
    }
  }
  y[blockIdx.x * blockDim.x + threadIdx.x] = s;
}
