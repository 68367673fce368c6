// Video instructions (PTX ISA, "Video Instructions"): scalar ones on bytes, halves and words, and those on two halves
// or four bytes at once. They are rare, and one handler of each kind reads its form from OpRows::imm.
//
//   video   scalar: d, a, b, c
//   video2  two halves
//   video4  four bytes
//
// An H100 has none of them: what it runs in their place departs from the ISA's text in what scalar forms do with a
// negative number, a whole factor, the upper half and a shift that saturates, and is followed here as it was measured.

#include "vgpu/ops/video.h"

#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {
namespace {

using Wide128 = __int128;  // a 33-bit number shifted by 32, or the product of two

int64_t extended(uint32_t value, int bits, bool is_signed) {
  const int unused = 32 - bits;
  return is_signed ? int64_t{static_cast<int32_t>(value << unused) >> unused} : int64_t{(value << unused) >> unused};
}

int64_t part_of(uint32_t value, VideoPart part, bool is_signed) {
  if (part == VideoPart::all) return extended(value, 32, is_signed);
  const int index = static_cast<int>(part) - static_cast<int>(VideoPart::b0);
  return index < 4 ? extended(value >> (8 * index), 8, is_signed)
                   : extended(value >> (16 * (index - 4)), 16, is_signed);
}

int bits_of_part(VideoPart part) { return part == VideoPart::all ? 32 : part < VideoPart::h0 ? 8 : 16; }

Wide128 clamped(Wide128 value, int bits, bool is_signed) {
  const Wide128 most = (Wide128{1} << (is_signed ? bits - 1 : bits)) - 1;
  const Wide128 least = is_signed ? -most - 1 : 0;
  return value < least ? least : value > most ? most : value;
}

/// A negative number is a great one where its type has no sign.
uint64_t as_unsigned(Wide128 value) { return static_cast<uint64_t>(value); }

/// For a byte or a half of the destination: only from above.
Wide128 clamped_part(Wide128 value, int bits, bool is_signed) {
  const uint64_t most = (uint64_t{1} << (is_signed ? bits - 1 : bits)) - 1, u = as_unsigned(value);
  return u > most ? most : u;
}

/// Of a shift: 34 bits of it, to a whole word; to the left as a number with a sign, whatever its type.
Wide128 clamped_shift(const VideoForm& form, Wide128 value) {
  const auto low = static_cast<int64_t>(static_cast<uint64_t>(value) << 30) >> 30;
  const Wide128 word = clamped(low, 32, form.d_signed);
  return form.op == VideoOp::shl ? Wide128{extended(static_cast<uint32_t>(word), 32, true)} : word;
}

bool compared(int64_t a, int64_t b, VideoCompare compare) {
  switch (compare) {
    case VideoCompare::eq:
      return a == b;
    case VideoCompare::ne:
      return a != b;
    case VideoCompare::lt:
      return a < b;
    case VideoCompare::le:
      return a <= b;
    case VideoCompare::gt:
      return a > b;
    case VideoCompare::ge:
      return a >= b;
  }
  return false;
}

/// What scalar and SIMD forms have in common.
int64_t combined(const VideoForm& form, int64_t a, int64_t b) {
  switch (form.op) {
    case VideoOp::add:
      return a + b;
    case VideoOp::sub:
      return a - b;
    case VideoOp::absdiff:
      return a < b ? b - a : a - b;
    case VideoOp::min:
      return a < b ? a : b;
    case VideoOp::max:
      return a > b ? a : b;
    case VideoOp::avrg:
      return (a + b + (a + b >= 0 ? 1 : 0)) >> 1;
    case VideoOp::set:
      return compared(a, b, form.compare) ? 1 : 0;
    default:
      return 0;
  }
}

Wide128 shifted(const VideoForm& form, int64_t a, int64_t by) {
  const int amount = static_cast<int>(form.wrap ? by & 31 : by > 32 ? 32 : by);
  return form.op == VideoOp::shl ? Wide128{a} * (Wide128{1} << amount) : Wide128{a} >> amount;
}

/// a * b + c. A factor that is a whole word has a sign, and so has c, whatever their types.
uint32_t multiplied(const VideoForm& form, uint32_t a, uint32_t b, uint32_t c) {
  const bool is_signed = form.a_signed || form.b_signed || form.negate_product || form.negate_c;
  const int64_t first = part_of(a, form.a, form.a_signed || form.a == VideoPart::all);
  const int64_t second = part_of(b, form.b, form.b_signed || form.b == VideoPart::all);
  Wide128 sum = Wide128{first} * second;
  if (form.negate_product) sum = -sum;
  sum += extended(form.negate_c ? ~c : c, 32, true);
  sum = (sum + form.plus_one + form.negate_c) >> form.scale;
  if (form.saturate) sum = clamped(sum, 32, is_signed);
  return static_cast<uint32_t>(sum);
}

/// The result with the third source: added, compared with it, or with the result in its part of it. The upper half is
/// the result's own upper half.
uint32_t finished(const VideoForm& form, Wide128 result, uint32_t c) {
  const auto low = static_cast<uint32_t>(result);
  const bool is_signed = form.op == VideoOp::set ? form.a_signed : form.d_signed;
  const bool less = is_signed ? result < extended(c, 32, true) : as_unsigned(result) < c;
  switch (form.second) {
    case VideoSecond::add:
      return low + c;
    case VideoSecond::min:
      return less ? low : c;
    case VideoSecond::max:
      return less ? c : low;
    case VideoSecond::none:
      break;
  }
  switch (form.d) {
    case VideoPart::all:
      return low;
    case VideoPart::h0:
      return (c & 0xffff0000u) | (low & 0xffffu);
    case VideoPart::h1:
      return (low & 0xffff0000u) | (c & 0xffffu);
    default: {
      const int shift = 8 * (static_cast<int>(form.d) - static_cast<int>(VideoPart::b0));
      return (c & ~(0xffu << shift)) | ((low & 0xffu) << shift);
    }
  }
}

uint32_t scalar(const VideoForm& form, uint32_t a, uint32_t b, uint32_t c) {
  if (form.op == VideoOp::mad) return multiplied(form, a, b, c);
  const int64_t first = part_of(a, form.a, form.a_signed), second = part_of(b, form.b, form.b_signed);
  const bool shift = form.op == VideoOp::shl || form.op == VideoOp::shr;
  Wide128 result = shift ? shifted(form, first, second) : Wide128{combined(form, first, second)};
  if (form.saturate) {
    const int bits = bits_of_part(form.d);
    result = shift        ? clamped_shift(form, result)
             : bits == 32 ? clamped(result, bits, form.d_signed)
                          : clamped_part(result, bits, form.d_signed);
  }
  return finished(form, result, c);
}

template <int kElements>
uint32_t simd(const VideoForm& form, uint32_t a, uint32_t b, uint32_t c) {
  constexpr int kBits = 32 / kElements;
  constexpr uint32_t kOnes = (1u << kBits) - 1;
  const uint64_t both = uint64_t{b} << 32 | a;
  uint32_t d = c;
  for (int i = 0; i < kElements; ++i) {
    if (!((form.mask >> i) & 1)) continue;
    const auto element = [&](uint64_t elements, bool is_signed) {
      return extended(static_cast<uint32_t>(both >> (kBits * ((elements >> (3 * i)) & 7))), kBits, is_signed);
    };
    int64_t t = combined(form, element(form.a_elements, form.a_signed), element(form.b_elements, form.b_signed));
    if (form.saturate) t = static_cast<int64_t>(clamped(t, kBits, form.d_signed));
    if (form.second == VideoSecond::add) {
      d += static_cast<uint32_t>(t);
    } else {
      d = (d & ~(kOnes << (kBits * i))) | ((static_cast<uint32_t>(t) & kOnes) << (kBits * i));
    }
  }
  return d;
}

template <uint32_t (*kFunction)(const VideoForm&, uint32_t, uint32_t, uint32_t)>
void masked(char* registers, const OpRows& rows, uint32_t mask) {
  const auto form = __builtin_bit_cast(VideoForm, rows.imm);
  auto* d = reinterpret_cast<uint32_t*>(registers + rows.d[0]);
  const auto* a = reinterpret_cast<const uint32_t*>(registers + rows.s[0]);
  const auto* b = reinterpret_cast<const uint32_t*>(registers + rows.s[1]);
  const auto* c = reinterpret_cast<const uint32_t*>(registers + rows.s[2]);
  for (int l = 0; l < kLanes; ++l) {
    if ((mask >> l) & 1) d[l] = kFunction(form, a[l], b[l], c[l]);
  }
}
template <uint32_t (*kFunction)(const VideoForm&, uint32_t, uint32_t, uint32_t)>
void full(char* registers, const OpRows& rows, uint32_t) {
  masked<kFunction>(registers, rows, kFullMask);
}

template <uint32_t (*kFunction)(const VideoForm&, uint32_t, uint32_t, uint32_t)>
void add_video(OpTable& table, const char* name) {
  add_handlers<uint32_t, void, uint32_t, uint32_t, uint32_t>(table, name, &full<kFunction>, &masked<kFunction>);
}

}  // namespace

void add_video_ops(OpTable& table) {
  add_video<scalar>(table, "video");
  add_video<simd<2>>(table, "video2");
  add_video<simd<4>>(table, "video4");
}

}  // namespace vgpu::VGPU_ISA
