#pragma once
// For clangd only: what a kernel of the exercises uses of CUDA, declared, so that an editor without a CUDA Toolkit (or
// with one newer than its clang) knows it. The tutor itself compiles with NVRTC and never reads this file.

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __align__(n) __attribute__((aligned(n)))
#define __restrict__ __restrict

// NVRTC is told to take every function for device code; this says the same to clang.
#pragma clang force_cuda_host_device begin

using size_t = decltype(sizeof(0));
using int8_t = signed char;
using uint8_t = unsigned char;
using int16_t = short;
using uint16_t = unsigned short;
using int32_t = int;
using uint32_t = unsigned;
using int64_t = long long;
using uint64_t = unsigned long long;

struct uint3 { unsigned x, y, z; };
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned vx = 1, unsigned vy = 1, unsigned vz = 1) : x(vx), y(vy), z(vz) {}
};
extern __device__ const uint3 threadIdx, blockIdx;
extern __device__ const dim3 blockDim, gridDim;
extern __device__ const int warpSize;

struct alignas(8) float2 { float x, y; };
struct float3 { float x, y, z; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) int2 { int x, y; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(4) uchar4 { unsigned char x, y, z, w; };
float2 make_float2(float, float);
float4 make_float4(float, float, float, float);
int2 make_int2(int, int);
int4 make_int4(int, int, int, int);

// clang knows __syncthreads itself.
int __syncthreads_count(int);
int __syncthreads_and(int);
int __syncthreads_or(int);
void __syncwarp(unsigned mask = 0xffffffffu);
void __threadfence();
void __threadfence_block();
void __trap();
extern "C" int printf(const char*, ...);
#define assert(condition) ((void)(condition))

unsigned __activemask();
unsigned __ballot_sync(unsigned, int);
int __all_sync(unsigned, int);
int __any_sync(unsigned, int);
template <class T> T __shfl_sync(unsigned, T, int, int = 32);
template <class T> T __shfl_up_sync(unsigned, T, unsigned, int = 32);
template <class T> T __shfl_down_sync(unsigned, T, unsigned, int = 32);
template <class T> T __shfl_xor_sync(unsigned, T, int, int = 32);

template <class T> T atomicAdd(T*, T);
template <class T> T atomicMax(T*, T);
template <class T> T atomicMin(T*, T);
template <class T> T atomicExch(T*, T);
template <class T> T atomicCAS(T*, T, T);
template <class T> T atomicOr(T*, T);
template <class T> T atomicAnd(T*, T);
template <class T> T __ldg(const T*);

template <class T> constexpr T min(T a, T b) { return b < a ? b : a; }
template <class T> constexpr T max(T a, T b) { return a < b ? b : a; }
int abs(int);
float fabsf(float); float fmaxf(float, float); float fminf(float, float); float fmaf(float, float, float);
float sqrtf(float); float rsqrtf(float); float expf(float); float exp2f(float); float logf(float); float log2f(float);
float tanhf(float); float sinf(float); float cosf(float); float powf(float, float); float erff(float);
float floorf(float); float ceilf(float); float rintf(float); float roundf(float); float truncf(float);
float fdividef(float, float); float __expf(float); float __logf(float); float __frcp_rn(float);
float __fdividef(float, float); float copysignf(float, float); float ldexpf(float, int);
double fabs(double); double fmax(double, double); double fmin(double, double); double fma(double, double, double);
double sqrt(double); double exp(double); double log(double); double pow(double, double);
bool isnan(float); bool isinf(float); bool isfinite(float);
int __popc(unsigned); int __clz(int); int __ffs(int); unsigned __brev(unsigned); unsigned __umulhi(unsigned, unsigned);
int __float_as_int(float); unsigned __float_as_uint(float); float __int_as_float(int); float __uint_as_float(unsigned);
int __float2int_rn(float); int __float2int_rz(float); float __int2float_rn(int);
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")

// The rest of the file is the learner's: its functions are device code too, so the pragma is not closed.
