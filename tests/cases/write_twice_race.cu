// case: a grid twice too large whose index wraps: every element is written by two blocks
// exercise: 1.1
// verdict: fail
// says: 67108864 of y's 67108864 elements are written by more than one block
// says: 262144 such blocks are enough
// never says: gold
// exercise 1.1: grid twice too large and the index wraps: every element written by two blocks with the same value
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = (blockIdx.x * BLOCK + threadIdx.x) % n;
  y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", 2 * cdiv(p.n, BLOCK), BLOCK); }
