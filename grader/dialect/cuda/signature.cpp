#include "grader/dialect/cuda/signature.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "grader/dialect/cuda/wrapper.h"
#include "grader/nearest.h"

namespace tritutor {
namespace {

const Declaration* find_declaration(const std::vector<Declaration>& all, std::string_view name) {
  const Declaration* found = nullptr;
  for (const Declaration& each : all) {
    if (each.name == name && (!found || (each.kernel && !found->kernel))) found = &each;
  }
  return found;
}

std::vector<std::string> kernel_names(const std::vector<Declaration>& all) {
  std::vector<std::string> names;
  for (const Declaration& each : all) {
    if (each.kernel) names.push_back(each.name);
  }
  return names;
}

Refusal refuse(std::string kind, std::string message, std::string expected, const Declaration* found,
               const std::string& file) {
  Refusal refusal;
  refusal.kind = std::move(kind);
  refusal.message = std::move(message);
  refusal.expected = std::move(expected);
  if (found) {
    refusal.found = found->text;
    refusal.diagnostics.push_back({"error", file, found->line, 0, "it is declared here"});
  }
  return refusal;
}

Refusal missing_kernel(const Exercise& exercise, const std::vector<Declaration>& all, const std::string& file) {
  const std::vector<std::string> names = kernel_names(all);
  if (std::find(names.begin(), names.end(), exercise.slug) != names.end()) {
    return refuse("missing-kernel",
                  fmt::format("{} stands in a namespace or a class, where it cannot be found; move it out of there",
                              exercise.slug),
                  exercise.signature(), find_declaration(all, exercise.slug), file);
  }
  const std::string others =
      names.empty() ? "it has no kernel at all" : fmt::format("it has {}", fmt::join(names, ", "));
  return refuse(
      "missing-kernel",
      fmt::format("the file has no kernel named {}: {}; add it, declared exactly as below", exercise.slug, others),
      exercise.signature(), nullptr, file);
}

Refusal wrong_kernel(const Exercise& exercise, const std::vector<Declaration>& all, const std::string& file) {
  return refuse(
      "signature",
      fmt::format("{} has other parameters than this exercise's; write its first line exactly as below", exercise.slug),
      exercise.signature(), find_declaration(all, exercise.slug), file);
}

Refusal wrong_launch(const std::vector<Declaration>& all, const std::string& file) {
  const Declaration* found = find_declaration(all, "launch");
  std::string message = "launch() has another type than it must have; write its first line exactly as below";
  if (!found) {
    std::vector<std::string> names;
    for (const Declaration& each : all) {
      if (!each.kernel) names.push_back(each.name);
    }
    const std::vector<std::string> meant = nearest("launch", names, 1);
    message = fmt::format(
        "the file has no launch(){}: it says how the kernel is launched, by plan.run(\"kernel\", grid, "
        "block); add it",
        meant.empty() ? "" : fmt::format(", only {}()", meant[0]));
    if (!meant.empty()) found = find_declaration(all, meant[0]);
  }
  return refuse("signature", message, std::string(launch_signature), found, file);
}

/// An unclosed bracket swallows the tutor's lines, which then seem wrong.
std::optional<Refusal> unbalanced(const SourceScan& scan, const std::string& file) {
  const auto token = scan.unbalanced();
  if (!token) return std::nullopt;
  const bool closes = token->text == "}" || token->text == ")" || token->text == "]";
  Refusal refusal;
  refusal.kind = "compile";
  refusal.message = fmt::format("{}:{}:{}: this '{}' {}", file, token->line, token->column, token->text,
                                closes ? "closes nothing; remove it" : "is never closed; add its counterpart");
  refusal.advice = closes ? "Remove it, or add what it should close." : "Add what closes it, where its part ends.";
  refusal.diagnostics.push_back({"error", file, token->line, token->column,
                                 fmt::format("'{}' {}", token->text, closes ? "closes nothing" : "is never closed")});
  return refusal;
}

}  // namespace

std::optional<Refusal> explain_wrapper_errors(const std::vector<Diagnostic>& diagnostics, const Exercise& exercise,
                                              const SourceScan& scan, const std::string& file) {
  const auto complains = [&](std::string_view part) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [&](const Diagnostic& d) { return d.severity == "error" && d.file == part; });
  };
  if (!complains(kernel_check_file) && !complains(launch_check_file) && !complains(entry_file)) return std::nullopt;
  if (auto refusal = unbalanced(scan, file)) return refusal;
  const std::vector<Declaration> all = declarations(scan);
  if (complains(kernel_check_file)) {
    const bool absent = std::any_of(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& d) {
      return d.file == kernel_check_file &&
             d.message.find(fmt::format("has no \"{}\"", exercise.slug)) != std::string::npos;
    });
    return absent ? missing_kernel(exercise, all, file) : wrong_kernel(exercise, all, file);
  }
  return wrong_launch(all, file);
}

std::optional<Refusal> explain_other_signature(const std::vector<Diagnostic>& log,
                                               const std::vector<Diagnostic>& errors, const Exercise& exercise,
                                               const SourceScan& scan, const std::string& file) {
  if (scan.unbalanced()) return std::nullopt;
  const std::vector<Declaration> all = declarations(scan);
  const auto differs = [&](std::string_view check, std::string_view name) {
    const bool told = std::any_of(log.begin(), log.end(), [&](const Diagnostic& d) {
      return d.file == check && d.message.find("static assertion failed") != std::string::npos;
    });
    const Declaration* found = find_declaration(all, name);
    if (!told || !found) return false;
    return std::none_of(errors.begin(), errors.end(),
                        [&](const Diagnostic& d) { return d.line >= found->line && d.line <= found->last_line; });
  };
  if (differs(kernel_check_file, exercise.slug)) return wrong_kernel(exercise, all, file);
  if (differs(launch_check_file, "launch")) return wrong_launch(all, file);
  return std::nullopt;
}

bool has_entry(std::string_view ptx, std::string_view name) {
  const std::string mark = fmt::format(".entry {}", name);
  for (size_t at = ptx.find(mark); at != std::string_view::npos; at = ptx.find(mark, at + 1)) {
    const size_t after = at + mark.size();
    if (after >= ptx.size() || ptx[after] == '(' || ptx[after] == '\n' || ptx[after] == ' ') return true;
  }
  return false;
}

std::optional<Refusal> check_entry(std::string_view ptx, const Exercise& exercise, const SourceScan& scan,
                                   const std::string& file) {
  if (has_entry(ptx, exercise.slug)) return std::nullopt;
  const std::vector<Declaration> all = declarations(scan);
  const Declaration* found = find_declaration(all, exercise.slug);
  const std::string mangled = fmt::format(".entry _Z{}{}", exercise.slug.size(), exercise.slug);
  const bool mangled_kernel = ptx.find(mangled) != std::string_view::npos;
  std::string message;
  if (!mangled_kernel && found && found->kernel && found->extern_c) {
    message = fmt::format("{} is declared but has no body; write it", exercise.slug);
  } else if (mangled_kernel || (found && found->kernel)) {
    message = fmt::format(
        "{} is not declared extern \"C\", so it cannot be found by its name; write extern \"C\" before __global__",
        exercise.slug);
  } else {
    message = fmt::format("{} is not a kernel; write extern \"C\" __global__ before it", exercise.slug);
  }
  return refuse("signature", message, exercise.signature(), found, file);
}

}  // namespace tritutor
