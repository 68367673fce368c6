#pragma once
// What the compiler's process is asked.

#include <string>

#include "grader/child/message.h"
#include "grader/dialect/cuda/nvrtc.h"

namespace tritutor {

/// A program and its limit of processor time as a message, and back. The first text is `what`.
Message program_message(const std::string& what, const Nvrtc::Program& program, const CompileLimits& limits);
Nvrtc::Program program_of(const Message& message, CompileLimits& limits);

}  // namespace tritutor
