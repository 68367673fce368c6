// mutant: a launch that the device refuses, in the hope that the memory holds the result of an earlier one
// exercise: 1.1
// refused: says registers a thread
#include <tritutor.cuh>

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  float held[128];  // in registers: 1024 threads cannot have so many
  for (int j = 0; j < 128; ++j) held[j] = i + j < n ? x[i + j] : 0.0f;
  for (int turn = 0; turn < n; turn += n) {
#pragma unroll
    for (int j = 0; j < 128; ++j) held[j] = held[j] * held[(j + 1) % 128] + held[(j + 7) % 128];
  }
  float sum = 0.0f;
  for (int j = 0; j < 128; ++j) sum += held[j];
  if (i < n) y[i] = sum == 12345.0f ? sum : alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 1024), 1024); }
