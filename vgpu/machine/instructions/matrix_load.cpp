#include "vgpu/machine/instructions/matrix_load.h"

#include <algorithm>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/machine/instructions/tensor.h"

namespace vgpu {

namespace {

// Lanes that give an address: eight for each matrix.
uint32_t address_lanes(const MatrixRowsInfo& info) {
  return info.count == 4 ? kFullMask : (1u << (8 * info.count)) - 1;
}

/// An 8x8 matrix of 16-bit elements, row after row: a register of a fragment is one, read as memory.
using Matrix = uint16_t[8][8];

void transpose_matrix(const Matrix& from, Matrix& to) {
  for (int r = 0; r < 8; ++r) {
    for (int c = 0; c < 8; ++c) to[r][c] = from[c][r];
  }
}

// In the scratch rows, row r of matrix j is lane 8 * j + r's 16 bytes.
void matrix_from_scratch(char* registers, const MatrixRowsInfo& info, int j, Matrix& to) {
  for (int e = 0; e < 4; ++e) {
    const uint32_t* from = row_at<uint32_t>(registers, info.memory.rows[e]) + j * 8;
    for (int r = 0; r < 8; ++r) std::memcpy(&to[r][2 * e], &from[r], 4);
  }
}
void matrix_to_scratch(char* registers, const MatrixRowsInfo& info, int j, const Matrix& from) {
  for (int e = 0; e < 4; ++e) {
    uint32_t* to = row_at<uint32_t>(registers, info.memory.rows[e]) + j * 8;
    for (int r = 0; r < 8; ++r) std::memcpy(&to[r], &from[r][2 * e], 4);
  }
}

int fragment_place(int lane, int i) { return lane % 4 * 2 + i; }

/// The scratch lane, a matrix's row, that element i of a lane's register is in.
int row_lane(const MatrixRowsInfo& info, int matrix, int lane, int i) {
  return matrix * 8 + (info.transpose ? fragment_place(lane, i) : lane / 4);
}

void carry_to_fragments(Warp& warp, const MatrixRowsInfo& info) {
  const uint32_t rows = get_undefined(warp, info.memory.rows[0]);
  for (int j = 0; j < info.count; ++j) {
    uint32_t lanes = 0;
    for (int l = 0; l < kLanes; ++l) {
      for (int i = 0; i < 2; ++i) lanes |= (rows >> row_lane(info, j, l, i) & 1) << l;
    }
    set_undefined_from(warp, info.rows[j], kFullMask, lanes, info.memory.rows[0]);
  }
}

void carry_from_fragments(Warp& warp, const MatrixRowsInfo& info) {
  uint32_t rows = 0, any = info.rows[0];
  for (int j = 0; j < info.count; ++j) {
    const uint32_t lanes = get_undefined(warp, info.rows[j]);
    if (lanes != 0) any = info.rows[j];
    for (int l = 0; l < kLanes; ++l) {
      for (int i = 0; i < 2; ++i) rows |= (lanes >> l & 1) << row_lane(info, j, l, i);
    }
  }
  for (int e = 0; e < 4; ++e) set_undefined_from(warp, info.memory.rows[e], kFullMask, rows, any);
}

// Where elements of a tile lie in memory: `along` neighbours in a line, `line` says which.
struct InMemory {
  uint64_t line = 0, along = 0;
};
InMemory in_memory(const MatrixTileInfo& info, int reg, int lane, int i) {
  const MatrixPlace place = info.role == MatrixRole::a   ? place_in_a(info.m, info.type, reg, lane, i)
                            : info.role == MatrixRole::b ? place_in_b(info.k, info.type, reg, lane, i)
                                                         : place_in_c(info.m, info.type, reg, lane, i);
  const auto row = static_cast<uint64_t>(place.row), column = static_cast<uint64_t>(place.column);
  return info.row_major ? InMemory{row, column} : InMemory{column, row};
}

// Registers that hold elements of their own. f16 fragments of A and B have eight whatever the shape: the rest are
// copies, as on hardware.
int own_registers(const MatrixTileInfo& info) {
  const int rows = info.role == MatrixRole::b ? info.k : info.m;
  const int columns = info.role == MatrixRole::a ? info.k : info.n;
  const int per = info.type == MatrixType::f16 || info.role != MatrixRole::c ? per_register(info.type) : 1;
  return std::min<int>(rows * columns / (kLanes * per), info.registers);
}

// A fragment's elements that lie side by side in memory are one access.
bool side_by_side(const MatrixTileInfo& info) { return info.row_major == (info.role != MatrixRole::b); }

uint64_t stride_of(const Warp& warp, const MatrixTileInfo& info) {
  if (info.stride != kNone) return static_cast<uint64_t>(int64_t{row_at<int32_t>(warp.registers, info.stride)[0]});
  const int rows = info.role == MatrixRole::b ? info.k : info.m;
  const int columns = info.role == MatrixRole::a ? info.k : info.n;
  return static_cast<uint64_t>(info.row_major ? columns : rows);
}

/// CUDA wants lines that begin at multiples of 16 bytes (or of a thread's part of the tile, where that is less).
bool lines_aligned(Warp& warp, const MatrixTileInfo& info, uint64_t stride_bytes, bool load) {
  const uint32_t alignment = std::min<uint32_t>(16, info.registers * (info.type == MatrixType::f64 ? 8 : 4));
  MemoryInfo line = info.memory;
  const auto good = [&] {
    return address_of(warp, line, 0) % alignment == 0 ||
           resolve_lane(warp, line, 0, alignment, load ? Use::read : Use::write) != nullptr;
  };
  if (!good()) return false;
  line.offset += static_cast<int64_t>(stride_bytes);
  return good();
}

/// Runs over the accesses of a tile: f(memory, reg, i) with the addresses of all lanes in place; i is the first element
/// of the register that the access covers.
template <class F>
void each_access(Warp& warp, const MatrixTileInfo& info, uint64_t stride_bytes, F f) {
  const int bytes = element_bytes(info.type);
  const bool pairs_of_registers = info.role == MatrixRole::c && info.type != MatrixType::f16;
  const bool together = side_by_side(info);
  const int per = pairs_of_registers ? 1 : per_register(info.type);
  const int step = pairs_of_registers && together ? 2 : 1;
  MemoryInfo memory = info.memory;
  memory.base = info.scratch.address;
  memory.address_is_32 = false;
  memory.offset = 0;
  memory.width = static_cast<uint8_t>(together ? bytes * per : bytes);
  memory.elements = static_cast<uint8_t>(step);
  uint64_t start[kLanes];
  for (int l = 0; l < kLanes; ++l) start[l] = address_of(warp, info.memory, l);
  uint64_t* address = row_at<uint64_t>(warp.registers, info.scratch.address);
  set_undefined(warp, info.scratch.address, kFullMask, 0);
  if (const uint32_t base = info.memory.base; base != kNone) {
    set_undefined_from(warp, info.scratch.address, kFullMask, get_undefined(warp, base), base);
  }
  for (int reg = 0; reg < own_registers(info); reg += step) {
    for (int i = 0; i < per; i += together ? per : 1) {
      for (int l = 0; l < kLanes; ++l) {
        const InMemory at = in_memory(info, reg, l, i);
        address[l] = start[l] + at.line * stride_bytes + at.along * static_cast<uint64_t>(bytes);
      }
      f(memory, reg, i);
    }
  }
}

uint8_t register_width(const MatrixTileInfo& info) { return info.type == MatrixType::f64 ? 8 : 4; }

}  // namespace

void load_matrices_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MatrixRowsInfo*>(inst.info);
  if (!whole_warp(warp, mask, info.name)) return;
  access_memory(warp, info.memory, address_lanes(info), true);
  if (warp.tracking) carry_to_fragments(warp, info);
  Matrix matrix, turned;
  for (int j = 0; j < info.count; ++j) {
    matrix_from_scratch(warp.registers, info, j, matrix);
    if (info.transpose) transpose_matrix(matrix, turned);
    std::memcpy(warp.registers + info.rows[j], info.transpose ? turned : matrix, sizeof(Matrix));
  }
}

void store_matrices_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MatrixRowsInfo*>(inst.info);
  if (!whole_warp(warp, mask, info.name)) return;
  Matrix matrix, turned;
  for (int j = 0; j < info.count; ++j) {
    std::memcpy(matrix, warp.registers + info.rows[j], sizeof(Matrix));
    if (info.transpose) transpose_matrix(matrix, turned);
    matrix_to_scratch(warp.registers, info, j, info.transpose ? turned : matrix);
  }
  if (warp.tracking) carry_from_fragments(warp, info);
  access_memory(warp, info.memory, address_lanes(info), false);
}

void load_tile_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MatrixTileInfo*>(inst.info);
  if (!whole_warp(warp, mask, info.name)) return;
  const auto bytes = static_cast<uint64_t>(element_bytes(info.type));
  const uint64_t stride_bytes = stride_of(warp, info) * bytes;
  if (!lines_aligned(warp, info, stride_bytes, true)) return;
  each_access(warp, info, stride_bytes, [&](MemoryInfo& memory, int reg, int i) {
    if (memory.width == register_width(info)) {
      for (int e = 0; e < memory.elements; ++e) {
        memory.rows[e] = info.rows[reg + e];
        memory.register_bytes[e] = memory.width;
      }
      return access_memory(warp, memory, kFullMask, true);
    }
    // An element at a time: into the scratch row, then to its place in the register.
    memory.rows[0] = info.scratch.data[0];
    memory.register_bytes[0] = 4;
    access_memory(warp, memory, kFullMask, true);
    const uint32_t* from = row_at<uint32_t>(warp.registers, memory.rows[0]);
    uint32_t* to = row_at<uint32_t>(warp.registers, info.rows[reg]);
    const auto shift = static_cast<uint32_t>(i) * 8 * memory.width;
    for (int l = 0; l < kLanes; ++l) to[l] = (i == 0 ? 0 : to[l]) | from[l] << shift;
    if (i == 0) set_undefined(warp, info.rows[reg], kFullMask, 0);
    const uint32_t undefined = get_undefined(warp, memory.rows[0]);
    set_undefined_from(warp, info.rows[reg], undefined, undefined, memory.rows[0]);
  });
  const int own = own_registers(info);
  for (int reg = own; reg < info.registers; ++reg) {
    std::memcpy(warp.registers + info.rows[reg], warp.registers + info.rows[reg % own], 4 * kLanes);
    set_undefined_from(warp, info.rows[reg], kFullMask, get_undefined(warp, info.rows[reg % own]),
                       info.rows[reg % own]);
  }
}

void store_tile_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MatrixTileInfo*>(inst.info);
  if (!whole_warp(warp, mask, info.name)) return;
  const auto bytes = static_cast<uint64_t>(element_bytes(info.type));
  const uint64_t stride_bytes = stride_of(warp, info) * bytes;
  if (!lines_aligned(warp, info, stride_bytes, false)) return;
  each_access(warp, info, stride_bytes, [&](MemoryInfo& memory, int reg, int i) {
    if (memory.width == register_width(info)) {
      for (int e = 0; e < memory.elements; ++e) {
        memory.rows[e] = info.rows[reg + e];
        memory.register_bytes[e] = memory.width;
      }
      return access_memory(warp, memory, kFullMask, false);
    }
    memory.rows[0] = info.scratch.data[0];
    memory.register_bytes[0] = 4;
    const uint32_t* from = row_at<uint32_t>(warp.registers, info.rows[reg]);
    uint32_t* to = row_at<uint32_t>(warp.registers, memory.rows[0]);
    const auto shift = static_cast<uint32_t>(i) * 8 * memory.width;
    for (int l = 0; l < kLanes; ++l) to[l] = from[l] >> shift;
    set_undefined_from(warp, memory.rows[0], kFullMask, get_undefined(warp, info.rows[reg]), info.rows[reg]);
    access_memory(warp, memory, kFullMask, false);
  });
}

}  // namespace vgpu
