#pragma once
// The virtual GPU's address space. Every buffer lies alone in a slot of 64 GiB, in its middle, so an access that is
// wrong by less than 32 GiB in either direction still names the buffer it was meant for.

#include <cstdint>

namespace vgpu {

inline constexpr int kSlotBits = 36;
inline constexpr uint64_t kSlotBytes = uint64_t{1} << kSlotBits;
inline constexpr uint64_t kSlotMiddle = kSlotBytes / 2;

inline constexpr uint32_t kFirstBufferSlot = 1;      ///< slot 0 holds the null pointer
inline constexpr uint32_t kFirstHeapSlot = 0x500;    ///< what malloc() within kernels gives (heap.h)
inline constexpr uint32_t kFirstModuleSlot = 0x600;  ///< module variables: fixed when the module is decoded
inline constexpr uint32_t kFirstPieceSlot = 0x780;   ///< more of them, many to a slot: pieces
inline constexpr uint32_t kSharedSlot = 0x7f0;       ///< generic windows of the other spaces
inline constexpr uint32_t kLocalSlot = 0x7f1;
inline constexpr uint32_t kParamSlot = 0x7f2;
inline constexpr uint32_t kFunctionSlot = 0x7f3;
inline constexpr uint32_t kGridSlot = 0x7f4;  ///< where the blocks of a cooperative launch meet
inline constexpr uint32_t kSlots = 0x800;

constexpr uint64_t slot_base(uint32_t slot) { return uint64_t{slot} << kSlotBits; }
constexpr uint64_t slot_address(uint32_t slot) { return slot_base(slot) + kSlotMiddle; }

// A piece of a slot holds one small module variable in its middle.
inline constexpr int kPieceBits = 26;
inline constexpr uint32_t kPieces = (kSharedSlot - kFirstPieceSlot) << (kSlotBits - kPieceBits);
inline constexpr uint64_t kMostPieceBytes = uint64_t{1} << (kPieceBits - 2);
constexpr uint64_t piece_address(uint32_t piece) {
  return slot_base(kFirstPieceSlot) + (uint64_t{piece} << kPieceBits) + (uint64_t{1} << (kPieceBits - 1));
}

// Shared variables lie the same way in slots of 1 MiB of a 32-bit window; all dynamic shared memory is one variable.
inline constexpr int kSharedSlotBits = 20;
inline constexpr uint32_t kSharedMiddle = 1u << (kSharedSlotBits - 1);
constexpr uint32_t shared_address(uint32_t variable) { return (variable << kSharedSlotBits) + kSharedMiddle; }

// Local memory: a thread's stack starts here in its window and grows upwards, frame by frame.
inline constexpr uint32_t kLocalStart = 1u << 20;

}  // namespace vgpu
