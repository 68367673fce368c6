#include "app/exercise_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tritutor {

namespace {

/// A signature too long for the terminal breaks after its commas.
std::string broken_signature(const std::string& signature, int width, const Style& style) {
  std::string out, line = "  ";
  size_t at = 0;
  while (at < signature.size()) {
    const size_t comma = signature.find(", ", at);
    const size_t end = comma == std::string::npos ? signature.size() : comma + 1;
    const std::string part = signature.substr(at, end - at);
    if (line.size() > 6 && line.size() + 1 + part.size() > static_cast<size_t>(width)) {
      out += style.cyan(line) + "\n";
      line = "      ";
    } else if (line.size() > 2) {
      line += ' ';
    }
    line += part;
    at = end + 1;
  }
  return out + style.cyan(line) + "\n";
}

/// The function that a Triton file holds, and what it is called with, a line each.
std::string host_function(const Exercise& exercise, int width, const Style& style) {
  std::string out = broken_signature(exercise.host_signature(), width, style);
  size_t longest = 0;
  for (const Argument& argument : exercise.arguments) longest = std::max(longest, argument.name.size());
  for (const Argument& argument : exercise.arguments) {
    const std::string type(reference::name_of(argument.type));
    const bool buffer = argument.role == Role::input || argument.role == Role::output;
    const std::string what = buffer ? fmt::format("{} tensor of {}, {}", type, fmt::join(argument.shape, " x "),
                                                  argument.role == Role::input ? "only to be read" : "the result")
                                    : fmt::format("a number, {}", type);
    out += style.dim(fmt::format("      {}  {}\n", pad(argument.name, longest), what));
  }
  return out;
}

std::string limit_in_words(const std::string& kind) {
  if (kind == "copy") return "a copy of the same bytes";
  if (kind == "read") return "one reading of the same bytes";
  if (kind == "max") return "the time for its bytes or for its arithmetic, whichever is longer";
  return "the library's product of the same shape (cuBLAS)";
}

/// What passing takes, and what the medals are.
std::string needs_in_words(const Exercise& exercise) {
  const Thresholds& lines = exercise.thresholds;
  return fmt::format(
      "To pass: right in every case{}. Medals: bronze {:.0f} %, silver {:.0f} %, gold {:.0f} % of the limit's speed; "
      "the limit is {}.",
      exercise.needs == Needs::bronze ? ", and at least bronze" : ", however fast", 100 * lines.bronze,
      100 * lines.silver, 100 * lines.gold, limit_in_words(exercise.limit.kind));
}

std::string reading_in_words(const Exercise& exercise) {
  return fmt::format("Read first: tritutor notes {}", fmt::join(exercise.read, ", tritutor notes "));
}

}  // namespace

std::string view_exercise(const Exercise& exercise, DialectId dialect, const Style& style, int width) {
  const int prose = std::min(width, 100);  // longer lines are hard to read
  std::string kind = fmt::format("level {}", exercise.level);
  if (exercise.optional) kind += ", optional";
  if (exercise.worked) kind += ", a worked example";
  std::string out =
      fmt::format("{}  {}\n\n", style.bold(exercise.id + " " + exercise.title), style.dim("(" + kind + ")"));
  out += wrap(exercise.statement_in(dialect), prose);
  if (!exercise.read.empty()) out += "\n" + wrap(reading_in_words(exercise), prose);
  out += "\n" + wrap(needs_in_words(exercise), prose);
  if (!exercise.formula.empty()) out += "\n" + style.yellow(wrap(exercise.formula, prose, "  "));
  if (dialect == DialectId::triton) return out + "\n" + host_function(exercise, width, style);
  out += "\n" + broken_signature(exercise.signature(), width, style);
  if (!exercise.triton.empty()) out += style.dim(wrap("in Triton: " + exercise.triton, prose, "  "));
  return out;
}

}  // namespace tritutor
