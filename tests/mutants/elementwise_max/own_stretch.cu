// mutant: each thread takes a stretch of 32 elements that lie side by side: its neighbour's are 128 bytes away
// refused: slow sectors-per-request
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 32;  // elements a thread

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int first = (blockIdx.x * BLOCK + threadIdx.x) * EACH;
  for (int i = first; i < first + EACH && i < n; ++i) z[i] = fmaxf(x[i], y[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK * EACH), BLOCK); }
