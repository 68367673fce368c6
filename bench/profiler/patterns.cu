// Memory accesses of every shape, for holding the virtual GPU's counters against a profiler (compare.py). An access
// takes its places from a table, so that no compiler can know them: lane l of a warp goes to element map[l]; -1: the
// lane stays out.

#define KERNEL extern "C" __global__ void

// 48 KB of shared memory, written before it is read.
#define SHARED(T)                                              \
  __shared__ __align__(16) T s[40960 / sizeof(T)];             \
  for (int i = threadIdx.x; i < 40960 / 16; i += blockDim.x) { \
    reinterpret_cast<int4*>(s)[i] = make_int4(i, i, i, i);     \
  }                                                            \
  __syncthreads();

#define SHARED_LOAD(name, T, use)                      \
  KERNEL shared_load_##name(const int* map, int* y) {  \
    SHARED(T)                                          \
    const int at = map[threadIdx.x];                   \
    if (at >= 0) {                                     \
      const T v = s[at];                               \
      y[threadIdx.x] = (int)(use);                     \
    }                                                  \
  }
SHARED_LOAD(2, unsigned short, v)
SHARED_LOAD(4, int, v)
SHARED_LOAD(8, int2, v.x ^ v.y)
SHARED_LOAD(16, int4, v.x ^ v.y ^ v.z ^ v.w)

#define SHARED_STORE(name, T, value)                         \
  KERNEL shared_store_##name(const int* map, int* y) {       \
    SHARED(T)                                                \
    const int at = map[threadIdx.x], x = threadIdx.x;        \
    if (at >= 0) s[at] = value;                              \
    __syncthreads();                                         \
    y[threadIdx.x] = reinterpret_cast<int*>(s)[threadIdx.x]; \
  }
SHARED_STORE(2, unsigned short, (unsigned short)x)
SHARED_STORE(4, int, x)
SHARED_STORE(8, int2, make_int2(x, x + 1))
SHARED_STORE(16, int4, make_int4(x, x, x, x))

#define GLOBAL(name, T, use)                                            \
  KERNEL global_load_##name(const int* map, const T* x, int* y) {       \
    const int at = map[threadIdx.x];                                    \
    if (at >= 0) {                                                      \
      const T v = x[at];                                                \
      y[threadIdx.x] = (int)(use);                                      \
    }                                                                   \
  }                                                                     \
  KERNEL global_store_##name(const int* map, const T* x, T* y) {        \
    const int at = map[threadIdx.x];                                    \
    const T v = x[threadIdx.x];                                         \
    if (at >= 0) y[at] = v;                                             \
  }
GLOBAL(1, unsigned char, v)
GLOBAL(2, unsigned short, v)
GLOBAL(4, int, v)
GLOBAL(8, int2, v.x ^ v.y)
GLOBAL(16, int4, v.x ^ v.y ^ v.z ^ v.w)
