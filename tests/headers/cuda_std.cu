// silent: the standard library for devices, and atomics with scopes (cuda/std/..., cuda/atomic)
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: i32[256]=iota ro
// arg: i32[1]=zeros
// arg: i32[1280]=undefined

#include <cuda/atomic>
#include <cuda/std/array>
#include <cuda/std/atomic>
#include <cuda/std/bit>
#include <cuda/std/complex>
#include <cuda/std/limits>
#include <cuda/std/optional>
#include <cuda/std/span>

__global__ void standard(const int* x, int* total, int* out) {
  __shared__ cuda::std::atomic<int> seen;
  __shared__ int largest;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (threadIdx.x == 0) {
    seen.store(0);
    largest = -1;
  }
  __syncthreads();
  int row = 0;
  const auto put = [&](int result) { out[256 * row++ + i] = result; };

  const cuda::std::array<int, 4> weights{1, 2, 3, 4};
  const cuda::std::span<const int> all(x, 256);
  int sum = 0;
  for (const int w : weights) sum += w * all[i];
  for (const int v : all.subspan(3, 5)) sum += v;
  put(sum);

  cuda::std::optional<int> odd;
  if (x[i] % 2 == 1) odd = x[i];
  put(odd.value_or(-1) + (cuda::std::numeric_limits<int>::max() == 0x7fffffff ? 1000 : 0));

  const cuda::std::complex<float> z(x[i], 1.0f);
  const cuda::std::complex<float> squared = z * z;
  put(static_cast<int>(squared.real()) + 100000 * cuda::std::popcount(static_cast<unsigned>(x[i])));

  // Of a block, and of the whole grid.
  seen.fetch_add(x[i], cuda::std::memory_order_relaxed);
  cuda::atomic_ref<int, cuda::thread_scope_block>(largest).fetch_max(x[i]);
  cuda::atomic_ref<int, cuda::thread_scope_device>(*total).fetch_add(1, cuda::std::memory_order_relaxed);
  __syncthreads();
  put(seen.load());
  put(largest);
}
