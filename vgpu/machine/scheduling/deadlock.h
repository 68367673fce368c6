#pragma once
// What is said of threads that cannot come together: who is where, and what they wait for.

#include <string>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// "the __syncthreads() of line 10", "barrier 3 of line 12": where a group waits, or what its lanes would execute next.
std::string barrier_text(const Warp& warp, const Group& group);

/// Lanes gather at a barrier that others of their warp have passed by or cannot come to any more. Ends the launch.
void report_apart(Warp& warp, const Group& waiting);
/// A warp comes to a __syncthreads() while others wait at another one. Ends the launch.
void report_two_barriers(Warp& warp, const Group& group, uint32_t other_pc);
/// Where nobody in the warp can go on but for other lanes of the warp: reports it, ends the launch, and says true.
bool report_stuck(Warp& warp);
/// Nobody in the block can go on. Ends the launch.
void report_deadlock(Block& block);

}  // namespace vgpu
