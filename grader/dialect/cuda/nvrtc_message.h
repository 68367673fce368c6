#pragma once
// What the grader and the compiler's process say to each other over a socket: lists of texts.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grader/dialect/cuda/nvrtc.h"

namespace tritutor {

using Message = std::vector<std::string>;

/// Sends a message whole. False: the other side is gone.
bool send_message(int socket, const Message& message);

/// Waits for a message. nullopt: the other side is gone, or `go_on`, asked about every 50 ms, said no.
std::optional<Message> receive_message(int socket, const std::function<bool()>& go_on);

/// A program and its limit of processor time as a message, and back. The first text is `what`.
Message program_message(const std::string& what, const Nvrtc::Program& program, const CompileLimits& limits);
Nvrtc::Program program_of(const Message& message, CompileLimits& limits);

}  // namespace tritutor
