// case: a block number kept in 16 bits: blocks past 65535 write again what the first ones wrote
// exercise: 1.1
// verdict: fail
// says: only the first 16777216 of y's 67108864 elements are ever written
// says: a block number kept in 16 bits counts only to 65535
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const unsigned short block = blockIdx.x;
  const int i = block * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
