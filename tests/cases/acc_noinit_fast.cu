// case: a sum that is never set to 0 - a local variable that was never given a value is the cause, at its first use
// exercise: 2.1
// verdict: fail
// finding: uninitialized 19
// says: a local variable that was never given a value is used in line 19, and result[0] is given what comes of it
// says: give it a value where it is declared
// never says: inf - inf
// exercise 2.1: sum with an accumulator that is never set to 0
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  float s;
  for (int i = blockIdx.x * BLOCK + threadIdx.x; i < n; i += gridDim.x * BLOCK) s += x[i];
  s = tutor::block_sum(s);
  if (threadIdx.x == 0) scratch[blockIdx.x] = s;
}
extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float s;
  for (int i = threadIdx.x; i < 1024; i += BLOCK) s += scratch[i];
  s = tutor::block_sum(s);
  if (threadIdx.x == 0) *result = s;
}
void launch(Plan& plan, const Problem& p) {
  plan.scratch(4096);
  plan.run("sum_reduction", 1024, BLOCK);
  plan.run("sum_partials", 1, BLOCK);
}
