// case: a warp a row with 16-byte loads: 16 sectors a request by right, and none of them wasted
// exercise: 3.3
// verdict: pass
// says: (wide accesses, none wasted)
// says: Medal: gold, only predicted
// never says: What holds it back
// never says: most at line
#include <tritutor.cuh>
extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (row >= m) return;
  float s = 0;
  if (k % 4 == 0) {
    const float4* a4 = (const float4*)(a + (size_t)row * k); const float4* x4 = (const float4*)x;
    for (int j = lane; j < k / 4; j += 32) { float4 p = a4[j], q = __ldg(x4 + j); s += p.x * q.x + p.y * q.y + p.z * q.z + p.w * q.w; }
  } else for (int j = lane; j < k; j += 32) s += a[(size_t)row * k + j] * x[j];
  s = tutor::warp_sum(s);
  if (lane == 0) y[row] = s;
}
void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, 4), 128); }
