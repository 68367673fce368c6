// case: a grid of 65535 blocks at most, as old tutorials say, and no loop: most of a GPU-sized output is never written
// exercise: 1.1
// verdict: fail
// says: only the first 16776960 of y's 67108864 elements are ever written
// says: the grid of vector_scaling has 65535 blocks of 256 threads
// says: That takes 262144 such blocks
// never says: gold
// exercise 1.1: an honest mistake: the grid is capped at 65535 blocks (as old tutorials say), and there is no loop
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", min(cdiv(p.n, BLOCK), 65535), BLOCK); }
