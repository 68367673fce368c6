#pragma once
// The watch screen's keys: the ones that its last line names, and all of them.

#include <string>
#include <vector>

#include "app/screen/layout.h"

namespace tritutor {

/// Of the last line; those that matter most come first, and the last `watch_keys_kept` are always there.
inline const std::vector<screen::KeyLabel> watch_keys = {
    {"e", "edit"},     {"n", "next"},  {"h", "hint"}, {"l", "list"}, {"s", "solution"},
    {"p", "progress"}, {"b", "bench"}, {"?", "keys"}, {"q", "quit"},
};
inline constexpr size_t watch_keys_kept = 2;

/// While the list is shown.
inline const std::vector<screen::KeyLabel> list_keys = {
    {"Enter", "choose"}, {"/", "search"}, {"f", "filter"}, {"Esc", "back"}};
inline constexpr size_t list_keys_kept = 1;

/// All keys, each with what it does.
std::string watch_help(int width, const Style& style);

}  // namespace tritutor
