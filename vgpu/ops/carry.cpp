// Chains of additions and subtractions through the thread's carry flag (PTX ISA, "Extended-Precision Arithmetic
// Instructions"). A subtraction is a + ~b + 1, and the flag its carry, as on an H100: 0 where b was more than a, so
// that one family's flag may be read by the other. Signed and unsigned forms differ in the upper half of a product
// alone.

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"
#include "vgpu/ops/words.h"

namespace vgpu::VGPU_ISA {
namespace {

/// d = a + b + carry, and the carry out of its top bit.
template <class U>
[[gnu::always_inline]] inline void add_with_carry(U& d, bool& out, U a, U b, bool carry) {
  const U sum = a + b;
  d = sum + carry;
  out = (sum < a) | (d < sum);
}

template <class U>
struct AddCc {
  static void apply(U& d, bool& out, U a, U b) { add_with_carry(d, out, a, b, false); }
};
template <class U>
struct AddcCc {
  static void apply(U& d, bool& out, U a, U b, bool in) { add_with_carry(d, out, a, b, in); }
};
template <class U>
struct Addc {
  static U apply(U a, U b, bool in) { return a + b + in; }
};
template <class U>
struct SubCc {
  static void apply(U& d, bool& out, U a, U b) { add_with_carry(d, out, a, static_cast<U>(~b), true); }
};
template <class U>
struct SubcCc {
  static void apply(U& d, bool& out, U a, U b, bool in) { add_with_carry(d, out, a, static_cast<U>(~b), in); }
};
template <class U>
struct Subc {
  static U apply(U a, U b, bool in) { return a + static_cast<U>(~b) + in; }
};

struct Low {
  template <class T>
  static std::make_unsigned_t<T> product(T a, T b) {
    using U = std::make_unsigned_t<T>;
    return static_cast<U>(a) * static_cast<U>(b);
  }
};
struct High {
  template <class T>
  static std::make_unsigned_t<T> product(T a, T b) {
    return static_cast<std::make_unsigned_t<T>>(mul_hi(a, b));
  }
};
template <class Half, class T>
struct MadCc {
  using U = std::make_unsigned_t<T>;
  static void apply(U& d, bool& out, T a, T b, U c) { add_with_carry(d, out, Half::product(a, b), c, false); }
};
template <class Half, class T>
struct MadcCc {
  using U = std::make_unsigned_t<T>;
  static void apply(U& d, bool& out, T a, T b, U c, bool in) { add_with_carry(d, out, Half::product(a, b), c, in); }
};
template <class Half, class T>
struct Madc {
  using U = std::make_unsigned_t<T>;
  static U apply(T a, T b, U c, bool in) { return Half::product(a, b) + c + in; }
};

constexpr Carry kIn{true, false}, kOut{false, true}, kInOut{true, true};

template <class Half, class T>
void add_mad(OpTable& table, const char* half) {
  using U = std::make_unsigned_t<T>;
  const char* type = suffix<T>();
  add_op2<MadCc<Half, T>, U, Pred, T, T, U>(table, OpName("mad", half, ".cc", type).text, kOut);
  add_op<Madc<Half, T>, U, T, T, U, Pred>(table, OpName("madc", half, type).text, kIn);
  add_op2<MadcCc<Half, T>, U, Pred, T, T, U, Pred>(table, OpName("madc", half, ".cc", type).text, kInOut);
}
template <class T>
void add_type(OpTable& table) {
  using U = std::make_unsigned_t<T>;
  const char* type = suffix<T>();
  add_op2<AddCc<U>, U, Pred, U, U>(table, OpName("add.cc", type).text, kOut);
  add_op<Addc<U>, U, U, U, Pred>(table, OpName("addc", type).text, kIn);
  add_op2<AddcCc<U>, U, Pred, U, U, Pred>(table, OpName("addc.cc", type).text, kInOut);
  add_op2<SubCc<U>, U, Pred, U, U>(table, OpName("sub.cc", type).text, kOut);
  add_op<Subc<U>, U, U, U, Pred>(table, OpName("subc", type).text, kIn);
  add_op2<SubcCc<U>, U, Pred, U, U, Pred>(table, OpName("subc.cc", type).text, kInOut);
  add_mad<Low, T>(table, ".lo");
  add_mad<High, T>(table, ".hi");
}

}  // namespace

void add_carry_ops(OpTable& table) {
  add_type<uint32_t>(table);
  add_type<int32_t>(table);
  add_type<uint64_t>(table);
  add_type<int64_t>(table);
}

}  // namespace vgpu::VGPU_ISA
