#pragma once
// What the fuzzers and the replay of their corpus do with one input. Both return, or throw where the virtual GPU broke
// its word; a crash speaks for itself.

#include <cstdint>
#include <span>
#include <string>

#include "vgpu/vgpu.h"

namespace vgpu::fuzz {

/// Parses the bytes as PTX. ParseError is an answer; any other exception goes on to the caller.
void parse_once(std::span<const uint8_t> input);

/// Loads a module and launches its kernels with one host thread and with two: refused by name (LoadError, LaunchError)
/// or run, and both runs alike in memory, findings, output and counts; throws std::logic_error if they differ. Input
/// that starts with ".version" is PTX, any other is made into a program by write_program().
void run_once(std::span<const uint8_t> input);

/// A module with a kernel `k` and how to launch it.
struct WrittenProgram {
  std::string ptx;
  Dim3 grid, block;
  uint32_t dynamic_shared = 0;
};

/// Bytes of the two buffers that k's parameters `in` and `out` (u64) point to.
inline constexpr uint64_t kBufferBytes = 4096;

/// Makes a program of any bytes: each statement takes a few of them. Deterministic; most of the programs load.
WrittenProgram write_program(std::span<const uint8_t> input);

}  // namespace vgpu::fuzz
