// 1.1 Vector scaling: y[i] = alpha * x[i], 0 <= i < n.
//
// One thread makes one element, as in 0.1. What differs is yours to write: which element is this thread's, and is
// there such an element at all?
//
//   Triton:  offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
//            mask = offsets < n
//            tl.store(y + offsets, alpha * tl.load(x + offsets, mask=mask), mask=mask)
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  // TODO: the index of this thread's element, from blockIdx.x, BLOCK and threadIdx.x.
  // TODO: nothing to do for a thread past the end: n need not be a multiple of BLOCK.
  // TODO: one load, one multiplication, one store.
}

void launch(Plan& plan, const Problem& p) {
  plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
