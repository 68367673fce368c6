// 0.1 with wide loads and stores.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int WIDTH = 4;

struct __align__(4 * WIDTH) Wide {
  float v[WIDTH];
};

extern "C" __global__ void vector_addition(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if ((i + 1) * WIDTH <= n) {
    Wide a = reinterpret_cast<const Wide*>(x)[i];
    const Wide b = reinterpret_cast<const Wide*>(y)[i];
    for (int j = 0; j < WIDTH; ++j) a.v[j] += b.v[j];
    reinterpret_cast<Wide*>(z)[i] = a;
  } else {
    for (int j = i * WIDTH; j < n; ++j) z[j] = x[j] + y[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_addition", cdiv(p.n, BLOCK * WIDTH), BLOCK); }
