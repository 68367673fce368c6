// case: a misspelt name: what was meant is said, and nothing of signatures
// exercise: 1.1
// verdict: error
// says: 10:17: error: identifier "blockidx" is undefined
// says: Did you mean blockIdx?
// never says: The signature must stay
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockidx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
