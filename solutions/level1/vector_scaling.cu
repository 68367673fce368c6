// 1.1 Vector scaling: y = alpha x.
//
// To notice:
// - The arithmetic is free. One multiplication for eight bytes moved is so little that the kernel runs as fast as
// memory
//   can be read and written.
// - A block makes BLOCK * EACH consecutive elements, and a thread four of them, BLOCK apart: at each of its steps the
//   warp touches 32 neighbours. That is also how Triton spreads a range of 1024 offsets over 256 threads.
// - All loads come before the first store. Memory answers after some 600 cycles, and a thread that has four requests on
//   their way waits once, not four times. On a large GPU this is the step from two thirds of the speed of a copy to
//   all of it; one element a thread is just as right.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x;
  float v[EACH];
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) v[j] = x[i];
  }
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) y[i] = alpha * v[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK * EACH), BLOCK); }
