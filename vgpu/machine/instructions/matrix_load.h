#pragma once
// Matrices between memory and registers: ldmatrix, stmatrix, wmma.load, wmma.store. All of them become plain loads and
// stores of scratch rows, so that every check of load_store.h applies, and moves between the lanes.

#include "vgpu/machine/warp.h"
#include "vgpu/ops/matrix.h"

namespace vgpu {

/// Rows of a frame that these instructions may overwrite at any time.
struct MatrixScratch {
  uint32_t data[4] = {};  ///< 4 bytes a lane
  uint32_t address = 0;   ///< 8 bytes a lane
};

/// Inst::info of ldmatrix and stmatrix.
struct MatrixRowsInfo {
  MemoryInfo memory;  ///< one row of 16 bytes, to and from MatrixScratch::data
  uint8_t count = 1;  ///< matrices: 1, 2 or 4
  bool transpose = false;
  uint32_t rows[4] = {};  ///< registers
  const char* name = "";
};

enum class MatrixRole : uint8_t { a, b, c };

/// Inst::info of wmma.load and wmma.store.
struct MatrixTileInfo {
  MemoryInfo memory;  ///< the tile's first element
  MatrixRole role{};
  MatrixType type{};
  uint8_t m = 0, n = 0, k = 0;
  bool row_major = true;
  uint8_t registers = 0;    ///< of the fragment
  uint32_t rows[8] = {};    ///< the fragment
  uint32_t stride = kNone;  ///< row of 32-bit elements from line to line, kNone: lines follow each other
  MatrixScratch scratch;
  const char* name = "";
};

void load_matrices_step(Warp& warp, const Inst& inst, uint32_t mask);
void store_matrices_step(Warp& warp, const Inst& inst, uint32_t mask);
void load_tile_step(Warp& warp, const Inst& inst, uint32_t mask);
void store_tile_step(Warp& warp, const Inst& inst, uint32_t mask);

}  // namespace vgpu
