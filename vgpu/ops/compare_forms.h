#pragma once
// Comparisons (PTX ISA, "Comparison and Selection Instructions" and "Half Precision Comparison Instructions"), what
// their types share: compare.cpp adds those of integers, compare_float.cpp and compare_half.cpp the others.
//
// A comparison gives a mask, one bit a lane; the boolean operand, the negated second result and the merge under the
// warp's mask are then single operations on words.

#include <bit>

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"

namespace vgpu::VGPU_ISA {

// --- What is compared: Raw is the row's type, value() what it stands for.

template <class T>
struct Plain {
  using Raw = T;
  static T value(T raw) { return raw; }
};

// --- How: the ordered comparisons are false when a side is NaN, those ending in u are true.

#define VGPU_COMPARISON(Name, expression) \
  struct Name {                           \
    template <class T>                    \
    static bool test(T a, T b) {          \
      return expression;                  \
    }                                     \
  };
VGPU_COMPARISON(Eq, a == b)
VGPU_COMPARISON(Ne, a != b)  // of integers
VGPU_COMPARISON(Lt, a < b)
VGPU_COMPARISON(Le, a <= b)
VGPU_COMPARISON(Gt, a > b)
VGPU_COMPARISON(Ge, a >= b)
VGPU_COMPARISON(OrderedNe, (a < b) | (a > b))
VGPU_COMPARISON(Equ, !((a < b) | (a > b)))
VGPU_COMPARISON(Neu, !(a == b))
VGPU_COMPARISON(Ltu, !(a >= b))
VGPU_COMPARISON(Leu, !(a > b))
VGPU_COMPARISON(Gtu, !(a <= b))
VGPU_COMPARISON(Geu, !(a < b))
VGPU_COMPARISON(Num, (a == a) & (b == b))
VGPU_COMPARISON(Nan, (a != a) | (b != b))
#undef VGPU_COMPARISON

template <class How, class What>
struct Test {
  using Raw = typename What::Raw;
  static bool apply(Raw a, Raw b) { return How::test(What::value(a), What::value(b)); }
};

/// The comparison of sources 0 and 1 in every lane.
using CompareFn = uint32_t (*)(char*, const OpRows&);
template <class How, class What>
[[gnu::noinline]] inline uint32_t compare(char* r, const OpRows& o) {
  using Raw = typename What::Raw;
  return loop_pred<Test<How, What>>(source<Raw>(r, o.s[0]), source<Raw>(r, o.s[1]));
}

// --- With what: the boolean operand, source 2.

inline uint32_t third(const char* r, const OpRows& o) { return *reinterpret_cast<const uint32_t*>(r + o.s[2]); }
struct Alone {
  static constexpr const char* name = "";
  static uint32_t combine(uint32_t t, const char*, const OpRows&) { return t; }
};
struct And {
  static constexpr const char* name = ".and";
  static uint32_t combine(uint32_t t, const char* r, const OpRows& o) { return t & third(r, o); }
};
struct Or {
  static constexpr const char* name = ".or";
  static uint32_t combine(uint32_t t, const char* r, const OpRows& o) { return t | third(r, o); }
};
struct Xor {
  static constexpr const char* name = ".xor";
  static uint32_t combine(uint32_t t, const char* r, const OpRows& o) { return t ^ third(r, o); }
};

// --- Where to: setp's one or two predicates, set's word.

template <CompareFn kCompare, class Bool>
struct Setp {
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    merge_pred(r, o.d[0], Bool::combine(kCompare(r, o), r, o), mask);
  }
  static void full(char* r, const OpRows& o, uint32_t) { masked(r, o, kFullMask); }
};
/// The second result is that of the negated comparison: the boolean operand applies to both.
template <CompareFn kCompare, class Bool>
struct SetpBoth {
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    const uint32_t t = kCompare(r, o);
    const uint32_t p = Bool::combine(t, r, o), q = Bool::combine(~t, r, o);
    merge_pred(r, o.d[0], p, mask);
    merge_pred(r, o.d[1], q, mask);
  }
  static void full(char* r, const OpRows& o, uint32_t) { masked(r, o, kFullMask); }
};
template <class D>
[[gnu::noinline]] inline void write_where(char* row, D value_if_true, uint32_t bits, uint32_t mask) {
  D* d = reinterpret_cast<D*>(row);
  for (int l = 0; l < kLanes; ++l) {
    const D value = (bits >> l) & 1 ? value_if_true : D{0};
    d[l] = (mask >> l) & 1 ? value : d[l];
  }
}
template <CompareFn kCompare, class Bool, class D, D kTrue>
struct Set {
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    write_where<D>(r + o.d[0], kTrue, Bool::combine(kCompare(r, o), r, o), mask);
  }
  static void full(char* r, const OpRows& o, uint32_t) { masked(r, o, kFullMask); }
};
// --- Names.

/// How an instruction is spelled: setp.<comparison>[.bool][.ftz].<type>.
struct Spelling {
  const char* comparison;
  const char* ftz;
  const char* type;
};

/// Adds <opcode><comparison><boolean><ftz><result><type><second>; with a boolean there is a third source. One function
/// for thousands of names, as add_entry().
[[gnu::noinline]] inline void add_form(OpTable& table, const char* opcode, const Spelling& s, const char* boolean,
                                       const char* result, const char* second, Row d0, Row d1, Row raw, OpFn full,
                                       OpFn masked) {
  const OpName name(opcode, s.comparison, boolean, s.ftz, result, s.type, second);
  add_entry(table, name.text, full, masked, {d0, d1}, {raw, raw, *boolean != 0 ? Row::pred : Row::none, Row::none}, -1,
            {});
}
template <class Bool, class H>
void add_setp(OpTable& table, const Spelling& s, Row raw) {
  add_form(table, "setp", s, Bool::name, "", "", Row::pred, Row::none, raw, &H::full, &H::masked);
}
template <class Bool, class H>
void add_setp_both(OpTable& table, const Spelling& s, Row raw) {
  add_form(table, "setp", s, Bool::name, "", "|", Row::pred, Row::pred, raw, &H::full, &H::masked);
}
template <class Bool, class H>
void add_set(OpTable& table, const Spelling& s, const char* result, Row d, Row raw) {
  add_form(table, "set", s, Bool::name, result, "", d, Row::none, raw, &H::full, &H::masked);
}

/// What every type has: setp with one and with two results, set to a word of ones.
template <CompareFn kCompare, class Bool>
void add_common_forms(OpTable& table, const Spelling& s, Row raw) {
  add_setp<Bool, Setp<kCompare, Bool>>(table, s, raw);
  add_setp_both<Bool, SetpBoth<kCompare, Bool>>(table, s, raw);
  for (const char* result : {".u32", ".s32"}) {
    add_set<Bool, Set<kCompare, Bool, uint32_t, ~0u>>(table, s, result, Row::b32, raw);
  }
}
/// All forms of one comparison of a 16-, 32- or 64-bit integer, a float or a double.
template <class How, class What, class Bool>
void add_forms(OpTable& table, const Spelling& s) {
  constexpr CompareFn kCompare = &compare<How, What>;
  constexpr Row kRaw = row_of<typename What::Raw>();
  add_common_forms<kCompare, Bool>(table, s, kRaw);
  add_set<Bool, Set<kCompare, Bool, uint32_t, std::bit_cast<uint32_t>(1.0f)>>(table, s, ".f32", Row::b32, kRaw);
}
template <class How, class What>
void add_word(OpTable& table, const Spelling& s) {
  add_forms<How, What, Alone>(table, s);
  add_forms<How, What, And>(table, s);
  add_forms<How, What, Or>(table, s);
  add_forms<How, What, Xor>(table, s);
}
/// Calls add(How{}, ".name") for the fourteen comparisons of floats.
template <class Add>
void for_each_float_comparison(Add add) {
  add(Eq{}, ".eq"), add(OrderedNe{}, ".ne"), add(Lt{}, ".lt"), add(Le{}, ".le"), add(Gt{}, ".gt"), add(Ge{}, ".ge");
  add(Equ{}, ".equ"), add(Neu{}, ".neu"), add(Ltu{}, ".ltu"), add(Leu{}, ".leu"), add(Gtu{}, ".gtu");
  add(Geu{}, ".geu"), add(Num{}, ".num"), add(Nan{}, ".nan");
}

}  // namespace vgpu::VGPU_ISA
