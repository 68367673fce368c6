#include "grader/dialect/cuda/host_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "grader/dialect/cuda/wrapper.h"

namespace tritutor {
namespace {

struct HostCode {
  const Token* token = nullptr;  ///< where it stands
  std::string what;              ///< "vector_scaling<<<...>>>"
};

bool touches(const Token& left, const Token& right) { return left.end == right.begin; }

/// kernel<<<...: three signs in a row after a name.
bool is_launch(const std::vector<Token>& tokens, size_t i) {
  if (tokens[i].kind != Token::Kind::identifier || i + 3 >= tokens.size()) return false;
  for (size_t k = 1; k <= 3; ++k) {
    if (tokens[i + k].text != "<" || (k > 1 && !touches(tokens[i + k - 1], tokens[i + k]))) return false;
  }
  return true;
}

/// cudaMalloc( and its kin.
bool is_runtime_call(const std::vector<Token>& tokens, size_t i) {
  const std::string& name = tokens[i].text;
  return name.size() > 4 && name.rfind("cuda", 0) == 0 && std::isupper(static_cast<unsigned char>(name[4])) &&
         i + 1 < tokens.size() && tokens[i + 1].text == "(";
}

/// int main(
bool is_main(const std::vector<Token>& tokens, size_t i) {
  return tokens[i].text == "main" && i > 0 && tokens[i - 1].text == "int" && i + 1 < tokens.size() &&
         tokens[i + 1].text == "(";
}

std::vector<HostCode> host_code(const SourceScan& scan) {
  std::vector<HostCode> found;
  const auto add = [&](const Token& token, std::string what) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const HostCode& each) { return each.what == what; });
    if (!known) found.push_back({&token, std::move(what)});
  };
  for (size_t i = 0; i < scan.tokens.size(); ++i) {
    const Token& token = scan.tokens[i];
    if (is_launch(scan.tokens, i)) add(token, token.text + "<<<...>>>");
    if (is_runtime_call(scan.tokens, i)) add(token, token.text);
    if (is_main(scan.tokens, i)) add(token, "main()");
  }
  return found;
}

/// "main(), cudaMalloc and vector_scaling<<<...>>>", not more than three of them.
std::string listed(const std::vector<HostCode>& found) {
  std::string text = found[0].what;
  const size_t shown = std::min<size_t>(found.size(), 3);
  for (size_t i = 1; i < shown; ++i) text += (i + 1 == shown ? " and " : ", ") + found[i].what;
  return text;
}

}  // namespace

std::string example_launch(const Exercise& exercise) {
  std::vector<std::string> sizes;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) sizes.push_back(argument.name);
  }
  const std::string grid = sizes.size() == 1 ? fmt::format("cdiv(p.{}, 256), 256", sizes[0]) : "grid, block";
  return fmt::format("{} {{ plan.run(\"{}\", {}); }}", launch_signature, exercise.slug, grid);
}

std::optional<Refusal> explain_host_code(const SourceScan& scan, const Exercise& exercise, const std::string& file) {
  const std::vector<HostCode> found = host_code(scan);
  if (found.empty()) return std::nullopt;
  const Token& first = *found.front().token;
  Refusal refusal;
  refusal.kind = "compile";
  refusal.diagnostics.push_back(
      {"error", file, first.line, first.column,
       fmt::format("{} {} host code, and a kernel file has none: the tutor allocates, copies, launches and compares",
                   listed(found), found.size() == 1 ? "is" : "are")});
  refusal.advice = fmt::format(
      "In the place of host code stands launch(), which only says with which grid and block the kernel runs. Keep the "
      "kernel, with extern \"C\" before __global__ and #include <tritutor.cuh> at the top, remove the rest, and write: "
      "{}",
      example_launch(exercise));
  refusal.message = fmt::format("{}:{}: {}. {}", file, first.line, refusal.diagnostics[0].message, refusal.advice);
  return refusal;
}

}  // namespace tritutor
