#pragma once
// Tensor cores: mma.sync and wmma.mma. The arithmetic is in vgpu/ops/matrix.cpp.

#include "vgpu/machine/warp.h"
#include "vgpu/ops/matrix.h"

namespace vgpu {

/// Inst::info of matrix_product_step.
struct MatrixProductInfo {
  MatrixProduct product;
  MatrixFn function = nullptr;
  uint8_t registers_d = 0;  ///< of D's fragment
  const char* name = "";    ///< "mma.sync", for findings
};

/// Step function for mma.sync and wmma.mma.
void matrix_product_step(Warp& warp, const Inst& inst, uint32_t mask);

/// Whether all 32 lanes execute an .aligned instruction; reports it where they do not.
bool whole_warp(Warp& warp, uint32_t mask, const char* name);

}  // namespace vgpu
