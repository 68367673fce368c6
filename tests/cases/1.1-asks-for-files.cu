// case: a file may not learn which files the machine has
// exercise: 1.1
// verdict: error
// says: may not ask which files this machine has
#include <tritutor.cuh>
constexpr int BLOCK = 256;
#if __has_include("/etc/passwd")
constexpr float FACTOR = 1;
#else
constexpr float FACTOR = 2;
#endif
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = FACTOR * alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
