// mutant: rows of a and c are taken to be m long: right for square matrices only
// refused: case rectangular
#include <tritutor.cuh>

constexpr int TILE = 32;   // rows and columns of C a block makes
constexpr int DEPTH = 16;  // steps along k at a time
constexpr int SIDE = 8;    // threads along each side of the block
constexpr int OWN = TILE / SIDE;

extern "C" __global__ void batched_matmul(const float* a, const float* b, float* c, int batch, int m, int n, int k) {
  const long long z = blockIdx.z;  // 64 bits: batch * m * k may pass 2^31 although m * k does not
  a += z * m * k;
  b += z * k * n;
  c += z * m * n;

  __shared__ float a_tile[DEPTH][TILE + 1];  // + 1: the transposing stores spread over the banks
  __shared__ float b_tile[DEPTH][TILE];

  const int tx = threadIdx.x, ty = threadIdx.y, t = ty * SIDE + tx;
  const int row0 = blockIdx.y * TILE, col0 = blockIdx.x * TILE;
  float acc[OWN][OWN] = {};

  for (int k0 = 0; k0 < k; k0 += DEPTH) {
    for (int first = 0; first < TILE * DEPTH; first += SIDE * SIDE) {
      const int e = first + t;  // element of a piece; e % ... runs along a row of memory in both
      const int i = row0 + e / DEPTH, ka = k0 + e % DEPTH;
      a_tile[e % DEPTH][e / DEPTH] = i < m && ka < k ? a[i * m + ka] : 0.0f;
      const int kb = k0 + e / TILE, j = col0 + e % TILE;
      b_tile[e / TILE][e % TILE] = kb < k && j < n ? b[kb * n + j] : 0.0f;
    }
    __syncthreads();

    for (int kk = 0; kk < DEPTH; ++kk) {
      float a_own[OWN], b_own[OWN];
      for (int i = 0; i < OWN; ++i) a_own[i] = a_tile[kk][ty + i * SIDE];
      for (int j = 0; j < OWN; ++j) b_own[j] = b_tile[kk][tx + j * SIDE];
      for (int i = 0; i < OWN; ++i)
        for (int j = 0; j < OWN; ++j) acc[i][j] += a_own[i] * b_own[j];
    }
    __syncthreads();
  }

  for (int i = 0; i < OWN; ++i)
    for (int j = 0; j < OWN; ++j) {
      const int row = row0 + ty + i * SIDE, col = col0 + tx + j * SIDE;
      if (row < m && col < n) c[row * m + col] = acc[i][j];
    }
}

void launch(Plan& plan, const Problem& p) {
  plan.run("batched_matmul", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE), p.batch), dim3(SIDE, SIDE));
}
