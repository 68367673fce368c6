// 1.1 with 8- or 16-byte loads and stores.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int WIDTH = 4;

struct __align__(4 * WIDTH) Wide {
  float v[WIDTH];
};

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if ((i + 1) * WIDTH <= n) {
    Wide w = reinterpret_cast<const Wide*>(x)[i];
    for (int j = 0; j < WIDTH; ++j) w.v[j] *= alpha;
    reinterpret_cast<Wide*>(y)[i] = w;
  } else {
    for (int j = i * WIDTH; j < n; ++j) y[j] = alpha * x[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK * WIDTH), BLOCK); }
