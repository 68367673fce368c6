// case: one block for all elements: right, and a single SM of the device at work
// exercise: 1.3
// verdict: fail
// says: RIGHT, NOT FAST ENOUGH 1.3 ReLU
// says: only 1 of the 132 SMs has work
#include <tritutor.cuh>
extern "C" __global__ void relu(const float* x, float* y, int n) {
  for (int i = threadIdx.x; i < n; i += 256) y[i] = fmaxf(0.0f, x[i]);
}
void launch(Plan& plan, const Problem& p) { plan.run("relu", 1, 256); }
