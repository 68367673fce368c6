#include "app/vgpu/argument.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "app/error.h"

namespace vgpu_program {

namespace {

constexpr uint64_t kMaxCount = uint64_t{1} << 40;
constexpr std::string_view kInitials = "zeros, ones, nan, iota, random:SEED, value:V, file:PATH, undefined or scratch";

[[noreturn]] void fail(std::string_view text, const std::string& reason) {
  throw tritutor::CommandError(tritutor::status_usage, fmt::format("--arg '{}': {}", text, reason));
}

bool is_name(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

std::optional<uint64_t> parse_unsigned(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_double(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != 0 || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// "1000" or "64*32".
uint64_t parse_count(std::string_view text, std::string_view count) {
  uint64_t product = 1;
  for (const std::string_view factor : split(count, '*')) {
    const std::optional<uint64_t> n = parse_unsigned(factor);
    if (!n || *n == 0) fail(text, fmt::format("'{}' is no count; write f32[1000] or, for a matrix, f32[64*32]", count));
    if (*n > kMaxCount / product) fail(text, fmt::format("{} elements are too many to hold in memory", count));
    product *= *n;
  }
  return product;
}

void parse_random(Initial& initial, const Argument& argument, std::string_view what) {
  const std::vector<std::string_view> parts = split(what, ':');
  const std::string form = fmt::format("write random:SEED or random:SEED:LOW:HIGH, such as {}",
                                       is_float(argument.element) ? "random:7:-2:2" : "random:7:0:99");
  const std::optional<uint64_t> seed = parse_unsigned(parts[0]);
  if (!seed || (parts.size() != 1 && parts.size() != 3))
    fail(argument.text, fmt::format("'random:{}': {}", what, form));
  initial.seed = *seed;
  if (is_float(argument.element)) {
    if (parts.size() == 1) return;
    const std::optional<double> low = parse_double(parts[1]), high = parse_double(parts[2]);
    if (!low || !high || !(*low < *high)) fail(argument.text, fmt::format("'random:{}': {}", what, form));
    initial.low = *low;
    initial.high = *high;
    return;
  }
  initial.first = is_signed(argument.element) ? -8 : 0;
  initial.last = is_signed(argument.element) ? 7 : 15;
  if (parts.size() == 1) return;
  const auto bound = [&](std::string_view digits) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || !parse_value(argument.element, digits)) {
      fail(argument.text, fmt::format("{} is no {} to draw from; {}", digits, name_of(argument.element), form));
    }
    return value;
  };
  initial.first = bound(parts[1]);
  initial.last = bound(parts[2]);
  if (initial.first > initial.last) fail(argument.text, fmt::format("'random:{}': {}", what, form));
}

Initial parse_initial(const Argument& argument, std::string_view what) {
  Initial initial;
  const std::string_view word = what.substr(0, what.find(':'));
  const bool has_more = word.size() < what.size();
  const std::string_view more = has_more ? what.substr(word.size() + 1) : std::string_view();
  const bool takes_more = word == "random" || word == "value" || word == "file";
  const bool is_bytes = argument.kind == Argument::Kind::bytes;
  if (has_more != takes_more && (takes_more || word == "zeros" || word == "ones" || word == "nan" || word == "iota")) {
    fail(argument.text,
         takes_more ? fmt::format("{0} needs something after it, such as {0}:{1}", word, word == "file" ? "x.bin" : "7")
                    : fmt::format("nothing may follow {}", word));
  }
  if (is_bytes && word != "zeros" && word != "file")
    fail(argument.text, fmt::format("'{}': a struct is given as bytes[N]=file:PATH or bytes[N]=zeros", what));
  if (word == "zeros") {
    initial.how = Initial::How::zeros;
  } else if (word == "ones") {
    initial.how = Initial::How::ones;
  } else if (word == "nan") {
    if (!is_float(argument.element)) fail(argument.text, fmt::format("{} has no NaN", name_of(argument.element)));
    initial.how = Initial::How::nan;
  } else if (word == "iota") {
    initial.how = Initial::How::iota;
  } else if (word == "random") {
    initial.how = Initial::How::random;
    parse_random(initial, argument, more);
  } else if (word == "value") {
    initial.how = Initial::How::value;
    const std::optional<std::vector<std::byte>> value = parse_value(argument.element, more);
    if (!value) fail(argument.text, fmt::format("'{}' is no {}", more, name_of(argument.element)));
    initial.value = *value;
  } else if (word == "file") {
    initial.how = Initial::How::file;
    initial.path = more;
    if (more.empty()) fail(argument.text, "file: needs a path after it, such as file:x.bin");
  } else if (what == "undefined") {
    initial.how = Initial::How::undefined;
  } else if (what == "scratch") {
    initial.how = Initial::How::scratch;
  } else {
    fail(argument.text, fmt::format("'{}' is no initial value; {}", what, kInitials));
  }
  return initial;
}

}  // namespace

uint64_t Argument::bytes() const {
  if (kind == Kind::null) return 8;
  if (kind == Kind::bytes) return count;
  return kind == Kind::scalar ? size_of(element) : count * size_of(element);
}

Argument parse_argument(std::string_view text) {
  Argument argument;
  argument.text = text;
  std::string_view rest = text;
  const size_t colon = rest.substr(0, rest.find_first_of("[=")).find(':');
  if (colon != std::string_view::npos) {
    argument.name = rest.substr(0, colon);
    if (!is_name(argument.name)) fail(text, fmt::format("'{}' is no name; write NAME:TYPE...", argument.name));
    rest.remove_prefix(colon + 1);
  }
  if (rest == "null") {
    argument.kind = Argument::Kind::null;
    return argument;
  }
  const std::string_view type = rest.substr(0, rest.find_first_of("[="));
  const bool is_bytes = type == "bytes";
  if (!is_bytes) {
    const std::optional<Element> element = element_named(type);
    if (!element) fail(text, fmt::format("there is no type '{}'; {}, bytes[N] or null", type, element_names()));
    argument.element = *element;
  }
  rest.remove_prefix(type.size());
  const bool has_count = rest.starts_with("[");
  if (has_count) {
    const size_t close = rest.find(']');
    if (close == std::string_view::npos) fail(text, fmt::format("the ] is missing; write {}[1000]=zeros", type));
    argument.kind = is_bytes ? Argument::Kind::bytes : Argument::Kind::buffer;
    argument.count = parse_count(text, rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  } else if (is_bytes) {
    fail(text, "write bytes[N]=file:PATH, N being the struct's size");
  }
  if (!rest.starts_with("=") || rest.size() == 1) {
    fail(text, has_count
                   ? fmt::format("= and an initial value are missing: {}", kInitials)
                   : fmt::format("= and a value are missing; write {0}=1, or {0}[1000]=zeros for a buffer", type));
  }
  rest.remove_prefix(1);
  if (!has_count) {
    const std::optional<std::vector<std::byte>> value = parse_value(argument.element, rest);
    if (!value)
      fail(text, fmt::format("'{}' is no {}; a buffer has a count: {}[1000]={}", rest, type, type,
                             std::isalpha(static_cast<unsigned char>(rest[0])) != 0 ? rest : "zeros"));
    argument.value = *value;
    return argument;
  }
  if (rest.ends_with(",ro")) {
    if (is_bytes) fail(text, "a struct is passed by value; leave ,ro away");
    argument.read_only = true;
    rest.remove_suffix(3);
  }
  argument.initial = parse_initial(argument, rest);
  return argument;
}

}  // namespace vgpu_program
