// 3.2 Row normalization, the fast one: y[i,j] = x[i,j] / sum_j x[i,j].
//
// row_normalization.cu fetches a row twice, the second time out of the cache. Here a thread keeps its part of the row
// in registers: 256 threads with 16 elements each hold 4096. What lies behind that in a longer row is fetched twice as
// before.
//
// To notice:
// - All 16 loads of a thread are on their way before the first of them is used. How many bytes are on their way at once
//   is what memory's speed hangs on, and a loop of which each round waits for its own load has few.
// - `held` is in registers only while the compiler knows every index into it: its loops have a constant length and are
//   unrolled. With a loop up to n it would lie in memory.
// - Past the end of the row an element is 0, which adds nothing.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int HELD = 16;  // elements of a row in a thread's registers

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;
  const int first = threadIdx.x, behind = first + HELD * BLOCK;  // behind: the first that is not held

  float held[HELD];
  for (int i = 0; i < HELD; ++i) held[i] = first + i * BLOCK < n ? row[first + i * BLOCK] : 0.0f;

  float sum = 0.0f;
  for (int i = 0; i < HELD; ++i) sum += held[i];
  for (int j = behind; j < n; j += BLOCK) sum += row[j];
  sum = tutor::block_sum(sum);

  for (int i = 0; i < HELD; ++i)
    if (first + i * BLOCK < n) out[first + i * BLOCK] = held[i] / sum;
  for (int j = behind; j < n; j += BLOCK) out[j] = row[j] / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
