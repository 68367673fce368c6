#pragma once
// Products of small matrices that lie in the registers of a warp: mma.sync and wmma.mma.
//
// A fragment is made of blocks of 8 rows. Register r holds block r; lane l holds the part of row l / 4 that starts at
// column l % 4 * p, p elements a register (PTX ISA, "Matrix Fragments for mma"). So one register of the 32 lanes, read
// as memory, is a block in row-major order. The blocks of A go down its m rows first, B's (a row is one n, its columns
// are k) along k first, and the accumulator's (8x8) down its rows first, two registers a block where they are 32 bits
// wide. wmma's fragments, whose layout PTX leaves open, are laid out the same way.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vgpu {

enum class MatrixType : uint8_t { f16, bf16, tf32, f32, f64, s8, u8, s32 };

constexpr int element_bytes(MatrixType type) {
  switch (type) {
    case MatrixType::s8:
    case MatrixType::u8:
      return 1;
    case MatrixType::f16:
    case MatrixType::bf16:
      return 2;
    case MatrixType::f64:
      return 8;
    default:
      return 4;
  }
}
/// Elements in one register of a fragment.
constexpr int per_register(MatrixType type) { return element_bytes(type) >= 4 ? 1 : 4 / element_bytes(type); }

/// D = A * B + C: A is m x k, B is k x n, C and D are m x n.
struct MatrixProduct {
  uint8_t m = 0, n = 0, k = 0;
  MatrixType a{}, b{}, c{}, d{};
  bool saturate = false;                                    ///< .satfinite: 32-bit sums stop at the ends of their range
  uint32_t ra[8] = {}, rb[8] = {}, rc[8] = {}, rd[8] = {};  ///< rows of the fragments' registers
};

/// Element i of register `reg` of a lane.
struct MatrixPlace {
  int row = 0, column = 0;
};
constexpr MatrixPlace place_in_a(int m, MatrixType type, int reg, int lane, int i) {
  const int p = per_register(type), down = m / 8;
  return {reg % down * 8 + lane / 4, reg / down * 4 * p + lane % 4 * p + i};
}
constexpr MatrixPlace place_in_b(int k, MatrixType type, int reg, int lane, int i) {
  const int p = per_register(type), along = k / (4 * p);
  return {reg % along * 4 * p + lane % 4 * p + i, reg / along * 8 + lane / 4};
}
constexpr MatrixPlace place_in_c(int m, MatrixType type, int reg, int lane, int i) {
  const int down = m / 8, block = type == MatrixType::f16 ? reg : reg / 2;
  const int column = type == MatrixType::f16 ? i : reg % 2;
  return {block % down * 8 + lane / 4, block / down * 8 + lane % 4 * 2 + column};
}

/// Computes a product over all 32 lanes. Fragments may share registers.
using MatrixFn = void (*)(char* registers, const MatrixProduct& product);

/// The function for the shape and the types of `product`, nullptr where there is none. For this processor.
MatrixFn matrix_function(const MatrixProduct& product);
/// Every build that this processor can run, the one in use first, for tests.
std::vector<std::pair<std::string, MatrixFn>> matrix_functions(const MatrixProduct& product);

}  // namespace vgpu
