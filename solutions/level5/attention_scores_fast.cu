// 5.2 Attention scores, the fast one: out = softmax(Q K^T / sqrt(d)) along the rows; Q is nq x d, K is nk x d, out is
// nq x nk. Read 4.1's tiled_matmul_fast.cu first: register tiles, float4 and double buffering are explained there.
//
// attention_scores.cu stores the raw scores in `out` and fetches them again for the softmax: three trips through memory
// where one is needed, and on a large problem they cost more than the product. Here a block keeps its scores in
// registers until they are probabilities. 16 queries times 2048 keys are 32768 floats, 128 KB: half of an SM's
// registers, 64 floats in each of 512 threads. So `out` is written once and never read.
//
// To notice:
// - With so few queries a block, every key is fetched by many blocks: 1 GB out of the L2 cache at 32768 queries. It
//   must come cheaply. A first kernel lays K out as the second wants it, once: K^T, with zeros behind the last key and
//   the last element, so that every float4 is aligned and no load needs a mask.
// - A longer row does not fit. Its scores are then made twice: in one walk for the maximum and the sum, in another for
//   the probabilities. That is as much work once more, but it takes nothing out of memory and brings nothing there.
// - The maximum over what has been seen grows from walk to walk, and the sum is rescaled to it (2.3).
// - exp(x) is 2^(x * log2(e)), and the hardware has only the power of two. log2(e) is part of the scale, so that each
//   score is multiplied once.
#include <tritutor.cuh>

constexpr int QUERIES = 16, KEYS = 2048;      // scores a block holds
constexpr int DEPTH = 4;                      // of d at a time
constexpr int OWN = 8;                        // queries and keys of a thread, four and four next to each other
constexpr int LANE_ROWS = 2, LANE_COLS = 16;  // how the lanes of a warp stand: all queries, 128 keys
constexpr int WARPS = KEYS / (LANE_COLS * OWN);
constexpr int THREADS = 32 * WARPS;

static_assert(LANE_ROWS * OWN == QUERIES, "a warp has all of the block's queries");
static_assert(THREADS * 4 == KEYS, "a thread carries one float4 of each row of K^T");

/// K^T is this wide and this high.
__host__ __device__ constexpr int padded_keys(int nk) { return cdiv(nk, KEYS) * KEYS; }
__host__ __device__ constexpr int padded_depth(int d) { return cdiv(d, DEPTH) * DEPTH; }

/// An element and the three behind it as one: 16 bytes, which must begin at a multiple of 16.
__device__ float4& as_float4(float& first) { return reinterpret_cast<float4&>(first); }
__device__ const float4& as_float4(const float& first) { return reinterpret_cast<const float4&>(first); }

extern "C" __global__ void transpose_keys(const float* q, const float* k, float* out, int nq, int nk, int d,
                                          float* keys) {
  const int key = blockIdx.x * blockDim.x + threadIdx.x, e = blockIdx.y;
  keys[e * padded_keys(nk) + key] = key < nk && e < d ? k[key * d + e] : 0.0f;
}

/// The row of the block's scores that is a thread's i-th.
__device__ int row_of(int i) { return i / 4 * 4 * LANE_ROWS + threadIdx.x % 32 / LANE_COLS * 4 + i % 4; }

/// Each row's values, one of each thread that has a part of it, made one by `of_two`: first over a warp's 16 lanes,
/// then over the warps. Every thread gets the results of its own rows.
template <class OfTwo>
__device__ void over_rows(float (&value)[OWN], OfTwo of_two) {
  __shared__ float of_warp[QUERIES][WARPS], of_row[QUERIES];
  const int t = threadIdx.x;
  const auto of_16 = [&](float v) {
    for (int distance = 8; distance > 0; distance /= 2) v = of_two(v, __shfl_xor_sync(tutor::full_warp, v, distance));
    return v;
  };
  for (int i = 0; i < OWN; ++i) {
    value[i] = of_16(value[i]);
    if (t % LANE_COLS == 0) of_warp[row_of(i)][t / 32] = value[i];
  }
  __syncthreads();
  if (t < QUERIES * WARPS) {
    const float v = of_16(of_warp[t / WARPS][t % WARPS]);
    if (t % WARPS == 0) of_row[t / WARPS] = v;
  }
  __syncthreads();
  for (int i = 0; i < OWN; ++i) value[i] = of_row[row_of(i)];
}

/// acc = the products of the block's queries with KEYS keys, as 4.1 makes them.
__device__ void multiply(float (&acc)[OWN][OWN], const float* q, const float* keys, int query0, int nq, int d,
                         int stride) {
  extern __shared__ float4 dynamic[];  // more than the 48 KB that may be declared with a size
  auto k_tile = reinterpret_cast<float(*)[DEPTH][KEYS]>(dynamic);
  __shared__ float q_tile[2][DEPTH][QUERIES];

  const int t = threadIdx.x;
  const int my_row = row_of(0), my_key = t / 32 * (LANE_COLS * OWN) + t % LANE_COLS * 4;

  float4 k_next[DEPTH];
  float q_next = 0.0f;
  const auto fetch = [&](int d0) {
    for (int i = 0; i < DEPTH; ++i) k_next[i] = as_float4(keys[(d0 + i) * stride + t * 4]);
    if (t < QUERIES * DEPTH) {
      const int query = query0 + t / DEPTH, e = d0 + t % DEPTH;
      q_next = query < nq && e < d ? q[query * d + e] : 0.0f;
    }
  };
  const auto put = [&](int half) {
    for (int i = 0; i < DEPTH; ++i) as_float4(k_tile[half][i][t * 4]) = k_next[i];
    if (t < QUERIES * DEPTH) q_tile[half][t % DEPTH][t / DEPTH] = q_next;
  };

#pragma unroll
  for (int i = 0; i < OWN; ++i)
    for (int j = 0; j < OWN; ++j) acc[i][j] = 0.0f;
  int half = 0;
  fetch(0);
  __syncthreads();  // an earlier call's tiles are no longer read
  put(half);
  __syncthreads();

  for (int d0 = 0; d0 < d; d0 += DEPTH) {
    const bool more = d0 + DEPTH < d;
    if (more) fetch(d0 + DEPTH);
#pragma unroll
    for (int e = 0; e < DEPTH; ++e) {
      float q_own[OWN], k_own[OWN];
      for (int i = 0; i < OWN; i += 4) {
        as_float4(q_own[i]) = as_float4(q_tile[half][e][my_row + i * LANE_ROWS]);
        as_float4(k_own[i]) = as_float4(k_tile[half][e][my_key + i * LANE_COLS]);
      }
#pragma unroll
      for (int i = 0; i < OWN; ++i)
        for (int j = 0; j < OWN; ++j) acc[i][j] += q_own[i] * k_own[j];
    }
    if (more) {
      half = 1 - half;
      put(half);
      __syncthreads();
    }
  }
}

template <bool WIDE>
__device__ void attend(const float* q, float* out, int nq, int nk, int d, const float* keys) {
  const int query0 = blockIdx.x * QUERIES, stride = padded_keys(nk);
  const int my_key = threadIdx.x / 32 * (LANE_COLS * OWN) + threadIdx.x % LANE_COLS * 4;
  const auto key_of = [&](int j) { return my_key + j / 4 * 4 * LANE_COLS + j % 4; };
  const float scale = 1.44269504f / sqrtf(static_cast<float>(d));  // log2(e) / sqrt(d)

  float acc[OWN][OWN], largest[OWN], sum[OWN];
  for (int i = 0; i < OWN; ++i) largest[i] = -INFINITY, sum[i] = 0.0f;

  for (int key0 = 0; key0 < nk; key0 += KEYS) {
    multiply(acc, q, keys + key0, query0, nq, d, stride);

    float now[OWN];
    for (int i = 0; i < OWN; ++i) {
      now[i] = largest[i];
      for (int j = 0; j < OWN; ++j) {
        acc[i][j] = key0 + key_of(j) < nk ? acc[i][j] * scale : -INFINITY;
        now[i] = fmaxf(now[i], acc[i][j]);
      }
    }
    over_rows(now, [](float a, float b) { return fmaxf(a, b); });

    float part[OWN];
    for (int i = 0; i < OWN; ++i) {
      part[i] = 0.0f;
      for (int j = 0; j < OWN; ++j) part[i] += acc[i][j] = exp2f(acc[i][j] - now[i]);
    }
    over_rows(part, [](float a, float b) { return a + b; });
    for (int i = 0; i < OWN; ++i) {
      sum[i] = sum[i] * exp2f(largest[i] - now[i]) + part[i];
      largest[i] = now[i];
    }
  }

  for (int key0 = 0; key0 < nk; key0 += KEYS) {
    if (nk > KEYS) {  // acc holds the last keys of the walk above
      multiply(acc, q, keys + key0, query0, nq, d, stride);
      for (int i = 0; i < OWN; ++i)
        for (int j = 0; j < OWN; ++j) acc[i][j] = exp2f(acc[i][j] * scale - largest[i]);
    }
    for (int i = 0; i < OWN; ++i) {
      const int query = query0 + row_of(i);
      const float reciprocal = 1.0f / sum[i];
      if (query >= nq) continue;
      for (int j = 0; j < OWN; ++j) acc[i][j] *= reciprocal;
      for (int j = 0; j < OWN; j += WIDE ? 4 : 1) {
        const int key = key0 + key_of(j);
        if (key >= nk) continue;
        if (WIDE) {
          as_float4(out[query * nk + key]) = as_float4(acc[i][j]);
        } else {
          out[query * nk + key] = acc[i][j];
        }
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_scores(const float* q, const float* k, float* out, int nq, int nk, int d, const float* keys) {
  attend<false>(q, out, nq, nk, d, keys);
}

extern "C" __global__ void __launch_bounds__(THREADS)
    attention_scores_wide(const float* q, const float* k, float* out, int nq, int nk, int d, const float* keys) {
  attend<true>(q, out, nq, nk, d, keys);
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(4ull * padded_depth(p.d) * padded_keys(p.nk));
  plan.run("transpose_keys", dim3(padded_keys(p.nk) / 256, padded_depth(p.d)), 256);
  plan.run(p.nk % 4 == 0 ? "attention_scores_wide" : "attention_scores", cdiv(p.nq, QUERIES), THREADS,
           2 * DEPTH * KEYS * sizeof(float));
}
