// Adjacent scalar accesses of shared memory, some of which ptxas merges into wider ones; for compare.py. Blocks of 64.

#define KERNEL extern "C" __global__ void
#define HEAD                                     \
  __shared__ float s[1024];                      \
  __shared__ float q[1024];                      \
  const int t = threadIdx.x;                     \
  for (int i = t; i < 1024; i += blockDim.x) {   \
    s[i] = x[i];                                 \
    q[i] = x[1023 - i];                          \
  }                                              \
  __syncthreads();                               \
  const int b = (t & 7) * 4;

KERNEL quad(const float* x, float* y, int n) { HEAD y[t] = s[b] + s[b + 1] + s[b + 2] + s[b + 3] + q[n]; }
KERNEL pair_at_2(const float* x, float* y, int n) { HEAD y[t] = s[b + 2] + s[b + 3] + q[n]; }
KERNEL pair_at_1(const float* x, float* y, int n) { HEAD y[t] = s[b + 1] + s[b + 2] + q[n]; }
KERNEL three_of_four(const float* x, float* y, int n) { HEAD y[t] = s[b + 1] + s[b + 2] + s[b + 3] + q[n]; }
KERNEL outer_two(const float* x, float* y, int n) { HEAD y[t] = s[b] + s[b + 3] + q[n]; }
KERNEL across(const float* x, float* y, int n) { HEAD y[t] = s[b + 2] + s[b + 3] + s[b + 4] + s[b + 5] + q[n]; }
KERNEL unaligned(const float* x, float* y, int n) { HEAD y[t] = s[t] + s[t + 1] + s[t + 2] + s[t + 3] + q[n]; }
KERNEL stride_3(const float* x, float* y, int n) { HEAD y[t] = s[t * 3] + s[t * 3 + 1] + s[t * 3 + 2] + q[n]; }
KERNEL stride_6(const float* x, float* y, int n) {
  HEAD y[t] = s[t * 6] + s[t * 6 + 1] + s[t * 6 + 2] + s[t * 6 + 3] + q[n];
}
KERNEL runtime_stride(const float* x, float* y, int n) { 
  HEAD const int c = (t & 15) * n;
  y[t] = s[c] + s[c + 1] + s[c + 2] + q[n];
}
KERNEL runtime_quad(const float* x, float* y, int n) {
  HEAD const int c = n * 4 + b;
  y[t] = s[c] + s[c + 1] + s[c + 2] + s[c + 3] + q[n];
}
KERNEL store_between(const float* x, float* y, int n) {
  HEAD const float a = s[b];
  s[512 + t] = a;
  y[t] = a + s[b + 1] + q[n];
}
KERNEL other_store_between(const float* x, float* y, int n) {
  HEAD const float a = s[b];
  q[512 + t] = a;
  y[t] = a + s[b + 1] + q[n];
}
KERNEL syncwarp_between(const float* x, float* y, int n) {
  HEAD const float a = s[b];
  __syncwarp();
  y[t] = a + s[b + 1] + q[n];
}
KERNEL shuffle_between(const float* x, float* y, int n) {
  HEAD const float a = s[b];
  const float r = __shfl_xor_sync(~0u, a, 1);
  y[t] = r + a + s[b + 1] + q[n];
}
KERNEL volatile_pair(const float* x, float* y, int n) {
  HEAD volatile float* v = s;
  y[t] = v[b] + v[b + 1] + q[n];
}
KERNEL stores(const float* x, float* y, int n) {
  HEAD const float a = x[t * 2], c = x[t * 2 + 1], d = x[t + 5];
  __syncthreads();
  s[t * 4] = a;
  s[t * 4 + 1] = c;
  s[t * 4 + 2] = d;
  __syncthreads();
  q[t * 4] = a;
  q[t * 4 + 1] = c;
  q[t * 4 + 2] = d;
  q[t * 4 + 3] = d + 1;
  __syncthreads();
  y[t] = s[b] + q[n];
}
KERNEL unrolled_64(const float* x, float* y, int n) {
  HEAD float a = 0;
#pragma unroll
  for (int i = 0; i < 64; ++i) a = fmaf(a, s[(t & 3) * 64 + i], q[(t & 1) * 64 + i]);
  y[t] = a + q[n];
}
KERNEL loop(const float* x, float* y, int n) {
  HEAD float a = 0;
  for (int i = 0; i < n; ++i) a += s[i];
  y[t] = a;
}
KERNEL loop_rows(const float* x, float* y, int n) {
  HEAD float a = 0;
  for (int i = 0; i < n; ++i) a += s[t * 8 + i] * q[i];
  y[t] = a;
}
KERNEL loop_unroll_4(const float* x, float* y, int n) {
  HEAD float a = 0;
#pragma unroll 4
  for (int i = 0; i < n; ++i) a += s[t * 8 + i] * q[i];
  y[t] = a;
}
KERNEL loop_by_4(const float* x, float* y, int n) {
  HEAD float a = 0;
  for (int i = 0; i < n; i += 4) a += s[i] + s[i + 1] + s[i + 2] + s[i + 3];
  y[t] = a;
}
KERNEL bytes(const float* x, float* y, int n) {
  HEAD const unsigned char* c = reinterpret_cast<unsigned char*>(s);
  y[t] = c[b] + c[b + 1] + c[b + 2] + c[b + 3] + q[n];
}
KERNEL doubles(const float* x, float* y, int n) {
  HEAD const double* d = reinterpret_cast<double*>(s);
  y[t] = static_cast<float>(d[b] + d[b + 1] + d[b + 2]) + q[n];
}
KERNEL vectors(const float* x, float* y, int n) {
  HEAD const float2* v = reinterpret_cast<float2*>(s);
  const float2 c = v[b], d = v[b + 1];
  y[t] = c.x + c.y + d.x * d.y + q[n];
}
KERNEL conditional(const float* x, float* y, int n) {
  HEAD float a = 0;
  if (t < n) a = s[b] + s[b + 1] + q[b + 2] * q[b + 3];
  y[t] = a;
}
KERNEL matmul_16(const float* x, float* y, int n) {
  __shared__ float a[16][16], b[16][16];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float sum = 0;
  for (int k0 = 0; k0 < n; k0 += 16) {
    a[ty][tx] = x[ty * n + k0 + tx];
    b[ty][tx] = x[(k0 + ty) * 16 + tx];
    __syncthreads();
    for (int k = 0; k < 16; ++k) sum += a[ty][k] * b[k][tx];
    __syncthreads();
  }
  y[threadIdx.x] = sum;
}
KERNEL matmul_32(const float* x, float* y, int n) {
  __shared__ float a[32][32], b[32][32];
  const int tx = threadIdx.x, ty = threadIdx.y;
  float sum = 0;
  for (int k0 = 0; k0 < n; k0 += 32) {
    a[ty][tx] = x[ty * n + k0 + tx];
    b[ty][tx] = x[(k0 + ty) * 32 + tx];
    __syncthreads();
    for (int k = 0; k < 32; ++k) sum += a[ty][k] * b[k][tx];
    __syncthreads();
  }
  y[ty * 32 + tx] = sum;
}
KERNEL transpose_32(const float* x, float* y, int n) {
  __shared__ float tile[32][32];
  for (int j = threadIdx.y; j < 32; j += 8) tile[j][threadIdx.x] = x[j * n + threadIdx.x];
  __syncthreads();
  for (int j = threadIdx.y; j < 32; j += 8) y[j * n + threadIdx.x] = tile[threadIdx.x][j];
}
KERNEL tree(const float* x, float* y, int n) {
  __shared__ float s[256];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int d = 128; d > 0; d /= 2) {
    if (t < d) s[t] += s[t + d];
    __syncthreads();
  }
  if (t == 0) y[0] = s[0];
}
