#include "app/bench_sizes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "app/error.h"
#include "grader/bench.h"

namespace tritutor {
namespace {

/// A buffer's elements are counted by an int in a kernel.
constexpr double most_elements = 2147483647;

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// "4096", "1e6", "64Ki".
double size_from(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  if (unit == "Ki" || unit == "k") {
    value *= unit == "k" ? 1e3 : 1024;
  } else if (unit == "Mi" || unit == "M") {
    value *= unit == "M" ? 1e6 : 1024 * 1024;
  } else if (!unit.empty()) {
    value = 0;
  }
  if (error != std::errc{} || value < 1 || value > most_elements || value != std::floor(value)) {
    throw CommandError(status_usage,
                       fmt::format("--sizes: {} is no size; a whole number from 1 to {:.0f}, such as 4096, "
                                   "1e6 or 64Ki",
                                   text, most_elements));
  }
  return value;
}

}  // namespace

std::vector<reference::Values> sizes_from(const Exercise& exercise, const std::string& text) {
  const reference::Values timed = bench_sizes(exercise).back();
  std::vector<std::string> names;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) names.push_back(argument.name);
  }
  std::vector<reference::Values> given(1);
  for (const std::string_view part : parts_of(text, ',')) {
    std::vector<std::string_view> words = parts_of(part, '=');
    if (words.size() < 2) {
      throw CommandError(status_usage, fmt::format("--sizes: {} names no size; {} has {}: --sizes {}=1024,{}=4096",
                                                   part, exercise.id, fmt::join(names, ", "), names[0], names[0]));
    }
    const double value = size_from(words.back());
    words.pop_back();
    if (given.back().contains(std::string(words[0]))) given.emplace_back();
    for (const std::string_view name : words) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        throw CommandError(status_usage, fmt::format("--sizes: {} {} has no size {}; it has {}", exercise.id,
                                                     exercise.title, name, fmt::join(names, ", ")));
      }
      given.back()[std::string(name)] = value;
    }
  }
  for (reference::Values& point : given) {
    point.insert(timed.begin(), timed.end());
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::input && argument.role != Role::output) continue;
      double elements = 1;
      for (const std::string& side : argument.shape) elements *= side == "1" ? 1 : point.at(side);
      if (elements > most_elements) {
        throw CommandError(status_usage,
                           fmt::format("--sizes: {} would have {:.3g} elements at {}, more than an int "
                                       "counts ({:.0f}); choose smaller sizes",
                                       argument.name, elements, sizes_in_words(exercise, point), most_elements));
      }
    }
  }
  std::stable_sort(given.begin(), given.end(), [&](const auto& a, const auto& b) {
    for (const std::string& name : names) {
      if (a.at(name) != b.at(name)) return a.at(name) < b.at(name);
    }
    return false;
  });
  return given;
}

}  // namespace tritutor
