// 4.2 Fused linear layer, the fast one: C = ReLU(A B + bias), the bias running along the columns of C.
//
// The product is that of 4.1's tiled_matmul_fast.cu, where its register tiles, float4, lanes in a rectangle and double
// buffering are explained; only the epilogue is new. 128 sums wait for it in each thread's registers, and it costs them
// one addition and one maximum each, against k multiply-adds.
//
// To notice:
// - bias is read as float4 where the columns of C are, by the same rule: n must be a multiple of 4.
// - Past the last column load4 gives a bias of 0, so the epilogue needs no mask, only the store does.
#include <tritutor.cuh>

constexpr int ROWS = 128, COLS = 256;        // of C a block makes
constexpr int DEPTH = 8;                     // steps along k at a time
constexpr int OWN_ROWS = 8, OWN_COLS = 16;   // of C a thread makes, four and four next to each other
constexpr int LANE_ROWS = 8, LANE_COLS = 4;  // how the lanes of a warp stand
constexpr int THREADS = ROWS / OWN_ROWS * (COLS / OWN_COLS);
constexpr int WARP_ROWS = LANE_ROWS * OWN_ROWS, WARP_COLS = LANE_COLS * OWN_COLS;          // of C a warp makes
constexpr int A_QUADS = ROWS * DEPTH / 4 / THREADS, B_QUADS = COLS * DEPTH / 4 / THREADS;  // float4 a thread carries

/// An element and the three behind it as one: 16 bytes, which must begin at a multiple of 16.
__device__ float4& as_float4(float& first) { return reinterpret_cast<float4&>(first); }
__device__ const float4& as_float4(const float& first) { return reinterpret_cast<const float4&>(first); }

/// The elements col to col + 3 of a row; 0 where the row has ended, or is not there at all.
template <bool WIDE>
__device__ float4 load4(const float* row, int col, int cols, bool there) {
  float4 v = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  if (WIDE) {  // cols is a multiple of 4: all four are inside, or none
    if (there && col < cols) v = as_float4(row[col]);
  } else if (there) {
    if (col < cols) v.x = row[col];
    if (col + 1 < cols) v.y = row[col + 1];
    if (col + 2 < cols) v.z = row[col + 2];
    if (col + 3 < cols) v.w = row[col + 3];
  }
  return v;
}

template <bool WIDE>
__device__ void store4(float* row, int col, int cols, float4 v) {
  if (WIDE) {
    if (col < cols) as_float4(row[col]) = v;
  } else {
    if (col < cols) row[col] = v.x;
    if (col + 1 < cols) row[col + 1] = v.y;
    if (col + 2 < cols) row[col + 2] = v.z;
    if (col + 3 < cols) row[col + 3] = v.w;
  }
}

template <bool WIDE>
__device__ void product(const float* a, const float* b, const float* bias, float* c, int m, int n, int k) {
  __shared__ float a_tile[2][DEPTH][ROWS + 4];  // transposed; + 4 spreads its stores and keeps its float4 aligned
  __shared__ float b_tile[2][DEPTH][COLS];

  const int t = threadIdx.x, lane = t % 32, warp = t / 32;
  const int row0 = blockIdx.y * ROWS, col0 = blockIdx.x * COLS;
  // The first of this thread's rows and columns in the tile. Its others follow in fours, a warp's rectangle of lanes
  // apart: rows my_row + 0..3, my_row + 32 + 0..3; columns my_col + 0..3, my_col + 16 + 0..3, ...
  const int my_row = warp / (COLS / WARP_COLS) * WARP_ROWS + lane / LANE_COLS * 4;
  const int my_col = warp % (COLS / WARP_COLS) * WARP_COLS + lane % LANE_COLS * 4;

  float4 a_next[A_QUADS], b_next[B_QUADS];
  const auto fetch = [&](int k0) {  // from memory into registers
    for (int i = 0; i < A_QUADS; ++i) {
      const int quad = t + i * THREADS, row = row0 + quad / (DEPTH / 4);
      a_next[i] = load4<WIDE>(a + row * k, k0 + quad % (DEPTH / 4) * 4, k, row < m);
    }
    for (int i = 0; i < B_QUADS; ++i) {
      const int quad = t + i * THREADS, row = k0 + quad / (COLS / 4);
      b_next[i] = load4<WIDE>(b + row * n, col0 + quad % (COLS / 4) * 4, n, row < k);
    }
  };
  const auto put = [&](int half) {  // from registers into shared memory
    for (int i = 0; i < A_QUADS; ++i) {
      const int quad = t + i * THREADS, row = quad / (DEPTH / 4), kk = quad % (DEPTH / 4) * 4;
      a_tile[half][kk][row] = a_next[i].x;
      a_tile[half][kk + 1][row] = a_next[i].y;
      a_tile[half][kk + 2][row] = a_next[i].z;
      a_tile[half][kk + 3][row] = a_next[i].w;
    }
    for (int i = 0; i < B_QUADS; ++i) {
      const int quad = t + i * THREADS;
      as_float4(b_tile[half][quad / (COLS / 4)][quad % (COLS / 4) * 4]) = b_next[i];
    }
  };

  float acc[OWN_ROWS][OWN_COLS] = {};
  int half = 0;
  fetch(0);
  put(half);
  __syncthreads();

  for (int k0 = 0; k0 < k; k0 += DEPTH) {
    const bool more = k0 + DEPTH < k;
    if (more) fetch(k0 + DEPTH);  // nobody waits for it before put()

#pragma unroll
    for (int kk = 0; kk < DEPTH; ++kk) {
      float a_own[OWN_ROWS], b_own[OWN_COLS];
      for (int i = 0; i < OWN_ROWS; i += 4) as_float4(a_own[i]) = as_float4(a_tile[half][kk][my_row + i * LANE_ROWS]);
      for (int j = 0; j < OWN_COLS; j += 4) as_float4(b_own[j]) = as_float4(b_tile[half][kk][my_col + j * LANE_COLS]);
#pragma unroll  // acc is in registers only while every index into it is known to the compiler
      for (int i = 0; i < OWN_ROWS; ++i)
        for (int j = 0; j < OWN_COLS; ++j) acc[i][j] += a_own[i] * b_own[j];
    }

    if (more) {
      half = 1 - half;
      put(half);
      __syncthreads();
    }
  }

  // The epilogue. A thread's columns are the same in all its rows: their bias is loaded once.
  float b_own[OWN_COLS];
  for (int j = 0; j < OWN_COLS; j += 4) as_float4(b_own[j]) = load4<WIDE>(bias, col0 + my_col + j * LANE_COLS, n, true);
#pragma unroll
  for (int i = 0; i < OWN_ROWS; ++i) {
    const int row = row0 + my_row + i / 4 * 4 * LANE_ROWS + i % 4;
    for (int j = 0; j < OWN_COLS; ++j) acc[i][j] = fmaxf(0.0f, acc[i][j] + b_own[j]);
    for (int j = 0; j < OWN_COLS; j += 4)
      if (row < m) store4<WIDE>(c + row * n, col0 + my_col + j * LANE_COLS, n, as_float4(acc[i][j]));
  }
}

// The bound tells the compiler how many threads share an SM's registers, so that it uses them and no more.
extern "C" __global__ void __launch_bounds__(THREADS)
    fused_matmul_bias_relu(const float* a, const float* b, const float* bias, float* c, int m, int n, int k) {
  product<false>(a, b, bias, c, m, n, k);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    fused_matmul_bias_relu_wide(const float* a, const float* b, const float* bias, float* c, int m, int n, int k) {
  product<true>(a, b, bias, c, m, n, k);
}

void launch(Plan& plan, const Problem& p) {
  const bool wide = p.n % 4 == 0 && p.k % 4 == 0;
  plan.run(wide ? "fused_matmul_bias_relu_wide" : "fused_matmul_bias_relu", dim3(cdiv(p.n, COLS), cdiv(p.m, ROWS)),
           THREADS);
}
