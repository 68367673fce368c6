// 0.1 Vector addition: z[i] = x[i] + y[i], 0 <= i < n. Given solved: read it, submit it, break it, submit it again.
//
// A kernel is written for one thread and run by many. Each finds out which element is its own from where it stands:
// its block (blockIdx.x), and its place in the block (threadIdx.x).
//
//   Triton                                          here
//   pid = tl.program_id(0)                          blockIdx.x
//   offsets = pid * BLOCK + tl.arange(0, BLOCK)     i = blockIdx.x * BLOCK + threadIdx.x, one offset a thread
//   mask = offsets < n                              if (i < n)
//   tl.store(z + offsets, ..., mask=mask)           z[i] = ...
#include <tritutor.cuh>

constexpr int BLOCK = 256;  // threads in a block; a multiple of 32, at most 1024. Try others.

extern "C" __global__ void vector_addition(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) {  // try it without this line: n is no multiple of BLOCK in most cases
    z[i] = x[i] + y[i];
  }
}

// How many blocks, and how many threads in each. This function is compiled with the kernel, and the tutor runs it to
// learn the grid: Triton's grid = (triton.cdiv(n, BLOCK),). The sizes of the case at hand are in p.
void launch(Plan& plan, const Problem& p) { plan.run("vector_addition", cdiv(p.n, BLOCK), BLOCK); }
