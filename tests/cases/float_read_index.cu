// case: only the index that is read from went through float: every element is written, many with another's value
// exercise: 1.1
// verdict: fail
// says: right at the sizes of the cases, but not at n = 67108864
// says: did an index go through float
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  const int from = (int)((float)blockIdx.x * (float)BLOCK + (float)threadIdx.x);
  if (i < n) y[i] = alpha * x[min(from, n - 1)];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
