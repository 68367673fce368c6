// 3.3 with a block a row (THREADS = 256), or a thread a row (THREADS = 1), and loads of WIDTH elements.
#include <tritutor.cuh>

constexpr int THREADS = 256;
constexpr int WIDTH = 1;
constexpr int BLOCK = 256;
constexpr int ROWS = BLOCK / THREADS;

struct __align__(4 * WIDTH) Wide {
  float v[WIDTH];
};

extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  const int row = blockIdx.x * ROWS + threadIdx.x / THREADS, lane = threadIdx.x % THREADS;
  if (row >= m) return;
  const float* a_row = a + static_cast<long long>(row) * k;
  float sum = 0.0f;
  const int whole = k % WIDTH == 0 ? k / WIDTH : 0;
  for (int j = lane; j < whole; j += THREADS) {
    const Wide p = reinterpret_cast<const Wide*>(a_row)[j], q = reinterpret_cast<const Wide*>(x)[j];
    for (int e = 0; e < WIDTH; ++e) sum += p.v[e] * q.v[e];
  }
  for (int j = whole * WIDTH + lane; j < k; j += THREADS) sum += a_row[j] * x[j];
  if (THREADS == 32) sum = tutor::warp_sum(sum);
  if (THREADS > 32) sum = tutor::block_sum(sum);
  if (lane == 0) y[row] = sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, ROWS), BLOCK); }
