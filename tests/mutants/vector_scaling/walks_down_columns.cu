// mutant: the vector is walked as a table of 1024 rows, down its columns: neighbouring threads lie far apart
// refused: slow sectors-per-request
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int ROWS = 1024;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int columns = cdiv(n, ROWS);
  const int t = blockIdx.x * BLOCK + threadIdx.x;
  const int row = t % ROWS, column = t / ROWS;
  const int i = row * columns + column;
  if (column < columns && i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(cdiv(p.n, ROWS) * ROWS, BLOCK), BLOCK); }
