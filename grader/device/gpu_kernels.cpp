#include "grader/device/gpu_kernels.h"

namespace tritutor {

std::string_view gpu_kernels() {
  return R"cuda(
typedef unsigned long long u64;

// The SM's clock and the time in ns, for each SM: two of these tell the clock's rate in between.
extern "C" __global__ void tritutor_clock(u64* slots) {
  unsigned sm;
  u64 clock, ns;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(sm));
  asm volatile("mov.u64 %0, %%clock64;" : "=l"(clock));
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(ns));
  slots[2 * sm] = clock;
  slots[2 * sm + 1] = ns;
}

// Every 16 bytes once: UNROLL loads of a thread are under way at a time.
template <int UNROLL>
__device__ void copy(uint4* to, const uint4* from, u64 n) {
  const u64 first = (u64)blockIdx.x * blockDim.x * UNROLL + threadIdx.x;
  uint4 held[UNROLL];
#pragma unroll
  for (int i = 0; i < UNROLL; ++i) {
    const u64 at = first + (u64)i * blockDim.x;
    if (at < n) held[i] = from[at];
  }
#pragma unroll
  for (int i = 0; i < UNROLL; ++i) {
    const u64 at = first + (u64)i * blockDim.x;
    if (at < n) to[at] = held[i];
  }
}
extern "C" __global__ void tritutor_copy_1(uint4* to, const uint4* from, u64 n) { copy<1>(to, from, n); }
extern "C" __global__ void tritutor_copy_2(uint4* to, const uint4* from, u64 n) { copy<2>(to, from, n); }
extern "C" __global__ void tritutor_copy_4(uint4* to, const uint4* from, u64 n) { copy<4>(to, from, n); }

// Reads everything, and stores a word in a case that does not occur, so that no load can be left out.
template <int UNROLL>
__device__ void read(const uint4* from, u64 n, u64 never, unsigned* to) {
  unsigned sum = 0;
  const u64 turn = (u64)gridDim.x * blockDim.x * UNROLL;
  for (u64 base = (u64)blockIdx.x * blockDim.x * UNROLL + threadIdx.x; base < n; base += turn) {
    uint4 held[UNROLL];
#pragma unroll
    for (int i = 0; i < UNROLL; ++i) {
      const u64 at = base + (u64)i * blockDim.x;
      held[i] = at < n ? from[at] : make_uint4(0, 0, 0, 0);
    }
#pragma unroll
    for (int i = 0; i < UNROLL; ++i) sum += (held[i].x ^ held[i].y) + (held[i].z ^ held[i].w);
  }
  if (never == 1) to[threadIdx.x] = sum;
}
extern "C" __global__ void tritutor_read_1(const uint4* from, u64 n, u64 never, unsigned* to) { read<1>(from, n, never, to); }
extern "C" __global__ void tritutor_read_4(const uint4* from, u64 n, u64 never, unsigned* to) { read<4>(from, n, never, to); }
extern "C" __global__ void tritutor_read_8(const uint4* from, u64 n, u64 never, unsigned* to) { read<8>(from, n, never, to); }

// The rate of floating-point arithmetic: eight chains of multiply-adds a thread, four links of each a turn.
extern "C" __global__ void tritutor_float(float* to, u64 turns, u64 never) {
  float a[8];
  for (int i = 0; i < 8; ++i) a[i] = threadIdx.x + i;
  const float b = 1.0f + 1e-7f * blockIdx.x, c = 0.5f;
  for (u64 turn = 0; turn < turns; ++turn) {
#pragma unroll
    for (int i = 0; i < 32; ++i) a[i % 8] = fmaf(a[i % 8], b, c);
  }
  float sum = 0;
  for (int i = 0; i < 8; ++i) sum += a[i];
  if (never == 1) to[threadIdx.x] = sum;
}

// The rate of integer arithmetic, in the mix that counter-based random numbers need: a turn is ten rounds of
// Philox-4x32 on a counter of its own.
extern "C" __global__ void tritutor_integer(unsigned* to, u64 turns, u64 never) {
  unsigned sum = 0;
  for (u64 turn = 0; turn < turns; ++turn) {
    unsigned c0 = (unsigned)turn, c1 = threadIdx.x, c2 = blockIdx.x ^ c0, c3 = 0;
    unsigned k0 = (unsigned)never + 3, k1 = (unsigned)never + 5;
#pragma unroll
    for (int round = 0; round < 10; ++round) {
      const unsigned h0 = __umulhi(0xD2511F53u, c0), l0 = 0xD2511F53u * c0;
      const unsigned h1 = __umulhi(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
      c0 = h1 ^ c1 ^ k0;
      c1 = l1;
      c2 = h0 ^ c3 ^ k1;
      c3 = l0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    sum += c0 ^ c1 ^ c2 ^ c3;
  }
  if (never == 1) to[threadIdx.x] = sum;
}

__device__ u64 mixed(u64 x) {  // the finalizer of MurmurHash3
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdull;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ (x >> 33);
}

// A number that any change to the words changes. `key` is drawn anew for every submission.
extern "C" __global__ void tritutor_fingerprint(const unsigned* words, u64 n, u64 key, u64* sum) {
  u64 own = 0;
  for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += (u64)gridDim.x * blockDim.x) {
    own += mixed(((u64)words[i] << 32 | (unsigned)i) ^ key ^ (i >> 32) * 0x9E3779B97F4A7C15ull);
  }
  for (int lane = 16; lane > 0; lane /= 2) own += __shfl_down_sync(0xffffffffu, own, lane);
  if (threadIdx.x % 32 == 0) atomicAdd(sum, own);
}

// Numbers in [-1, 1), so that no input of a limit's kernel is zeros.
extern "C" __global__ void tritutor_random(float* to, u64 n, u64 key) {
  for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += (u64)gridDim.x * blockDim.x) {
    to[i] = (float)(mixed(i ^ key) >> 40) * (1.0f / 8388608) - 1.0f;
  }
}
)cuda";
}

}  // namespace tritutor
