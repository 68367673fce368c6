#include "vgpu/machine/instructions/tensor.h"

#include <fmt/format.h>

#include <bit>

#include "vgpu/machine/checks/definedness.h"

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

namespace {

/// The rows of A (or, as rows of their registers' blocks, the columns of B) that have an undefined element, as bits.
/// `down` says which block row register q belongs to.
template <class F>
uint32_t undefined_lines(Warp& warp, const uint32_t* rows, int count, F down) {
  uint32_t lines = 0;
  for (int q = 0; q < count; ++q) {
    const uint32_t lanes = undefined_of(warp, rows[q]);
    for (int r = 0; r < 8; ++r) {
      if ((lanes >> (4 * r) & 15) != 0) lines |= 1u << (down(q) * 8 + r);
    }
  }
  return lines;
}

/// An element of D is undefined where its row of A, its column of B or its element of C is.
void carry_through_product(Warp& warp, const MatrixProductInfo& info) {
  const MatrixProduct& p = info.product;
  const int columns = 4 * per_register(p.a);  // of a block
  const uint32_t bad_rows =
      undefined_lines(warp, p.ra, p.m / 8 * (p.k / columns), [&](int q) { return q % (p.m / 8); });
  const uint32_t bad_columns =
      undefined_lines(warp, p.rb, p.n / 8 * (p.k / columns), [&](int q) { return q / (p.k / columns); });
  // C and D may be of different types, and the same registers.
  uint32_t of_c[8] = {};
  for (int i = 0; i < info.registers_d; ++i) {
    if (p.c == p.d) {
      of_c[i] = undefined_of(warp, p.rc[i]);
    } else if (p.c == MatrixType::f16) {
      of_c[i] = undefined_of(warp, p.rc[i / 2]);
    } else {
      of_c[i] = undefined_of(warp, p.rc[2 * i]) | undefined_of(warp, p.rc[2 * i + 1]);
    }
  }
  // Which of them it was is lost: one stands for all.
  OriginId origin = 0;
  const auto look = [&](const uint32_t* rows, int count) {
    for (int i = 0; i < count; ++i) {
      const uint32_t lanes = undefined_of(warp, rows[i]);
      if (lanes != 0) origin = used_origin(warp, rows[i], std::countr_zero(lanes), warp.pc);
    }
  };
  look(p.rc, p.c == p.d               ? info.registers_d
             : p.c == MatrixType::f16 ? (info.registers_d + 1) / 2
                                      : 2 * info.registers_d);
  look(p.rb, p.n / 8 * (p.k / columns));
  look(p.ra, p.m / 8 * (p.k / columns));
  for (int i = 0; i < info.registers_d; ++i) {
    uint32_t lanes = of_c[i];
    for (int l = 0; l < kLanes; ++l) {
      for (int e = 0; e < (p.d == MatrixType::f16 ? 2 : 1); ++e) {
        const MatrixPlace at = place_in_c(p.m, p.d, i, l, e);
        if ((bad_rows >> at.row & 1) != 0 || (bad_columns >> at.column & 1) != 0) lanes |= 1u << l;
      }
    }
    set_undefined(warp, p.rd[i], kFullMask, lanes);
    for (uint32_t m = lanes; m != 0; m &= m - 1) origins_of(warp, p.rd[i])[std::countr_zero(m)] = origin;
  }
}

}  // namespace

void matrix_product_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MatrixProductInfo*>(inst.info);
  if (!whole_warp(warp, mask, info.name)) return;
  const MatrixProduct& product = info.product;
  info.function(warp.registers, product);
  if (warp.tracking) carry_through_product(warp, info);
}

}  // namespace vgpu
