#pragma once
// The parts of loads and stores that run over 32 lanes: checking addresses and moving elements.

#include <cstdint>

namespace vgpu {

/// Bytes that the banks of shared memory give at once.
inline constexpr uint32_t kRowBytes = 128;

/// What the addresses of one access look like.
struct AddressShape {
  bool inside = false;            ///< every active lane lies wholly in the buffer
  bool aligned = false;           ///< every active lane is aligned to the access
  bool consecutive = false;       ///< lane l is at lane 0 + l * bytes
  bool uniform = false;           ///< all active lanes at the same place
  uint64_t apart = ~uint64_t{0};  ///< the bits in which active lanes' offsets differ; all of them where it is not known

  /// Whether all active lanes lie in the same 128 bytes of the buffer, counted from its start.
  bool in_one_row() const { return apart < kRowBytes; }
};

/// Addresses of words, 4 bytes each: lane l's at lane 0's + 4 l, all the same, all in the same 128 bytes (counted from
/// a multiple of 128), or none of these.
enum class WordRow : uint8_t { other, consecutive, same, near };

/// One build of these functions for a host instruction set. Offsets are bytes from the buffer's start, lane by lane.
struct LaneMemory {
  /// offsets[l] = base[l] + add, and their shape for an access of `bytes` (a power of two) in a buffer where the
  /// largest good offset is `limit`. `base` holds 32 values of 4 or 8 bytes; the sum is taken in 64 bits.
  AddressShape (*shape64)(const uint64_t* base, uint64_t add, uint32_t mask, uint64_t bytes, uint64_t limit,
                          uint64_t* offsets);
  AddressShape (*shape32)(const uint32_t* base, uint64_t add, uint32_t mask, uint64_t bytes, uint64_t limit,
                          uint64_t* offsets);
  /// How base[l] + add lie. near: `within` gets the number, 0 to 31, of each lane's word in those bytes.
  WordRow (*words64)(const uint64_t* base, uint64_t add, uint8_t* within);
  WordRow (*words32)(const uint32_t* base, uint64_t add, uint8_t* within);
  /// d[l] = the word at host + 4 l, at host, or at host + 4 within[l].
  void (*load_words)(void* d, const void* host, WordRow words, const uint8_t* within);
  /// d[l] = value, in registers of 4 or 8 bytes.
  void (*broadcast)(void* d, uint32_t register_bytes, uint64_t value);
  /// d[l] = the element of `width` bytes (1, 2, 4, 8, 16) at host + offsets[l], for lanes of the mask, extended to
  /// `register_bytes`.
  void (*gather)(void* d, uint32_t register_bytes, const void* host, const uint64_t* offsets, uint32_t width,
                 bool sign_extend, uint32_t mask);
  /// The reverse, in lane order: where lanes meet, the highest wins.
  void (*scatter)(const void* s, uint32_t register_bytes, void* host, const uint64_t* offsets, uint32_t width,
                  uint32_t mask);
  /// Full mask, consecutive, registers as wide as elements (4 or 8 bytes): `elements` 1, 2 or 4 rows.
  void (*load_rows)(void* const* d, const void* host, uint32_t width, uint32_t elements);
  void (*store_rows)(const void* const* s, void* host, uint32_t width, uint32_t elements);
  /// One warp's whole-row access in the shadow of shared memory (shared_shadow.h): of its 32 << shift cells,
  /// lane l (thread first_thread + l) has 1 << shift. True, and the cells are the warp's, where nobody else is in them;
  /// false, and nothing is changed, where the cells have to be looked at one by one. `whole_warp`: cells that the whole
  /// warp has read need no closer look, since nothing has ordered its lanes meanwhile.
  bool (*claim_read)(const uint16_t* writer, uint16_t* reader, uint32_t* read_stamp, uint32_t shift,
                     uint32_t first_thread, bool whole_warp, uint32_t stamp);
  bool (*claim_write)(uint16_t* writer, const uint16_t* reader, uint32_t* write_stamp, uint32_t shift,
                      uint32_t first_thread, uint32_t stamp);
  /// Whether any of `bytes` bytes (a multiple of 32) is not zero.
  bool (*any_set)(const uint8_t* at, uint32_t bytes);
};

/// In the shadow's cells: nobody, or threads of several warps.
inline constexpr uint16_t kNobody = 0xffff;
inline constexpr uint16_t kManyWarps = 0xfffe;
inline constexpr uint16_t kWholeWarp = 0xf000;  ///< | warp: several lanes of it

extern const LaneMemory chosen_lane_memory;
/// The functions for this processor.
inline const LaneMemory& lane_memory() { return chosen_lane_memory; }

}  // namespace vgpu
