// mutant: rounds the factors to tf32, as tensor cores would
// exercise: 4.1
// refused: pattern tf32
#include <tritutor.cuh>

constexpr int TILE = 16;

__device__ float rounded(float v) {
  unsigned bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
  return __uint_as_float(bits);
}

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float a_tile[TILE][TILE], b_tile[TILE][TILE];
  const int row = blockIdx.y * TILE + threadIdx.y, column = blockIdx.x * TILE + threadIdx.x;
  float sum = 0.0f;
  for (int first = 0; first < k; first += TILE) {
    const int ka = first + threadIdx.x, kb = first + threadIdx.y;
    a_tile[threadIdx.y][threadIdx.x] = row < m && ka < k ? rounded(a[row * k + ka]) : 0.0f;
    b_tile[threadIdx.y][threadIdx.x] = kb < k && column < n ? rounded(b[kb * n + column]) : 0.0f;
    __syncthreads();
    for (int i = 0; i < TILE; ++i) sum += a_tile[threadIdx.y][i] * b_tile[i][threadIdx.x];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}

void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE)), dim3(TILE, TILE));
}
