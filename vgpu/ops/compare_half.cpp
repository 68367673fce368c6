// Comparisons of f16, bf16 and pairs of them; see compare_forms.h.

#include <limits>

#include "vgpu/ops/compare_forms.h"

namespace vgpu::VGPU_ISA {
namespace {

/// A half as the float of the same value; integer work alone, so that no lane depends on how subnormal floats behave.
template <bool kFtz>
struct F16 {
  using Raw = uint16_t;
  static float value(uint16_t raw) {
    const uint32_t magnitude = raw & 0x7fffu, sign = (raw & 0x8000u) << 16;
    const uint32_t rebias = 112u << 23;
    const uint32_t normal = (magnitude << 13) + (magnitude >= 0x7c00 ? 2 * rebias : rebias);
    const float subnormal = kFtz ? 0.0f : static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24f;
    return std::bit_cast<float>(sign | (magnitude < 0x400 ? std::bit_cast<uint32_t>(subnormal) : normal));
  }
};
struct Bf16 {
  using Raw = uint16_t;
  static float value(uint16_t raw) { return std::bit_cast<float>(uint32_t{raw} << 16); }
};
/// The lower (0) or upper (16) half of a packed pair.
template <class Half, int kShift>
struct HalfOf {
  using Raw = uint32_t;
  static float value(uint32_t raw) { return Half::value(static_cast<uint16_t>(raw >> kShift)); }
};

/// How every lane's sources relate; a lane in no mask has a NaN. Worked out once a type for all its comparisons: the
/// conversions would make a copy for each expensive to build.
struct Relation {
  uint32_t less, equal, greater;
};
template <class What>
[[gnu::noinline]] Relation relation(char* r, const OpRows& o) {
  const auto* a = source<typename What::Raw>(r, o.s[0]);
  const auto* b = source<typename What::Raw>(r, o.s[1]);
  return {loop_pred<Test<Lt, What>>(a, b), loop_pred<Test<Eq, What>>(a, b), loop_pred<Test<Gt, What>>(a, b)};
}
/// The comparison from the relation: which of them it is true for, an example of each tells.
template <class How, class What>
uint32_t compare_half(char* r, const OpRows& o) {
  const Relation is = relation<What>(r, o);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  return (How::test(0.0f, 1.0f) ? is.less : 0) | (How::test(0.0f, 0.0f) ? is.equal : 0) |
         (How::test(1.0f, 0.0f) ? is.greater : 0) | (How::test(kNan, 0.0f) ? ~(is.less | is.equal | is.greater) : 0);
}

/// Packed pairs: the results are those of the lower and the upper halves.
template <CompareFn kLow, CompareFn kHigh, class Bool>
struct SetpHalves {
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    const uint32_t p = Bool::combine(kLow(r, o), r, o), q = Bool::combine(kHigh(r, o), r, o);
    merge_pred(r, o.d[0], p, mask);
    merge_pred(r, o.d[1], q, mask);
  }
  static void full(char* r, const OpRows& o, uint32_t) { masked(r, o, kFullMask); }
};

[[gnu::noinline]] void write_pairs(char* row, uint16_t value_if_true, uint32_t low, uint32_t high, uint32_t mask) {
  uint32_t* d = reinterpret_cast<uint32_t*>(row);
  const uint32_t low_value = value_if_true, high_value = uint32_t{value_if_true} << 16;
  for (int l = 0; l < kLanes; ++l) {
    const uint32_t value = ((low >> l) & 1 ? low_value : 0) | ((high >> l) & 1 ? high_value : 0);
    d[l] = (mask >> l) & 1 ? value : d[l];
  }
}
template <CompareFn kLow, CompareFn kHigh, class Bool, uint16_t kTrue>
struct SetHalves {
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    const uint32_t low = Bool::combine(kLow(r, o), r, o), high = Bool::combine(kHigh(r, o), r, o);
    write_pairs(r + o.d[0], kTrue, low, high, mask);
  }
  static void full(char* r, const OpRows& o, uint32_t) { masked(r, o, kFullMask); }
};

/// A half type's set gives 16 bits too, and 1.0 in its own type.
template <class How, class Half, class Bool, uint16_t kOne>
void add_half_forms(OpTable& table, const Spelling& s) {
  constexpr CompareFn kCompare = &compare_half<How, Half>;
  add_common_forms<kCompare, Bool>(table, s, Row::b16);
  for (const char* result : {".u16", ".s16"}) {
    add_set<Bool, Set<kCompare, Bool, uint16_t, 0xffff>>(table, s, result, Row::b16, Row::b16);
  }
  add_set<Bool, Set<kCompare, Bool, uint16_t, kOne>>(table, s, s.type, Row::b16, Row::b16);
}
template <class How, class Half, class Bool, uint16_t kOne>
void add_pair_forms(OpTable& table, const Spelling& s) {
  constexpr CompareFn kLow = &compare_half<How, HalfOf<Half, 0>>, kHigh = &compare_half<How, HalfOf<Half, 16>>;
  add_setp_both<Bool, SetpHalves<kLow, kHigh, Bool>>(table, s, Row::b32);
  for (const char* result : {".u32", ".s32"}) {
    add_set<Bool, SetHalves<kLow, kHigh, Bool, 0xffff>>(table, s, result, Row::b32, Row::b32);
  }
  add_set<Bool, SetHalves<kLow, kHigh, Bool, kOne>>(table, s, s.type, Row::b32, Row::b32);
}
template <class How, class Half, uint16_t kOne, class... Bool>
void add_half(OpTable& table, const Spelling& s, const Spelling& pair) {
  (add_half_forms<How, Half, Bool, kOne>(table, s), ...);
  (add_pair_forms<How, Half, Bool, kOne>(table, pair), ...);
}
template <class Half, uint16_t kOne>
void add_half_type(OpTable& table, const char* ftz, const char* type, const char* pair) {
  for_each_float_comparison([&](auto how, const char* comparison) {
    add_half<decltype(how), Half, kOne, Alone, And, Or, Xor>(table, {comparison, ftz, type}, {comparison, ftz, pair});
  });
}

}  // namespace

void add_half_compare_ops(OpTable& table) {
  add_half_type<F16<false>, 0x3c00>(table, "", ".f16", ".f16x2");
  add_half_type<F16<true>, 0x3c00>(table, ".ftz", ".f16", ".f16x2");
  add_half_type<Bf16, 0x3f80>(table, "", ".bf16", ".bf16x2");
}

}  // namespace vgpu::VGPU_ISA
