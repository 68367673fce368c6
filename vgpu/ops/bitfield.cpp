// Bits, fields and bytes within a word (PTX ISA, "Integer Arithmetic Instructions": popc to bmsk, and prmt).

#include <bit>

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"
#include "vgpu/ops/words.h"

namespace vgpu::VGPU_ISA {
namespace {

template <class U>
constexpr uint32_t kBits = 8 * sizeof(U);

/// The lowest `n` bits set; all of them from the width on.
template <class U>
U low_bits(uint32_t n) {
  return n < kBits<U> ? static_cast<U>((U{1} << (n & (kBits<U> - 1))) - 1) : static_cast<U>(~U{0});
}
template <class U>
U shift_left(U a, uint32_t n) {
  return n < kBits<U> ? static_cast<U>(a << (n & (kBits<U> - 1))) : U{0};
}

// Position and length are the low byte of their operands (of 64-bit forms, which an H100 makes of others, all of them),
// so a field may begin or end past the top bit: what is past it reads as the sign (bfe.s: the field's
// top bit or the word's, whichever is lower) or as 0, and is not written.
template <class U>
constexpr uint32_t kField = sizeof(U) == 8 ? ~0u : 0xff;

template <class T>
struct Bfe {
  static T apply(T a, uint32_t b, uint32_t c) {
    using U = std::make_unsigned_t<T>;
    const uint32_t position = b & kField<U>, length = c & kField<U>, top = kBits<U> - 1;
    const U field = low_bits<U>(length);
    U value = position <= top ? static_cast<U>(static_cast<U>(a) >> (position & top)) & field : U{0};
    if constexpr (std::is_signed_v<T>) {
      const uint64_t end = uint64_t{position} + length - 1;
      const bool sign = length != 0 && ((static_cast<U>(a) >> (end < top ? end : top)) & 1);
      // Bits of the field that lie past the word's top, and those above the field.
      const U read = position <= top ? field & low_bits<U>(kBits<U> - position) : U{0};
      if (sign) value |= static_cast<U>(~read);
    }
    return static_cast<T>(value);
  }
};
template <class U>
struct Bfi {
  static U apply(U a, U b, uint32_t c, uint32_t d) {
    const uint32_t position = c & kField<U>;
    const U field = shift_left(low_bits<U>(d & kField<U>), position);
    return static_cast<U>((b & ~field) | (shift_left(a, position) & field));
  }
};

/// The position of the most significant bit that is not the sign, or (shiftamt) the shift that brings it to the top.
template <class T, bool kShiftAmount>
struct Bfind {
  static uint32_t apply(T a) {
    using U = std::make_unsigned_t<T>;
    const U u = static_cast<U>(a < 0 ? ~a : a);
    const uint32_t zeros = static_cast<uint32_t>(std::countl_zero(u));
    return u == 0 ? ~0u : kShiftAmount ? zeros : kBits<U> - 1 - zeros;
  }
};
template <class U>
struct Brev {
  static U apply(U a) {
    U r = a;
    if constexpr (sizeof(U) == 8) {
      r = __builtin_bswap64(r);
    } else {
      r = __builtin_bswap32(r);
    }
    r = (r & static_cast<U>(0x0f0f0f0f0f0f0f0f)) << 4 | ((r >> 4) & static_cast<U>(0x0f0f0f0f0f0f0f0f));
    r = (r & static_cast<U>(0x3333333333333333)) << 2 | ((r >> 2) & static_cast<U>(0x3333333333333333));
    return (r & static_cast<U>(0x5555555555555555)) << 1 | ((r >> 1) & static_cast<U>(0x5555555555555555));
  }
};
template <class U>
struct Clz {
  static uint32_t apply(U a) { return static_cast<uint32_t>(std::countl_zero(a)); }
};
template <class U>
struct Popc {
  static uint32_t apply(U a) { return static_cast<uint32_t>(std::popcount(a)); }
};

/// The position of the |offset|-th set bit from `base` on, upwards or (negative) downwards; offset 0 asks for the bit
/// at base itself. All ones where there is none.
struct Fns {
  static uint32_t apply(uint32_t bits, uint32_t base, int32_t offset) {
    if (base > 31) return ~0u;
    if (offset == 0) return (bits >> base) & 1 ? base : ~0u;
    const int step = offset > 0 ? 1 : -1;
    uint32_t left = offset > 0 ? static_cast<uint32_t>(offset) : 0u - static_cast<uint32_t>(offset);
    for (int position = static_cast<int>(base); position >= 0 && position < 32; position += step) {
      if (((bits >> position) & 1) && --left == 0) return static_cast<uint32_t>(position);
    }
    return ~0u;
  }
};

/// `b` ones from position `a` on; clamp takes both as they are, wrap their low five bits.
template <bool kClamp>
struct Bmsk {
  static uint32_t apply(uint32_t a, uint32_t b) {
    return shift_left(low_bits<uint32_t>(kClamp ? b : b & 31), kClamp ? a : a & 31);
  }
};
/// The low `b` bits of `a`, their top one carried to the left when signed.
template <class T, bool kClamp>
struct Szext {
  static uint32_t apply(uint32_t a, uint32_t b) {
    if (kClamp && b >= 32) return a;
    const uint32_t width = b & 31, field = low_bits<uint32_t>(width);
    const bool sign = std::is_signed_v<T> && width != 0 && ((a >> ((width - 1) & 31)) & 1);
    return (a & field) | (sign ? ~field : 0);
  }
};

/// Picks four of the eight bytes of b:a, a nibble of the selector each; bit 3 of it spreads the byte's sign instead.
struct Prmt {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    const uint64_t bytes = uint64_t{b} << 32 | a;
    uint32_t d = 0;
    for (int i = 0; i < 4; ++i) {
      const uint32_t selector = c >> (4 * i);
      const uint32_t byte = static_cast<uint32_t>(bytes >> (8 * (selector & 7))) & 0xff;
      d |= ((selector & 8) ? (byte >> 7) * 0xff : byte) << (8 * i);
    }
    return d;
  }
};
/// The special modes are fixed selectors, one for each value of the low two bits of c.
template <uint32_t k0, uint32_t k1, uint32_t k2, uint32_t k3>
struct PrmtMode {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    const uint32_t n = c & 3;
    return Prmt::apply(a, b, n == 0 ? k0 : n == 1 ? k1 : n == 2 ? k2 : k3);
  }
};

template <class T>
void add_bfe_bfind(OpTable& table) {
  add_op<Bfe<T>, T, T, uint32_t, uint32_t>(table, OpName("bfe", suffix<T>()).text);
  add_op<Bfind<T, false>, uint32_t, T>(table, OpName("bfind", suffix<T>()).text);
  add_op<Bfind<T, true>, uint32_t, T>(table, OpName("bfind.shiftamt", suffix<T>()).text);
}
template <class U>
void add_bits(OpTable& table, const char* type) {
  add_op<Bfi<U>, U, U, U, uint32_t, uint32_t>(table, OpName("bfi", type).text);
  add_op<Brev<U>, U, U>(table, OpName("brev", type).text);
  add_op<Clz<U>, uint32_t, U>(table, OpName("clz", type).text);
  add_op<Popc<U>, uint32_t, U>(table, OpName("popc", type).text);
}
template <class F>
void add_prmt(OpTable& table, const char* name) {
  add_op<F, uint32_t, uint32_t, uint32_t, uint32_t>(table, name);
}

}  // namespace

void add_bitfield_ops(OpTable& table) {
  using W = uint32_t;
  add_bfe_bfind<uint32_t>(table);
  add_bfe_bfind<int32_t>(table);
  add_bfe_bfind<uint64_t>(table);
  add_bfe_bfind<int64_t>(table);
  add_bits<uint32_t>(table, ".b32");
  add_bits<uint64_t>(table, ".b64");
  add_op<Fns, W, W, W, int32_t>(table, "fns.b32");
  add_op<Bmsk<true>, W, W, W>(table, "bmsk.clamp.b32");
  add_op<Bmsk<false>, W, W, W>(table, "bmsk.wrap.b32");
  add_op<Szext<uint32_t, true>, W, W, W>(table, "szext.clamp.u32");
  add_op<Szext<uint32_t, false>, W, W, W>(table, "szext.wrap.u32");
  add_op<Szext<int32_t, true>, W, W, W>(table, "szext.clamp.s32");
  add_op<Szext<int32_t, false>, W, W, W>(table, "szext.wrap.s32");

  add_prmt<Prmt>(table, "prmt.b32");
  add_prmt<PrmtMode<0x3210, 0x4321, 0x5432, 0x6543>>(table, "prmt.b32.f4e");
  add_prmt<PrmtMode<0x5670, 0x6701, 0x7012, 0x0123>>(table, "prmt.b32.b4e");
  add_prmt<PrmtMode<0x0000, 0x1111, 0x2222, 0x3333>>(table, "prmt.b32.rc8");
  add_prmt<PrmtMode<0x3210, 0x3211, 0x3222, 0x3333>>(table, "prmt.b32.ecl");
  add_prmt<PrmtMode<0x0000, 0x1110, 0x2210, 0x3210>>(table, "prmt.b32.ecr");
  add_prmt<PrmtMode<0x1010, 0x3232, 0x1010, 0x3232>>(table, "prmt.b32.rc16");
}

}  // namespace vgpu::VGPU_ISA
