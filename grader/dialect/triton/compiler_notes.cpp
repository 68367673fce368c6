#include "grader/dialect/triton/compiler_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <sstream>

namespace tritutor {
namespace {

/// So many multiply-adds on one line are a product of tiles, written out.
constexpr uint32_t many_fmas = 64;

/// What a GPU gives a thread.
constexpr uint32_t least_registers = 16, most_registers = 255;

int number_at(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view unindented(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Bytes that "ld.global.v4.b32" moves for a thread.
uint32_t width_of(std::string_view instruction) {
  const std::string_view name = instruction.substr(0, instruction.find_first_of(" \t{"));
  uint32_t vector = 1, bits = 0;
  for (size_t at = name.find('.'); at != std::string_view::npos; at = name.find('.', at + 1)) {
    const std::string_view part = name.substr(at + 1, name.find('.', at + 1) - at - 1);
    if (part == "v2" || part == "v4" || part == "v8") vector = static_cast<uint32_t>(number_at(part.substr(1)));
    if (part.size() >= 2 && std::string_view("bsuf").find(part[0]) != std::string_view::npos && part[1] >= '0' &&
        part[1] <= '9') {
      bits = static_cast<uint32_t>(number_at(part.substr(1)));
    }
  }
  return vector * bits / 8;
}

/// Bytes that "cp.async.ca.shared.global [a], [b], 0x4, %r1" copies for a thread.
uint32_t copied_width(std::string_view instruction) {
  const size_t source = instruction.rfind('['), count = instruction.find("], ", source);
  if (source == std::string_view::npos || count == std::string_view::npos) return 0;
  std::string_view bytes = instruction.substr(count + 3);
  const bool hexadecimal = bytes.starts_with("0x");
  if (hexadecimal) bytes.remove_prefix(2);
  uint32_t width = 0;
  std::from_chars(bytes.data(), bytes.data() + bytes.size(), width, hexadecimal ? 16 : 10);
  return width;
}

/// The numbers of the .file directives that mean the file.
std::set<int> file_numbers(const std::vector<std::string_view>& lines, std::string_view file) {
  std::set<int> numbers;
  for (const std::string_view line : lines) {
    const std::string_view text = unindented(line);
    if (!text.starts_with(".file")) continue;
    const size_t open = text.find('"'), close = text.rfind('"');
    if (open == std::string_view::npos || close <= open) continue;
    std::string_view name = text.substr(open + 1, close - open - 1);
    if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    if (name == file) numbers.insert(number_at(unindented(text.substr(5))));
  }
  return numbers;
}

/// The line of the file that a .loc is about: its own, or the one that it is inlined at; 0: another file's.
int line_of(std::string_view loc, const std::set<int>& own) {
  const auto place = [&](std::string_view text) {
    text = unindented(text);
    const int file = number_at(text);
    const size_t space = text.find(' ');
    return own.count(file) > 0 && space != std::string_view::npos ? number_at(text.substr(space + 1)) : 0;
  };
  const int line = place(loc.substr(4));
  if (line > 0) return line;
  const size_t inlined = loc.find("inlined_at ");
  return inlined == std::string_view::npos ? 0 : place(loc.substr(inlined + 11));
}

std::string bytes_in_words(const std::vector<std::pair<int, uint32_t>>& lines) {
  std::map<uint32_t, std::vector<int>, std::greater<>> by_width;
  for (const auto& [line, bytes] : lines) by_width[bytes].push_back(line);
  std::vector<std::string> parts;
  for (const auto& [bytes, of] : by_width) {
    parts.push_back(fmt::format("{} byte{} (line{} {})", bytes, bytes == 1 ? "" : "s", of.size() == 1 ? "" : "s",
                                fmt::join(of, ", ")));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string matrix_in_words(const LineCode& code, const std::string& source_line) {
  const bool dot = source_line.find("tl.dot") != std::string::npos;
  if (!code.matrix.empty()) {
    const char* type = code.matrix.find("tf32") != std::string::npos   ? "tf32"
                       : code.matrix.find("bf16") != std::string::npos ? "bf16"
                       : code.matrix.find("f16") != std::string::npos  ? "f16"
                       : code.matrix.find("s8") != std::string::npos   ? "int8"
                                                                       : "";
    return fmt::format("tl.dot (line {}) runs on the tensor cores{}{}", code.line, *type != '\0' ? ", in " : "", type);
  }
  if (dot && code.fmas >= many_fmas)
    return fmt::format("tl.dot (line {}) is plain multiply-adds, not tensor cores", code.line);
  return "";
}

}  // namespace

std::vector<LineCode> line_code(std::string_view ptx, std::string_view name, std::string_view file) {
  const std::vector<std::string_view> lines = split_lines(ptx);
  const std::set<int> own = file_numbers(lines, file);
  const std::string entry = fmt::format(".entry {}(", name);
  std::map<int, LineCode> found;
  int line = 0;
  bool inside = false;
  for (const std::string_view whole : lines) {
    if (whole.find(".entry ") != std::string_view::npos) inside = whole.find(entry) != std::string_view::npos;
    if (!inside) continue;
    std::string_view text = unindented(whole);
    if (text.starts_with(".loc")) {
      if (const int at = line_of(text, own); at > 0) line = at;
      continue;
    }
    if (text.starts_with("@")) text = unindented(text.substr(std::min(text.find(' '), text.size())));
    LineCode& code = found[line];
    code.line = line;
    if (text.starts_with("ld.global") || text.starts_with("cp.async.c")) {
      const uint32_t bytes = text.starts_with("ld.") ? width_of(text) : copied_width(text);
      code.load_bytes = std::max(code.load_bytes, bytes);
    } else if (text.starts_with("st.global")) {
      code.store_bytes = std::max(code.store_bytes, width_of(text));
    } else if (text.starts_with("mma.") || text.starts_with("wgmma.mma")) {
      code.matrix = std::string(text.substr(0, text.find_first_of(" \t")));
    } else if (text.starts_with("fma.rn.f32")) {
      ++code.fmas;
    }
  }
  std::vector<LineCode> result;
  for (auto& [at, code] : found) {
    if (at > 0) result.push_back(std::move(code));
  }
  return result;
}

std::vector<std::string> compiler_notes(const Recording& recording, const LaunchPlan& plan, const vgpu::Module& module,
                                        const std::string& file, const std::string& source) {
  const std::vector<std::string_view> text = split_lines(source);
  std::vector<std::string> notes;
  std::set<std::string> told;
  for (const Step& step : plan.steps) {
    const RecordedKernel* kernel = recording.kernel(step.kernel);
    const vgpu::KernelInfo* info = module.find_kernel(step.kernel);
    if (kernel == nullptr || info == nullptr || !told.insert(step.kernel).second) continue;
    const uint32_t registers = std::clamp<uint32_t>(info->registers_live, least_registers, most_registers);
    std::string note =
        fmt::format("{}: {} warp{}, {} {} registers a thread", kernel->shown, kernel->warps,
                    kernel->warps == 1 ? "" : "s", registers == most_registers ? "all" : "about", registers);
    if (kernel->shared_bytes > 0) note += fmt::format(", {} bytes of shared memory", kernel->shared_bytes);
    std::vector<std::pair<int, uint32_t>> loads, stores;
    std::vector<std::string> matrices;
    for (const LineCode& code : line_code(recording.ptx, step.kernel, file)) {
      if (code.load_bytes > 0) loads.emplace_back(code.line, code.load_bytes);
      if (code.store_bytes > 0) stores.emplace_back(code.line, code.store_bytes);
      const size_t at = static_cast<size_t>(code.line) - 1;
      std::string matrix = matrix_in_words(code, at < text.size() ? std::string(text[at]) : std::string());
      if (!matrix.empty()) matrices.push_back(std::move(matrix));
    }
    if (!matrices.empty()) note += fmt::format(", {} stage{}", kernel->stages, kernel->stages == 1 ? "" : "s");
    if (!loads.empty()) note += fmt::format("; a thread loads at most {}", bytes_in_words(loads));
    if (!stores.empty()) note += fmt::format("; it stores {}", bytes_in_words(stores));
    for (const std::string& each : matrices) note += "; " + each;
    notes.push_back(note);
  }
  return notes;
}

}  // namespace tritutor
