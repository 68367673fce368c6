// 2.3 Softmax of each row, the fast one: y[i,j] = exp(x[i,j] - max_i) / sum_j exp(x[i,j] - max_i).
//
// softmax.cu reads a row twice and makes every exponential twice. Here a thread keeps its part of the row in registers:
// 256 threads with 16 elements each hold 4096, which are read once, exponentiated once and written. What lies behind
// that in a longer row goes the old way.
//
// To notice:
// - All loads of a row are on their way before the first of them is used. A warp that waits for one load after another
//   spends its time waiting; how many bytes are on their way at once is what memory's speed hangs on.
// - Four elements a load (float4), which needs addresses at multiples of 16 bytes: every row begins at one if n is a
//   multiple of 4. So there are two kernels out of one template, and the plan chooses.
// - `held` is in registers only while the compiler knows every index into it: its loops have a constant length and are
//   unrolled. With a loop up to n it would lie in memory.
// - Past the end of the row an element is -infinity: it never is the maximum, and exp(-inf) adds 0 to the sum.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int HELD = 16;  // elements of a row in a thread's registers

/// The elements j to j + 3 of a row of n; -infinity past its end.
template <bool WIDE>
__device__ float4 load4(const float* row, int j, int n) {
  float4 v = make_float4(-INFINITY, -INFINITY, -INFINITY, -INFINITY);
  if (WIDE) {  // n is a multiple of 4: all four are inside, or none
    if (j < n) v = *reinterpret_cast<const float4*>(row + j);
  } else {
    if (j < n) v.x = row[j];
    if (j + 1 < n) v.y = row[j + 1];
    if (j + 2 < n) v.z = row[j + 2];
    if (j + 3 < n) v.w = row[j + 3];
  }
  return v;
}

template <bool WIDE>
__device__ void store4(float* row, int j, int n, float4 v) {
  if (WIDE) {
    if (j < n) *reinterpret_cast<float4*>(row + j) = v;
  } else {
    if (j < n) row[j] = v.x;
    if (j + 1 < n) row[j + 1] = v.y;
    if (j + 2 < n) row[j + 2] = v.z;
    if (j + 3 < n) row[j + 3] = v.w;
  }
}

__device__ float largest_of(float4 v) { return fmaxf(fmaxf(v.x, v.y), fmaxf(v.z, v.w)); }
__device__ float sum_of(float4 v) { return (v.x + v.y) + (v.z + v.w); }
__device__ float4 exp_of(float4 v, float shift) {
  return make_float4(expf(v.x - shift), expf(v.y - shift), expf(v.z - shift), expf(v.w - shift));
}
__device__ float4 times(float4 v, float s) { return make_float4(v.x * s, v.y * s, v.z * s, v.w * s); }

template <bool WIDE>
__device__ void softmax_of(const float* row, float* out, int n) {
  const int first = 4 * threadIdx.x, behind = first + HELD * BLOCK;  // behind: the first that is not held
  constexpr int STEP = 4 * BLOCK;

  float4 held[HELD / 4];
  for (int i = 0; i < HELD / 4; ++i) held[i] = load4<WIDE>(row, first + i * STEP, n);

  float largest = -INFINITY;
  for (int i = 0; i < HELD / 4; ++i) largest = fmaxf(largest, largest_of(held[i]));
  for (int j = behind; j < n; j += STEP) largest = fmaxf(largest, largest_of(load4<WIDE>(row, j, n)));
  largest = tutor::block_max(largest);

  float sum = 0.0f;
  for (int i = 0; i < HELD / 4; ++i) {
    held[i] = exp_of(held[i], largest);
    sum += sum_of(held[i]);
  }
  for (int j = behind; j < n; j += STEP) sum += sum_of(exp_of(load4<WIDE>(row, j, n), largest));
  const float scale = 1.0f / tutor::block_sum(sum);

  for (int i = 0; i < HELD / 4; ++i) store4<WIDE>(out, first + i * STEP, n, times(held[i], scale));
  for (int j = behind; j < n; j += STEP) store4<WIDE>(out, j, n, times(exp_of(load4<WIDE>(row, j, n), largest), scale));
}

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const long long row = static_cast<long long>(blockIdx.x) * n;
  softmax_of<false>(x + row, y + row, n);
}

extern "C" __global__ void softmax_wide(const float* x, float* y, int m, int n) {
  const long long row = static_cast<long long>(blockIdx.x) * n;
  softmax_of<true>(x + row, y + row, n);
}

void launch(Plan& plan, const Problem& p) { plan.run(p.n % 4 == 0 ? "softmax_wide" : "softmax", p.m, BLOCK); }
