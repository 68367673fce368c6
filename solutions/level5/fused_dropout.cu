// 5.3 Fused dropout: y[i] = x[i] / (1 - p) where rand(seed, i) > p, else 0.
//
// The random numbers come out of a counter: rand(seed, i) depends on its two arguments and on nothing else. Nobody
// keeps a state, no mask goes through memory, and the backward pass can make the same mask again from the same seed.
//
// To notice:
// - The counter is the element's index in the vector. With the thread's place in its block the mask would repeat from
//   block to block, and change with BLOCK.
// - The dropped elements are selected away, not multiplied by 0: for p = 1 the scale is infinite, and 0 * inf is NaN.
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= n) return;
  const bool keep = rand(seed, i) > p;
  y[i] = keep ? x[i] / (1.0f - p) : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
