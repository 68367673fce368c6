#pragma once
// The headers of the C and C++ library that kernel files include by habit, as far as they make sense on a device.

#include <optional>
#include <string>
#include <string_view>

namespace tritutor {

/// The text that stands for <name> in a kernel file; nullopt: there is none. Where CUDA's own built-ins have everything
/// (mathematical functions, printf, assert), it is empty.
std::optional<std::string> standard_header(std::string_view name);

/// Declarations of int32_t and its kin, which kernel files use without a header.
std::string_view standard_integer_types();

/// Whether <name> is a header of the standard library, or of a host library, that no kernel file can use.
bool is_host_header(std::string_view name);

}  // namespace tritutor
