// case: i = threadIdx.x: every block stores where the first does
// exercise: 1.1
// verdict: fail
// says: they all store to the same places
// says: hint blockIdx.x takes no part in the index
// never says: Which thread should write them
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
