// mov between registers, and its packing and unpacking forms (PTX ISA, "Data Movement and Conversion Instructions").
//
// A mov with a vector operand has no opcode of its own in PTX; the decoder names what it means. Element 0 is the least
// significant; a b8 element lives in the low byte of a 16-bit row, and unpacks with a zero byte above it.
//
//   mov.b32 d, {a, b}              pack2.b32       2 x b16 -> b32
//   mov.b32 d, {a, b, c, d}        pack4.b32       4 x b8  -> b32
//   mov.b64 d, {a, b}              pack2.b64       2 x b32 -> b64
//   mov.b64 d, {a, b, c, d}        pack4.b64       4 x b16 -> b64
//   mov.b128 d, {a, b}             pack2.b128      2 x b64 -> b128
//   mov.b128 d, {a, b, c, d}       pack4.b128      4 x b32 -> b128
//   mov.b32 {d, e}, a              unpack2.b32     b32  -> 2 x b16 in d[0], d[1]
//   mov.b64 {d, e}, a              unpack2.b64     b64  -> 2 x b32
//   mov.b128 {d, e}, a             unpack2.b128    b128 -> 2 x b64
//   one element K of any of these  extract.K.<element>.<whole>, element.whole one of
//                                  b8.b32, b16.b32, b16.b64, b32.b64, b32.b128, b64.b128
//
// mov.b16 {a, b} of two bytes: pack2.b16, unpack2.b16, extract.K.b8.b16, all in 16-bit rows.

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"

namespace vgpu::VGPU_ISA {
namespace {

/// A 128-bit lane; rows of them need no more than 8-byte alignment.
struct Two64 {
  uint64_t low, high;
};

template <class T>
struct Mov {
  static T apply(T a) { return a; }
};
/// Predicates move as words.
struct MovPred {
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    merge_pred(r, o.d[0], *reinterpret_cast<const uint32_t*>(r + o.s[0]), mask);
  }
  static void full(char* r, const OpRows& o, uint32_t) { masked(r, o, kFullMask); }
};

/// `kBits` is an element's width; its row may be wider.
template <class Whole, class Element, int kBits = 8 * sizeof(Element)>
struct Pack {
  static Whole part(Element e, int i) {
    constexpr Whole kOnes = static_cast<Whole>(static_cast<Whole>(~Whole{0}) >> (8 * sizeof(Whole) - kBits));
    return static_cast<Whole>((static_cast<Whole>(e) & kOnes) << (kBits * i));
  }
  static Whole apply(Element a, Element b) { return static_cast<Whole>(part(a, 0) | part(b, 1)); }
  static Whole apply(Element a, Element b, Element c, Element d) {
    return static_cast<Whole>(part(a, 0) | part(b, 1) | part(c, 2) | part(d, 3));
  }
};
template <>
struct Pack<Two64, uint64_t> {
  static Two64 apply(uint64_t a, uint64_t b) { return {a, b}; }
};
template <>
struct Pack<Two64, uint32_t> {
  static Two64 apply(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return {uint64_t{b} << 32 | a, uint64_t{d} << 32 | c};
  }
};

template <class Whole, class Element, int kIndex, int kBits = 8 * sizeof(Element)>
struct Extract {
  static Element apply(Whole a) {
    if constexpr (std::is_same_v<Whole, Two64>) {
      constexpr int kShift = kBits * kIndex;
      return static_cast<Element>((kShift < 64 ? a.low : a.high) >> (kShift % 64));
    } else {
      const Element e = static_cast<Element>(a >> (kBits * kIndex));
      return kBits == 8 ? static_cast<Element>(e & 0xff) : e;
    }
  }
};
template <class Whole, class Element, int kBits = 8 * sizeof(Element)>
struct Unpack {
  static void apply(Element& first, Element& second, Whole a) {
    first = Extract<Whole, Element, 0, kBits>::apply(a);
    second = Extract<Whole, Element, 1, kBits>::apply(a);
  }
};

template <class Whole, class Element, int kBits, int... kIndex>
void add_extracts(OpTable& table, const char* types, std::integer_sequence<int, kIndex...>) {
  static constexpr const char* kName[] = {"extract.0", "extract.1", "extract.2", "extract.3"};
  (add_op<Extract<Whole, Element, kIndex, kBits>, Element, Whole>(table, OpName(kName[kIndex], types).text), ...);
}
template <class Whole, class Element, int kBits = 8 * sizeof(Element)>
void add_pair(OpTable& table, const char* whole, const char* element) {
  add_op<Pack<Whole, Element, kBits>, Whole, Element, Element>(table, OpName("pack2", whole).text);
  add_op2<Unpack<Whole, Element, kBits>, Element, Element, Whole>(table, OpName("unpack2", whole).text);
  add_extracts<Whole, Element, kBits>(table, OpName(element, whole).text, std::make_integer_sequence<int, 2>{});
}
template <class Whole, class Element, int kBits = 8 * sizeof(Element)>
void add_quad(OpTable& table, const char* whole, const char* element) {
  add_op<Pack<Whole, Element, kBits>, Whole, Element, Element, Element, Element>(table, OpName("pack4", whole).text);
  add_extracts<Whole, Element, kBits>(table, OpName(element, whole).text, std::make_integer_sequence<int, 4>{});
}

template <class T>
void add_mov(OpTable& table, const char* type) {
  add_op<Mov<T>, T, T>(table, OpName("mov", type).text);
}

}  // namespace

void add_move_ops(OpTable& table) {
  add_handlers<Pred, void, Pred>(table, "mov.pred", &MovPred::full, &MovPred::masked);
  for (const char* type : {".b16", ".u16", ".s16"}) add_mov<uint16_t>(table, type);
  for (const char* type : {".b32", ".u32", ".s32", ".f32"}) add_mov<uint32_t>(table, type);
  for (const char* type : {".b64", ".u64", ".s64", ".f64"}) add_mov<uint64_t>(table, type);
  add_mov<Two64>(table, ".b128");

  add_pair<uint16_t, uint16_t, 8>(table, ".b16", ".b8");
  add_pair<uint32_t, uint16_t>(table, ".b32", ".b16");
  add_pair<uint64_t, uint32_t>(table, ".b64", ".b32");
  add_pair<Two64, uint64_t>(table, ".b128", ".b64");
  add_quad<uint32_t, uint16_t, 8>(table, ".b32", ".b8");
  add_quad<uint64_t, uint16_t>(table, ".b64", ".b16");
  add_quad<Two64, uint32_t>(table, ".b128", ".b32");
}

}  // namespace vgpu::VGPU_ISA
