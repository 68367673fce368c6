#pragma once

#include <string>
#include <string_view>

namespace tritutor {

/// What an error of Triton's compiler, or of Python, means for a learner; empty where it says enough.
std::string triton_advice(std::string_view message);

}  // namespace tritutor
