#pragma once
// An access to a cell of global memory (global_shadow.h), and whether anything orders it before another one.

#include <cstdint>

namespace vgpu {

struct Warp;

/// The same access by one or several lanes of a warp.
struct GlobalTouch {
  uint32_t block = 0;   ///< linear index + 1, 0: nobody
  uint32_t site = 0;    ///< instruction
  uint32_t time = 0;    ///< the block's clock, when the last of the lanes did it
  uint32_t lanes = 0;   ///< of the thread's warp
  uint16_t thread = 0;  ///< in the block: the last of them
  bool strong = false;  ///< an atomic or a volatile access: ordered by itself
  /// Another block has read it too, and nothing orders blocks: whoever writes races with one of the two, and further
  /// readers need not be known.
  bool crowd = false;
};

/// Those who touched a cell and for whom the last one does not stand.
struct GlobalOthers {
  struct Readers {
    GlobalTouch near;   ///< of another warp of the last one's block
    GlobalTouch far;    ///< of another block
    GlobalTouch plain;  ///< before atomic or volatile reads: with an atomic it may still race
  } reads;
  /// A plain access before atomic or volatile ones, none of which orders the next of them after it. (What an atomic
  /// stores is ordered before the next atomic there, and so before what its thread does then: PTX ISA, causality
  /// order.)
  GlobalTouch plain_write;
};

/// Whether what thread `who` of the warp's block did at `time` comes before what `lane` does now.
bool ordered_in_block(const Warp& warp, uint16_t who, uint32_t time, int lane);
/// The other block made its accesses known (a fence) after `time`, and this one has looked since (an atomic).
bool ordered_across_blocks(const Warp& warp, uint32_t other, uint32_t time);
/// The lanes of `before` whose access does not come before what `lane` does now.
uint32_t unordered_lanes(const Warp& warp, const GlobalTouch& before, int lane);
/// Whether block `other` (linear index + 1) has made known what it did at `time`.
bool has_released(const Warp& warp, uint32_t other, uint32_t time);

}  // namespace vgpu
