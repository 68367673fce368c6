#pragma once
// Step functions whose value depends on where and when a warp is: %clock and the address of a local variable.

#include <bit>
#include <cstdint>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

/// %clock, %clock64, %globaltimer: counts the warp's own instructions, so that it grows and is always the same.
template <class T, bool kUpper>
void clock_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const uint64_t now = warp.clock;
  T* d = row_at<T>(warp.registers, inst.rows.d[0]);
  for (uint32_t m = mask; m != 0; m &= m - 1) d[std::countr_zero(m)] = static_cast<T>(kUpper ? now >> 32 : now);
  set_undefined(warp, inst.rows.d[0], mask, 0);
}

/// The address of a local variable: OpRows::imm is its place in the function's part of the stack.
template <class T>
void local_address_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto address = static_cast<T>(static_cast<uint64_t>(inst.rows.imm) + warp.local);
  T* d = row_at<T>(warp.registers, inst.rows.d[0]);
  for (uint32_t m = mask; m != 0; m &= m - 1) d[std::countr_zero(m)] = address;
  set_undefined(warp, inst.rows.d[0], mask, 0);
}

}  // namespace vgpu
