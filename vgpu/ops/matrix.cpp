// Arithmetic. Products of f16, bf16 and tf32 are exact in f32 (22 bits at most; only products outside f32's range are
// not). They are added to C one after the other, k ascending, in f32, each sum rounded to nearest; an f16 result is
// rounded once, at the end. Hardware adds groups of products at once with a few more bits and truncates, in an order
// that is not published: this order is the one a reader can follow, its error is a few ulp like theirs, and
// plain multiplies and adds give the same bits on every processor. f64 uses fused multiply-adds, as hardware does.

#include "vgpu/ops/matrix.h"

#include <cstring>

#include "vgpu/ops/half_math.h"
#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {

namespace {

template <class T>
const T* row_of(const char* registers, uint32_t offset) {
  return reinterpret_cast<const T*>(registers + offset);
}

// How elements of a type become numbers to calculate with: one register's row of `count` of them.
template <MatrixType>
struct Input;

template <>
struct Input<MatrixType::f16> {
  using Number = float;
  static void widen(const char* row, bool, Number* to) {
    for (int i = 0; i < 64; ++i) to[i] = F16::widen(row_of<uint16_t>(row, 0)[i]);
  }
};
template <>
struct Input<MatrixType::bf16> {
  using Number = float;
  static void widen(const char* row, bool, Number* to) {
    for (int i = 0; i < 64; ++i) to[i] = Bf16::widen(row_of<uint16_t>(row, 0)[i]);
  }
};
template <>
struct Input<MatrixType::tf32> {
  using Number = float;
  // The lower 13 bits are not looked at.
  static void widen(const char* row, bool, Number* to) {
    for (int i = 0; i < 32; ++i) to[i] = float_of(row_of<uint32_t>(row, 0)[i] & 0xffffe000u);
  }
};
template <>
struct Input<MatrixType::s8> {
  using Number = int32_t;
  static void widen(const char* row, bool is_signed, Number* to) {
    if (is_signed) {
      for (int i = 0; i < 128; ++i) to[i] = row_of<int8_t>(row, 0)[i];
    } else {
      for (int i = 0; i < 128; ++i) to[i] = row_of<uint8_t>(row, 0)[i];
    }
  }
};
template <>
struct Input<MatrixType::f64> {
  using Number = double;
  static void widen(const char* row, bool, Number* to) { std::memcpy(to, row, 32 * sizeof(double)); }
};

template <class T>
struct Eight {
  typedef T Vector __attribute__((vector_size(8 * sizeof(T))));
};

// The accumulator's block q: two registers of its type T side by side, or one of f16 pairs.
template <int M, int N, class T, class R>
void load_accumulator(const char* registers, const uint32_t* rows, R (&acc)[M][N]) {
  for (int q = 0; q < M / 8 * (N / 8); ++q) {
    const T* low = row_of<T>(registers, rows[2 * q]);
    const T* high = row_of<T>(registers, rows[2 * q + 1]);
    R* to = &acc[q % (M / 8) * 8][q / (M / 8) * 8];
    for (int l = 0; l < kLanes; ++l) {
      to[l / 4 * N + l % 4 * 2] = low[l];
      to[l / 4 * N + l % 4 * 2 + 1] = high[l];
    }
  }
}
template <int M, int N, class T, class R>
void store_accumulator(char* registers, const uint32_t* rows, const R (&acc)[M][N]) {
  for (int q = 0; q < M / 8 * (N / 8); ++q) {
    T* low = reinterpret_cast<T*>(registers + rows[2 * q]);
    T* high = reinterpret_cast<T*>(registers + rows[2 * q + 1]);
    const R* from = &acc[q % (M / 8) * 8][q / (M / 8) * 8];
    for (int l = 0; l < kLanes; ++l) {
      low[l] = from[l / 4 * N + l % 4 * 2];
      high[l] = from[l / 4 * N + l % 4 * 2 + 1];
    }
  }
}
template <int M, int N>
void load_half_accumulator(const char* registers, const uint32_t* rows, float (&acc)[M][N]) {
  for (int q = 0; q < M / 8 * (N / 8); ++q) {
    float block[64];
    Input<MatrixType::f16>::widen(registers + rows[q], false, block);
    for (int r = 0; r < 8; ++r)
      std::memcpy(&acc[q % (M / 8) * 8 + r][q / (M / 8) * 8], block + r * 8, 8 * sizeof(float));
  }
}
template <int M, int N>
void store_half_accumulator(char* registers, const uint32_t* rows, const float (&acc)[M][N]) {
  for (int q = 0; q < M / 8 * (N / 8); ++q) {
    uint16_t* to = reinterpret_cast<uint16_t*>(registers + rows[q]);
    for (int r = 0; r < 8; ++r) {
      const float* from = &acc[q % (M / 8) * 8 + r][q / (M / 8) * 8];
      for (int c = 0; c < 8; ++c) to[r * 8 + c] = F16::nearest(from[c]);
    }
  }
}

template <MatrixType kType, class Number, class Vector>
[[gnu::always_inline]] inline void add_product(Vector& sum, Number a, const Vector& b) {
#ifdef __FMA__
  // The product of two f16 is exact, so fusing changes no bit. (One of bf16 or tf32 may leave f32's range.)
  if constexpr (kType == MatrixType::f16) {
    sum = reinterpret_cast<Vector>(
        _mm256_fmadd_ps(_mm256_set1_ps(a), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(sum)));
    return;
  }
#endif
  sum += a * b;
}

template <MatrixType kType, int M, int N, int K>
struct Tiles {
  using Number = typename Input<kType>::Number;
  alignas(64) Number a[M][K];
  alignas(64) Number b[K][N];
  alignas(64) Number acc[M][N];

  void gather(const char* registers, const MatrixProduct& product) {
    constexpr int kColumns = 4 * per_register(kType);  // of a block
    alignas(64) Number block[8 * kColumns];
    for (int q = 0; q < M / 8 * (K / kColumns); ++q) {
      Input<kType>::widen(registers + product.ra[q], product.a == MatrixType::s8, block);
      for (int r = 0; r < 8; ++r)
        std::memcpy(&a[q % (M / 8) * 8 + r][q / (M / 8) * kColumns], block + r * kColumns, kColumns * sizeof(Number));
    }
    for (int q = 0; q < N / 8 * (K / kColumns); ++q) {
      Input<kType>::widen(registers + product.rb[q], product.b == MatrixType::s8, block);
      const int k = q % (K / kColumns) * kColumns, n = q / (K / kColumns) * 8;
      for (int c = 0; c < kColumns; ++c) {
        for (int r = 0; r < 8; ++r) b[k + c][n + r] = block[r * kColumns + c];
      }
    }
  }

  // acc += a * b, four rows at a time so that their sums do not wait for each other.
  void multiply() {
    using Vector = typename Eight<Number>::Vector;
    for (int i = 0; i < M; i += 4) {
      for (int j = 0; j < N; j += 8) {
        Vector sum[4];
        for (int r = 0; r < 4; ++r) std::memcpy(&sum[r], &acc[i + r][j], sizeof(Vector));
        for (int k = 0; k < K; ++k) {
          Vector right;
          std::memcpy(&right, &b[k][j], sizeof(Vector));
          for (int r = 0; r < 4; ++r) add_product<kType>(sum[r], a[i + r][k], right);
        }
        for (int r = 0; r < 4; ++r) std::memcpy(&acc[i + r][j], &sum[r], sizeof(Vector));
      }
    }
  }
};

template <MatrixType kType, int M, int N, int K>
void float_product(char* registers, const MatrixProduct& product) {
  Tiles<kType, M, N, K> tiles;
  tiles.gather(registers, product);
  if (product.c == MatrixType::f16) {
    load_half_accumulator(registers, product.rc, tiles.acc);
  } else {
    load_accumulator<M, N, float>(registers, product.rc, tiles.acc);
  }
  tiles.multiply();
  if (product.d == MatrixType::f16) {
    store_half_accumulator(registers, product.rd, tiles.acc);
  } else {
    for (auto& row : tiles.acc) {
      for (float& x : row) x = canonical(x);
    }
    store_accumulator<M, N, float>(registers, product.rd, tiles.acc);
  }
}

template <MatrixType kType, int M, int N, int K>
void integer_product(char* registers, const MatrixProduct& product) {
  Tiles<kType, M, N, K> tiles;
  tiles.gather(registers, product);
  std::memset(tiles.acc, 0, sizeof(tiles.acc));
  tiles.multiply();  // at most 32 * 255 * 255: no overflow before C is added
  alignas(64) int32_t c[M][N];
  load_accumulator<M, N, int32_t>(registers, product.rc, c);
  for (int i = 0; i < M; ++i) {
    for (int j = 0; j < N; ++j) {
      const int64_t sum = int64_t{c[i][j]} + tiles.acc[i][j];
      const int64_t clamped = sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
      c[i][j] = static_cast<int32_t>(product.saturate ? clamped : sum);
    }
  }
  store_accumulator<M, N, int32_t>(registers, product.rd, c);
}

template <MatrixType kType, int M, int N, int K>
void double_product(char* registers, const MatrixProduct& product) {
  Tiles<kType, M, N, K> tiles;
  tiles.gather(registers, product);
  load_accumulator<M, N, double>(registers, product.rc, tiles.acc);
  for (int k = 0; k < K; ++k) {
    for (int i = 0; i < M; ++i) {
      for (int j = 0; j < N; ++j) tiles.acc[i][j] = __builtin_fma(tiles.a[i][k], tiles.b[k][j], tiles.acc[i][j]);
    }
  }
  store_accumulator<M, N, double>(registers, product.rd, tiles.acc);
}

struct Entry {
  uint8_t m, n, k;
  MatrixType type;
  MatrixFn function;
};

constexpr Entry kEntries[] = {
    {16, 8, 8, MatrixType::f16, float_product<MatrixType::f16, 16, 8, 8>},
    {16, 8, 16, MatrixType::f16, float_product<MatrixType::f16, 16, 8, 16>},
    {16, 16, 16, MatrixType::f16, float_product<MatrixType::f16, 16, 16, 16>},
    {32, 8, 16, MatrixType::f16, float_product<MatrixType::f16, 32, 8, 16>},
    {8, 32, 16, MatrixType::f16, float_product<MatrixType::f16, 8, 32, 16>},
    {16, 8, 8, MatrixType::bf16, float_product<MatrixType::bf16, 16, 8, 8>},
    {16, 8, 16, MatrixType::bf16, float_product<MatrixType::bf16, 16, 8, 16>},
    {16, 16, 16, MatrixType::bf16, float_product<MatrixType::bf16, 16, 16, 16>},
    {32, 8, 16, MatrixType::bf16, float_product<MatrixType::bf16, 32, 8, 16>},
    {8, 32, 16, MatrixType::bf16, float_product<MatrixType::bf16, 8, 32, 16>},
    {16, 8, 4, MatrixType::tf32, float_product<MatrixType::tf32, 16, 8, 4>},
    {16, 8, 8, MatrixType::tf32, float_product<MatrixType::tf32, 16, 8, 8>},
    {16, 16, 8, MatrixType::tf32, float_product<MatrixType::tf32, 16, 16, 8>},
    {8, 8, 16, MatrixType::s8, integer_product<MatrixType::s8, 8, 8, 16>},
    {16, 8, 16, MatrixType::s8, integer_product<MatrixType::s8, 16, 8, 16>},
    {16, 8, 32, MatrixType::s8, integer_product<MatrixType::s8, 16, 8, 32>},
    {16, 16, 16, MatrixType::s8, integer_product<MatrixType::s8, 16, 16, 16>},
    {32, 8, 16, MatrixType::s8, integer_product<MatrixType::s8, 32, 8, 16>},
    {8, 32, 16, MatrixType::s8, integer_product<MatrixType::s8, 8, 32, 16>},
    {8, 8, 4, MatrixType::f64, double_product<MatrixType::f64, 8, 8, 4>},
};

}  // namespace

MatrixFn find_matrix_function(const MatrixProduct& product) {
  const MatrixType type = product.a == MatrixType::u8 ? MatrixType::s8 : product.a;
  const MatrixType other = product.b == MatrixType::u8 ? MatrixType::s8 : product.b;
  if (type != other) return nullptr;
  for (const Entry& entry : kEntries) {
    if (entry.m == product.m && entry.n == product.n && entry.k == product.k && entry.type == type)
      return entry.function;
  }
  return nullptr;
}

}  // namespace vgpu::VGPU_ISA
