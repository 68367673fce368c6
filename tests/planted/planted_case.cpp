#include "tests/planted/planted_case.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace planted {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int line, const std::string& what) {
  throw std::runtime_error(fmt::format("{}:{}: {}", file.string(), line, what));
}

/// The text behind `// key:` or nothing.
bool header_line(const std::string& line, const std::string& key, std::string& text) {
  const std::string start = "// " + key + ": ";
  if (line.compare(0, start.size(), start) != 0) return false;
  text = line.substr(start.size());
  return true;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

vgpu::Dim3 dim3_of(const std::smatch& match, size_t first) {
  const auto number = [&](size_t i) { return static_cast<uint32_t>(std::stoul(match[first + i])); };
  return {number(0), number(1), number(2)};
}

bool parse_argument(const std::string& text, Argument& argument) {
  static const std::regex form(R"((\w+)(\[(\d+)\]|\*)?=(\S+)( ro)?)");
  std::smatch match;
  if (!std::regex_match(text, match, form)) return false;
  argument.type = match[1];
  argument.buffer = match[3].matched;
  if (argument.buffer) argument.elements = std::stoull(match[3]);
  argument.fill = match[4];
  argument.read_only = match[5].matched;
  return bytes_of(argument.type) != 0;
}

/// Names of the kernel's parameters: the last word of each.
std::vector<std::string> parameter_names(const std::string& source) {
  std::vector<std::string> names;
  size_t at = source.find("__global__");
  if (at == std::string::npos || (at = source.find('(', at)) == std::string::npos) return names;
  std::string word;
  for (++at; at < source.size(); ++at) {
    const char c = source[at];
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      const char before = source[at - 1];
      if (!std::isalnum(static_cast<unsigned char>(before)) && before != '_') word.clear();
      word += c;
    } else if (c == ',' || c == ')') {
      if (!word.empty()) names.push_back(word);
      if (c == ')') break;
    }
  }
  return names;
}

std::vector<double> split_numbers(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ':');) numbers.push_back(std::stod(part));
  return numbers;
}

template <class T>
std::vector<std::byte> filled(const Argument& buffer) {
  std::vector<T> values(buffer.elements);
  if (buffer.fill == "nan") {
    std::fill(values.begin(), values.end(), std::numeric_limits<T>::quiet_NaN());
  } else if (buffer.fill == "iota") {
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i);
  } else if (buffer.fill.rfind("uniform:", 0) == 0) {
    const std::vector<double> numbers = split_numbers(buffer.fill.substr(8));
    std::mt19937 random(static_cast<uint32_t>(numbers.at(0)));
    const bool integer = std::is_integral_v<T>;
    const double low = numbers.size() == 3 ? numbers[1] : integer ? double(std::numeric_limits<T>::min()) : 0;
    const double high = numbers.size() == 3 ? numbers[2] : integer ? double(std::numeric_limits<T>::max()) : 1;
    for (T& value : values) value = static_cast<T>(low + (high - low) * (random() / 4294967296.0));
  } else if (buffer.fill != "zeros") {
    throw std::runtime_error(fmt::format("a buffer cannot be '{}'", buffer.fill));
  }
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
std::vector<std::byte> scalar(const Argument& argument) {
  T value{};
  if constexpr (std::is_integral_v<T>) {
    value = static_cast<T>(std::stoll(argument.fill));
  } else {
    value = static_cast<T>(std::stod(argument.fill));
  }
  std::vector<std::byte> bytes(sizeof(T));
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

struct Type {
  const char* name;
  const char* cpp;
  uint32_t bytes;
  std::vector<std::byte> (*fill)(const Argument&);
  std::vector<std::byte> (*value)(const Argument&);
};

template <class T>
constexpr Type type(const char* name, const char* cpp) {
  return {name, cpp, sizeof(T), filled<T>, scalar<T>};
}

const Type types[] = {
    type<float>("f32", "float"),       type<double>("f64", "double"),     type<int8_t>("i8", "int8_t"),
    type<uint8_t>("u8", "uint8_t"),    type<int16_t>("i16", "int16_t"),   type<uint16_t>("u16", "uint16_t"),
    type<int32_t>("i32", "int"),       type<uint32_t>("u32", "unsigned"), type<int64_t>("i64", "int64_t"),
    type<uint64_t>("u64", "uint64_t"),
};

const Type* find_type(const std::string& name) {
  const auto found = std::find_if(std::begin(types), std::end(types), [&](const Type& t) { return t.name == name; });
  return found == std::end(types) ? nullptr : found;
}

bool contains(const std::vector<int>& lines, int line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

/// Whether a message says "line N", and not the start of a larger number.
bool names_line(const std::string& message, int line) {
  const std::string text = fmt::format("line {}", line);
  for (size_t at = 0; (at = message.find(text, at)) != std::string::npos; ++at) {
    const size_t end = at + text.size();
    if (end == message.size() || !std::isdigit(static_cast<unsigned char>(message[end]))) return true;
  }
  return false;
}

std::string show(const vgpu::Finding& f) {
  return fmt::format("{} at {}:{} ({} times): {}{}{}", vgpu::name_of(f.kind), f.file, f.line, f.count, f.message,
                     f.cause.empty() ? "" : "; ", f.cause);
}

}  // namespace

Case read_case(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  Case result;
  result.file = file;
  bool launch = false;
  int number = 0;
  for (std::string line, text; std::getline(stream, line);) {
    ++number;
    result.source += line + "\n";
    if (header_line(line, "planted", text) || header_line(line, "fixed", text) || header_line(line, "silent", text)) {
      result.about = text;
    } else if (header_line(line, "launch", text)) {
      static const std::regex form(R"(grid (\d+),(\d+),(\d+) block (\d+),(\d+),(\d+) shared (\d+))");
      std::smatch match;
      if (!std::regex_match(text, match, form)) fail(file, number, "launch: grid X,Y,Z block X,Y,Z shared BYTES");
      result.grid = dim3_of(match, 1);
      result.block = dim3_of(match, 4);
      result.shared_bytes = static_cast<uint32_t>(std::stoul(match[7]));
      launch = true;
    } else if (header_line(line, "arg", text)) {
      Argument argument;
      if (!parse_argument(text, argument)) fail(file, number, "an argument is TYPE[COUNT]=FILL or TYPE=VALUE");
      result.arguments.push_back(argument);
    } else if (header_line(line, "finds", text)) {
      result.finds = text;
    } else if (header_line(line, "also", text)) {
      result.also.push_back(text);
    } else if (ends_with(line, "// <- here")) {
      result.here.push_back(number);
    } else if (ends_with(line, "// <- and here")) {
      result.and_here.push_back(number);
    } else if (line.find("<-") != std::string::npos) {
      fail(file, number, "a mark is `// <- here` or `// <- and here`, at the end of its line");
    }
  }
  if (result.about.empty()) fail(file, 1, "does not say what is planted, fixed or silent");
  if (!launch) fail(file, 1, "has no launch");
  if (result.finds.empty() != result.here.empty()) fail(file, 1, "`finds` and `<- here` need each other");
  const std::vector<std::string> names = parameter_names(result.source);
  if (names.size() != result.arguments.size()) {
    fail(file, 1, fmt::format("the kernel has {} parameters, the header {}", names.size(), result.arguments.size()));
  }
  for (size_t i = 0; i < names.size(); ++i) result.arguments[i].name = names[i];
  return result;
}

uint32_t bytes_of(const std::string& type) {
  const Type* found = find_type(type);
  return found != nullptr ? found->bytes : 0;
}

std::string name_of_type(const std::string& type) {
  const Type* found = find_type(type);
  return found != nullptr ? found->cpp : "byte";
}

std::vector<std::byte> contents_of(const Argument& buffer) { return find_type(buffer.type)->fill(buffer); }

std::vector<std::byte> value_of(const Argument& argument) {
  if (argument.fill == "null") return std::vector<std::byte>(8);
  return find_type(argument.type)->value(argument);
}

std::vector<std::string> judge(const Case& wanted, const std::vector<vgpu::Finding>& findings) {
  std::vector<std::string> complaints;
  const std::string file = wanted.file.filename().string();
  std::vector<int> marked = wanted.here;
  marked.insert(marked.end(), wanted.and_here.begin(), wanted.and_here.end());
  const auto names_one_of = [](const vgpu::Finding& f, const std::vector<int>& lines) {
    return std::any_of(lines.begin(), lines.end(), [&](int line) { return names_line(f.message, line); });
  };
  std::vector<int> found;
  bool names_other_line = false;
  for (const vgpu::Finding& f : findings) {
    const std::string kind(vgpu::name_of(f.kind));
    const bool in_place = std::filesystem::path(f.file).filename() == file && contains(marked, f.line);
    const bool follows = std::find(wanted.also.begin(), wanted.also.end(), kind) != wanted.also.end();
    if (!in_place || (kind != wanted.finds && !follows)) {
      complaints.push_back("unexpected: " + show(f));
    } else if (kind == wanted.finds) {
      found.push_back(f.line);
      // Races of one buffer are one finding, which is at one of the lines and names the others.
      if (kind == "race") {
        std::copy_if(wanted.here.begin(), wanted.here.end(), std::back_inserter(found),
                     [&](int line) { return names_line(f.message, line); });
      }
      if (kind == "race" && !names_one_of(f, marked)) complaints.push_back("names no line of the race: " + show(f));
      if (contains(wanted.here, f.line) && names_one_of(f, wanted.and_here)) names_other_line = true;
      if (contains(wanted.and_here, f.line) && names_one_of(f, wanted.here)) names_other_line = true;
    }
  }
  for (const int line : wanted.here) {
    if (!contains(found, line)) complaints.push_back(fmt::format("not found: {} at line {}", wanted.finds, line));
  }
  if ((wanted.finds == "race" || wanted.finds == "barrier") && !wanted.and_here.empty() && !names_other_line) {
    complaints.push_back(fmt::format("no finding names the other line, {}", fmt::join(wanted.and_here, " or ")));
  }
  return complaints;
}

}  // namespace planted
