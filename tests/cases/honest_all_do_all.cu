// case: every thread does the whole vector
// exercise: 1.3
// verdict: fail
// says: too slow to be right to use
// says: each of the 262144 threads goes through all 262144 elements of x
// exercise 1.3: honest mistake: every thread does the whole vector
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void relu(const float* x, float* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : 0.0f;
}
void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK), BLOCK); }
