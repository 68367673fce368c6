#include "vgpu/machine/tensor.h"

#include <fmt/format.h>

#include <bit>

#include "vgpu/machine/definedness.h"

namespace vgpu {

namespace isa_baseline {
MatrixFn find_matrix_function(const MatrixProduct& product);
}
#ifdef VGPU_HAS_V3
namespace isa_v3 {
MatrixFn find_matrix_function(const MatrixProduct& product);
}
#endif

std::vector<std::pair<std::string, MatrixFn>> matrix_functions(const MatrixProduct& product) {
  std::vector<std::pair<std::string, MatrixFn>> functions;
  for (const auto& [isa, table] : op_tables()) {
#ifdef VGPU_HAS_V3
    if (isa == "x86-64-v3") {
      functions.emplace_back(isa, isa_v3::find_matrix_function(product));
      continue;
    }
#endif
    functions.emplace_back(isa, isa_baseline::find_matrix_function(product));
  }
  return functions;
}

MatrixFn matrix_function(const MatrixProduct& product) { return matrix_functions(product).front().second; }

bool whole_warp(Warp& warp, uint32_t mask, const char* name) {
  if (mask == kFullMask) [[likely]]
    return true;
  Incident incident;
  incident.kind = Finding::Kind::barrier;
  incident.text = fmt::format("{} is executed by {} of 32 lanes: all of the warp must", name, std::popcount(mask));
  incident.cause = "is it inside a branch that some lanes do not take, or is the block no multiple of 32 threads?";
  for (uint32_t m = mask; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
  return false;
}

void matrix_product_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MatrixProductInfo*>(inst.info);
  if (!whole_warp(warp, mask, info.name)) return;
  const MatrixProduct& product = info.product;
  info.function(warp.registers, product);
  if (!warp.tracking) return;
  // Every element of D hangs on a row of A and a column of B: one that is undefined spoils the whole of D.
  uint32_t undefined = 0;
  for (uint32_t i = 0; i < info.registers[0]; ++i) undefined |= undefined_of(warp, product.ra[i]);
  for (uint32_t i = 0; i < info.registers[1]; ++i) undefined |= undefined_of(warp, product.rb[i]);
  for (uint32_t i = 0; i < info.registers[2]; ++i) undefined |= undefined_of(warp, product.rc[i]);
  for (uint32_t i = 0; i < info.registers[3]; ++i)
    set_undefined(warp, product.rd[i], kFullMask, undefined != 0 ? kFullMask : 0);
}

}  // namespace vgpu
