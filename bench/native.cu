// Whole kernels that bench/native.cpp runs on the virtual GPU and beside their loops in C++. Blocks of 256 threads.

constexpr int BLOCK = 256;

// y = a x + y
extern "C" __global__ void saxpy(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = 2.0f * x[i] + y[i];
}

__device__ float warp_sum(float v) {
  for (int d = 16; d > 0; d /= 2) v += __shfl_xor_sync(0xffffffffu, v, d);
  return v;
}

__device__ float warp_max(float v) {
  for (int d = 16; d > 0; d /= 2) v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, d));
  return v;
}

// Every thread gets the block's sum, or its maximum.
__device__ float block_all(float v, bool sum) {
  __shared__ float of_warp[BLOCK / 32];
  v = sum ? warp_sum(v) : warp_max(v);
  __syncthreads();
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = v;
  __syncthreads();
  v = of_warp[threadIdx.x % (BLOCK / 32)];
  for (int d = BLOCK / 64; d > 0; d /= 2) {
    const float other = __shfl_xor_sync(0xffffffffu, v, d);
    v = sum ? v + other : fmaxf(v, other);
  }
  return v;
}

// One number for each block: the sum of 8 x BLOCK elements.
extern "C" __global__ void sum(const float* x, float* y, int n) {
  float s = 0;
  for (int j = 0; j < 8; ++j) {
    const int i = (blockIdx.x * 8 + j) * BLOCK + threadIdx.x;
    if (i < n) s += x[i];
  }
  s = block_all(s, true);
  if (threadIdx.x == 0) y[blockIdx.x] = s;
}

// A block a row of n elements.
extern "C" __global__ void softmax(const float* x, float* y, int n) {
  x += blockIdx.x * n;
  y += blockIdx.x * n;
  float m = -__int_as_float(0x7f800000), s = 0;
  for (int j = threadIdx.x; j < n; j += BLOCK) m = fmaxf(m, x[j]);
  m = block_all(m, false);
  for (int j = threadIdx.x; j < n; j += BLOCK) s += expf(x[j] - m);
  s = 1.0f / block_all(s, true);
  for (int j = threadIdx.x; j < n; j += BLOCK) y[j] = expf(x[j] - m) * s;
}

// A block a row of n elements.
extern "C" __global__ void layernorm(const float* x, float* y, int n) {
  x += blockIdx.x * n;
  y += blockIdx.x * n;
  float s = 0, q = 0;
  for (int j = threadIdx.x; j < n; j += BLOCK) s += x[j];
  const float mean = block_all(s, true) / n;
  for (int j = threadIdx.x; j < n; j += BLOCK) q += (x[j] - mean) * (x[j] - mean);
  const float scale = rsqrtf(block_all(q, true) / n + 1e-5f);
  for (int j = threadIdx.x; j < n; j += BLOCK) y[j] = (x[j] - mean) * scale;
}

// Blocks of 32 x 8 threads, a tile of 32 x 32 each.
extern "C" __global__ void transpose(const float* x, float* y, int n) {
  __shared__ float tile[32][33];
  const int tx = threadIdx.x % 32, ty = threadIdx.x / 32;
  const int tiles = n / 32, row0 = blockIdx.x / tiles * 32, col0 = blockIdx.x % tiles * 32;
  for (int j = ty; j < 32; j += 8) tile[j][tx] = x[(row0 + j) * n + col0 + tx];
  __syncthreads();
  for (int j = ty; j < 32; j += 8) y[(col0 + j) * n + row0 + tx] = tile[tx][j];
}

// y = x x, n x n: a thread an element, tiles of 16 x 16.
extern "C" __global__ void matmul(const float* x, float* y, int n) {
  __shared__ float a[16][16], b[16][16];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const int tiles = n / 16, row = blockIdx.x / tiles * 16 + ty, col = blockIdx.x % tiles * 16 + tx;
  float sum = 0;
  for (int k0 = 0; k0 < n; k0 += 16) {
    a[ty][tx] = x[row * n + k0 + tx];
    b[ty][tx] = x[(k0 + ty) * n + col];
    __syncthreads();
    for (int k = 0; k < 16; ++k) sum += a[ty][k] * b[k][tx];
    __syncthreads();
  }
  y[row * n + col] = sum;
}
