// case: every thread sums the whole vector, the first one stores
// exercise: 2.1
// verdict: fail
// says: too slow to be right to use
// says: each of the 262144 threads goes through all 262144 elements of x
// exercise 2.1: honest and slow: every thread sums the whole vector, the first one stores
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void sum_reduction(const float* x, float* result, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += x[i];
  if (blockIdx.x == 0 && threadIdx.x == 0) *result = s;
}
void launch(Plan& plan, const Problem& p) { plan.run("sum_reduction", cdiv(p.n, BLOCK), BLOCK); }
