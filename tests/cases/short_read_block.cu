// case: only the block number that is read from is kept in 16 bits
// exercise: 1.1
// verdict: fail
// says: right at the sizes of the cases, but not at n = 67108864
// says: They are those of blocks 65536 and above
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  const unsigned short block = blockIdx.x;
  if (i < n) y[i] = alpha * x[block * BLOCK + threadIdx.x];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
