#pragma once
// How the form of a video instruction (PTX ISA, "Video Instructions") comes from the decoder to its handler: one
// handler does them all, and what the text says beside its operands is packed into OpRows::imm.

#include <cstdint>

namespace vgpu {

enum class VideoOp : uint8_t { add, sub, absdiff, min, max, avrg, shl, shr, mad, set };
enum class VideoCompare : uint8_t { eq, ne, lt, le, gt, ge };
/// What is done with the third source; where the destination has a part or a mask, `none` merges it in.
enum class VideoSecond : uint8_t { none, add, min, max };
/// Which part of a scalar operand.
enum class VideoPart : uint8_t { all, b0, b1, b2, b3, h0, h1 };

struct VideoForm {
  VideoOp op : 4 = VideoOp::add;
  VideoCompare compare : 3 = VideoCompare::eq;
  VideoSecond second : 2 = VideoSecond::none;
  uint64_t a_signed : 1 = 0, b_signed : 1 = 0, d_signed : 1 = 0;
  uint64_t saturate : 1 = 0;
  // Scalar forms.
  VideoPart a : 3 = VideoPart::all, b : 3 = VideoPart::all, d : 3 = VideoPart::all;
  uint64_t wrap : 1 = 0;            ///< a shift by the low five bits, else one by 32 at the most
  uint64_t negate_product : 1 = 0;  ///< vmad
  uint64_t negate_c : 1 = 0;
  uint64_t plus_one : 1 = 0;
  uint64_t scale : 4 = 0;  ///< vmad: how far the sum is shifted to the right
  // SIMD forms: which byte or half of b:a each element is, three bits an element, the lowest first; and which elements
  // of the destination are written.
  uint64_t a_elements : 12 = 0, b_elements : 12 = 0;
  uint64_t mask : 4 = 0;
};
static_assert(sizeof(VideoForm) == sizeof(int64_t));

}  // namespace vgpu
