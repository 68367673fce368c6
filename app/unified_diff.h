#pragma once
// What changed between two texts, as `diff -u` says it; `patch` and apply_patch() take it.

#include <string>
#include <string_view>

namespace tritutor {

/// Three lines of context around each change; the names go after "--- " and "+++ ". Empty: the texts are the same.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name,
                         std::string_view after_name);

}  // namespace tritutor
