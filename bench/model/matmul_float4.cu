// 4.1 with 16-byte loads: from global memory where the sizes allow them, and from shared memory, a thread's rows and
// columns lying side by side four by four. BUFFERS = 2: the next pieces are loaded while these are multiplied.
#include <tritutor.cuh>

constexpr int TILE_M = 64;
constexpr int TILE_N = 64;
constexpr int DEPTH = 16;
constexpr int OWN_M = 4;
constexpr int OWN_N = 4;
constexpr int BUFFERS = 1;
constexpr int THREADS_X = TILE_N / OWN_N, THREADS_Y = TILE_M / OWN_M, THREADS = THREADS_X * THREADS_Y;
constexpr int A_LOADS = TILE_M * DEPTH / 4 / THREADS, B_LOADS = TILE_N * DEPTH / 4 / THREADS;
static_assert(A_LOADS > 0 && B_LOADS > 0);

float4 four(const float* row, int i, int n, bool inside) {
  if (inside && i + 3 < n && n % 4 == 0) return *reinterpret_cast<const float4*>(row + i);
  float4 v;
  v.x = inside && i < n ? row[i] : 0.0f;
  v.y = inside && i + 1 < n ? row[i + 1] : 0.0f;
  v.z = inside && i + 2 < n ? row[i + 2] : 0.0f;
  v.w = inside && i + 3 < n ? row[i + 3] : 0.0f;
  return v;
}

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ __align__(16) float a_tile[BUFFERS][DEPTH][TILE_M + 4];
  __shared__ __align__(16) float b_tile[BUFFERS][DEPTH][TILE_N];
  const int t = threadIdx.x, tx = t % THREADS_X, ty = t / THREADS_X;
  const int row0 = blockIdx.y * TILE_M, col0 = blockIdx.x * TILE_N;
  float acc[OWN_M][OWN_N] = {};
  float4 a_next[A_LOADS], b_next[B_LOADS];

  const auto load = [&](int k0) {
    for (int l = 0; l < A_LOADS; ++l) {
      const int e = l * THREADS + t, r = row0 + e / (DEPTH / 4), q = e % (DEPTH / 4) * 4;
      a_next[l] = four(a + static_cast<long long>(r) * k, k0 + q, k, r < m);
    }
    for (int l = 0; l < B_LOADS; ++l) {
      const int e = l * THREADS + t, r = k0 + e / (TILE_N / 4), q = e % (TILE_N / 4) * 4;
      b_next[l] = four(b + static_cast<long long>(r) * n, col0 + q, n, r < k);
    }
  };
  const auto store = [&](int buffer) {
    for (int l = 0; l < A_LOADS; ++l) {
      const int e = l * THREADS + t, r = e / (DEPTH / 4), q = e % (DEPTH / 4) * 4;
      a_tile[buffer][q][r] = a_next[l].x, a_tile[buffer][q + 1][r] = a_next[l].y;
      a_tile[buffer][q + 2][r] = a_next[l].z, a_tile[buffer][q + 3][r] = a_next[l].w;
    }
    for (int l = 0; l < B_LOADS; ++l) {
      const int e = l * THREADS + t;
      *reinterpret_cast<float4*>(&b_tile[buffer][e / (TILE_N / 4)][e % (TILE_N / 4) * 4]) = b_next[l];
    }
  };
  const auto multiply = [&](int buffer) {
    for (int kk = 0; kk < DEPTH; ++kk) {
      float a_own[OWN_M], b_own[OWN_N];
      for (int i = 0; i < OWN_M; i += 4)
        *reinterpret_cast<float4*>(a_own + i) =
            *reinterpret_cast<const float4*>(&a_tile[buffer][kk][i / 4 * (TILE_M / (OWN_M / 4)) + ty * 4]);
      for (int j = 0; j < OWN_N; j += 4)
        *reinterpret_cast<float4*>(b_own + j) =
            *reinterpret_cast<const float4*>(&b_tile[buffer][kk][j / 4 * (TILE_N / (OWN_N / 4)) + tx * 4]);
      for (int i = 0; i < OWN_M; ++i)
        for (int j = 0; j < OWN_N; ++j) acc[i][j] += a_own[i] * b_own[j];
    }
  };

  load(0);
  store(0);
  __syncthreads();
  int buffer = 0;
  for (int k0 = DEPTH; k0 < k; k0 += DEPTH) {
    if (BUFFERS == 2) {
      load(k0);
      multiply(buffer);
      buffer ^= 1;
      store(buffer);
    } else {
      multiply(0);
      __syncthreads();
      load(k0);
      store(0);
    }
    __syncthreads();
  }
  multiply(buffer);

  for (int i = 0; i < OWN_M; ++i)
    for (int j = 0; j < OWN_N; ++j) {
      const int row = row0 + i / 4 * (TILE_M / (OWN_M / 4)) + ty * 4 + i % 4;
      const int col = col0 + j / 4 * (TILE_N / (OWN_N / 4)) + tx * 4 + j % 4;
      if (row < m && col < n) c[static_cast<long long>(row) * n + col] = acc[i][j];
    }
}

void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.n, TILE_N), cdiv(p.m, TILE_M)), THREADS);
}
