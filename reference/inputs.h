#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "reference/array.h"

namespace reference {

/// Whether `kind` is an input kind of curriculum.json ("uniform", "normal", "zeros", ...; inputs.cpp lists them all).
bool is_input_kind(std::string_view kind);
std::vector<std::string_view> input_kinds();

/// A seeded input array; the same arguments give the same bytes on every machine. `values` are the case's numbers,
/// for kinds that depend on them. Throws std::invalid_argument on an unknown kind.
Array make_input(std::string_view kind, Type type, std::vector<int64_t> shape, uint64_t seed, const Values& values);

}  // namespace reference
