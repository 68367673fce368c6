// 2.3 by 16-byte loads, the row kept in registers.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int KEPT = 4096 / 4 / BLOCK;  // float4s a thread

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;
  float largest = -INFINITY, sum = 0.0f;
  if (n != KEPT * BLOCK * 4) {
    for (int j = threadIdx.x; j < n; j += BLOCK) largest = fmaxf(largest, row[j]);
    largest = tutor::block_max(largest);
    for (int j = threadIdx.x; j < n; j += BLOCK) sum += expf(row[j] - largest);
    sum = tutor::block_sum(sum);
    for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = expf(row[j] - largest) / sum;
    return;
  }
  float4 v[KEPT];
  for (int e = 0; e < KEPT; ++e) v[e] = reinterpret_cast<const float4*>(row)[e * BLOCK + threadIdx.x];
  for (int e = 0; e < KEPT; ++e) largest = fmaxf(largest, fmaxf(fmaxf(v[e].x, v[e].y), fmaxf(v[e].z, v[e].w)));
  largest = tutor::block_max(largest);
  for (int e = 0; e < KEPT; ++e) {
    v[e] = {expf(v[e].x - largest), expf(v[e].y - largest), expf(v[e].z - largest), expf(v[e].w - largest)};
    sum += v[e].x + v[e].y + v[e].z + v[e].w;
  }
  const float scale = 1.0f / tutor::block_sum(sum);
  for (int e = 0; e < KEPT; ++e)
    reinterpret_cast<float4*>(out)[e * BLOCK + threadIdx.x] =
        make_float4(v[e].x * scale, v[e].y * scale, v[e].z * scale, v[e].w * scale);
}

void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, BLOCK); }
