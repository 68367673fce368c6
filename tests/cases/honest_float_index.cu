// case: an index that went through float: past 2^24 it skips elements
// exercise: 1.1
// verdict: fail
// says: at n = 67108864
// says: y[16777217] and
// says: An index that went through float is exact only up to 16777216 = 2^24
// never says: gold
// exercise 1.1: index by float arithmetic: exact below 2^24, wrong above
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = (int)((float)blockIdx.x * (float)BLOCK + (float)threadIdx.x);
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
