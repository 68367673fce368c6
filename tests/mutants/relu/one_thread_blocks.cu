// mutant: a block for each element, and fifty square roots in it that change nothing
// refused: slow active-lanes
#include <tritutor.cuh>

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x;
  float root = fabsf(x[i]);
  for (int j = 0; j < 50; ++j) root = sqrtf(root);
  y[i] = root == -1.0f ? root : fmaxf(0.0f, x[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", p.n, 1); }
