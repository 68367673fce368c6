#pragma once

#include <string>

#include "app/session.h"
#include "app/target.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// A file that cannot be built, as submit shows it: `source` is its text, `retry` the command to give again.
void print_refusal(Session& session, const Target& target, const Refusal& refusal, const std::string& toolchain,
                   const std::string& source, const std::string& retry, bool json);

}  // namespace tritutor
