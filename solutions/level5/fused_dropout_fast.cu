// 5.3 Fused dropout, the fast one: y[i] = x[i] / (1 - p) where rand(seed, i) > p, else 0.
//
// Arithmetic, not memory, sets the pace here: ten rounds of Philox an element. None of the rounds can be left out, for
// the mask is promised bit by bit, and each element needs a call of its own, for its index is the counter. But what
// stands around the rounds can be shared, or made cheaper.
//
// To notice:
// - A thread makes 16 elements. The keys of the rounds are the same for all of them, as they depend on the seed alone:
//   the compiler makes them once, because it sees all sixteen calls of rand together. The chains are also independent,
//   so that one goes on where another waits for a multiplication.
// - Four float4 loads and four float4 stores carry the sixteen elements: a quarter of the memory instructions.
// - The division has become a multiplication. A float division is some ten instructions, and 1 / (1 - p) is the same
//   everywhere; the result may differ in the last bit, which the tolerance allows.
// - Threads whose elements reach past the end take what there is one by one.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int QUADS = 4;  // float4 a thread, BLOCK of them apart

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const float scale = 1.0f / (1.0f - p);  // infinite for p = 1, and then nothing is kept
  const auto dropped = [&](float v, int i) { return rand(seed, i) > p ? v * scale : 0.0f; };

  const int first = 4 * (blockIdx.x * QUADS * BLOCK + threadIdx.x);
  constexpr int STEP = 4 * BLOCK;

  if (first + (QUADS - 1) * STEP + 4 <= n) {
    float4 v[QUADS];
    for (int g = 0; g < QUADS; ++g) v[g] = *reinterpret_cast<const float4*>(x + first + g * STEP);
    for (int g = 0; g < QUADS; ++g) {
      const int i = first + g * STEP;
      *reinterpret_cast<float4*>(y + i) =
          make_float4(dropped(v[g].x, i), dropped(v[g].y, i + 1), dropped(v[g].z, i + 2), dropped(v[g].w, i + 3));
    }
  } else {  // the end of the vector
    for (int g = 0; g < QUADS; ++g)
      for (int i = first + g * STEP; i < n && i < first + g * STEP + 4; ++i) y[i] = dropped(x[i], i);
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, 4 * QUADS * BLOCK), BLOCK); }
