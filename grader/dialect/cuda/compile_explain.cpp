#include "grader/dialect/cuda/compile_explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "grader/dialect/cuda/compile_advice.h"
#include "grader/dialect/cuda/host_code.h"
#include "grader/dialect/cuda/include_rules.h"
#include "grader/dialect/cuda/signature.h"
#include "grader/dialect/cuda/standard_headers.h"
#include "grader/dialect/cuda/wrapper.h"

namespace tritutor {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_error(const Diagnostic& d) { return d.severity == "error"; }

/// Errors that only repeat or follow from one before them.
bool is_echo(const Diagnostic& d, const std::set<int>& lines_of_unknown_tokens) {
  return has(d.message, "<error-type>") || lines_of_unknown_tokens.count(d.line) != 0;
}

/// Notes that help the compiler's own authors.
bool is_noise(const Diagnostic& d) {
  return has(d.message, "does not match because") || has(d.message, "candidate function") ||
         has(d.message, "parsing restarts here");
}

/// A missing ';' is reported at the token after it; a learner looks for it where it is missing.
void place_semicolon(Diagnostic& error, const SourceScan& scan) {
  if (!has(error.message, "expected a \";\"")) return;
  const Token* before = token_before(scan, error.line, error.column);
  const Token* here = token_at(scan, error.line, error.column);
  if (before == nullptr || before->line >= error.line || (here != nullptr && here->text == "{")) return;
  error.line = before->line;
  error.column = before->column + static_cast<int>(before->text.size());
}

/// The learner's own errors in their order, each with its notes. Warnings say nothing of why it does not compile.
std::vector<Diagnostic> own_errors(const FailedCompile& failed) {
  std::vector<Diagnostic> result;
  std::set<std::pair<int, std::string>> seen;
  std::set<int> unknown_tokens;
  bool keep_notes = false;
  for (const Diagnostic& each : failed.log) {
    if (each.severity == "note") {
      if (!keep_notes || is_noise(each) || each.file != failed.program) continue;
    } else {
      keep_notes = is_error(each) && each.file == failed.program && !is_echo(each, unknown_tokens) &&
                   seen.emplace(each.line, each.message).second;
      if (!keep_notes) continue;
      if (has(each.message, "unrecognized token")) unknown_tokens.insert(each.line);
    }
    result.push_back(each);
    result.back().file = failed.file;
    place_semicolon(result.back(), failed.scan);
  }
  return result;
}

/// An error in one of CUDA's headers stands where the learner includes it.
std::optional<Refusal> explain_header_error(const FailedCompile& failed) {
  const auto error = std::find_if(failed.log.begin(), failed.log.end(), [](const Diagnostic& d) {
    return is_error(d) && d.file.find('/') != std::string::npos;
  });
  if (error == failed.log.end()) return std::nullopt;
  const Directive* guilty = nullptr;
  for (const Directive& at : failed.scan.directives) {
    if (at.name != "include" || standard_header(at.argument) || at.argument == "tritutor.cuh") continue;
    const std::string family = at.argument.substr(0, at.argument.find_first_of("/."));
    if (guilty == nullptr || has(error->file, "/" + family)) guilty = &at;
  }
  if (guilty == nullptr) return std::nullopt;
  Refusal refusal;
  refusal.kind = "compile";
  refusal.advice =
      has(guilty->argument, "thrust") || has(guilty->argument, "device")
          ? "Its algorithms are launched by a host, and here is none: write the kernel itself. Within a block, "
            "cub has parts to use: <cub/block/block_reduce.cuh>, <cub/block/block_scan.cuh>."
          : "It needs host code, which a kernel file has none of. Remove the line, and what needs it.";
  refusal.diagnostics.push_back({"error", failed.file, guilty->line, guilty->column,
                                 fmt::format("<{}> does not compile for a kernel: {} ({}:{})", guilty->argument,
                                             error->message, error->file, error->line)});
  refusal.message =
      fmt::format("{}:{}: {}. {}", failed.file, guilty->line, refusal.diagnostics[0].message, refusal.advice);
  return refusal;
}

bool includes_the_tutor(const SourceScan& scan) {
  return std::any_of(scan.directives.begin(), scan.directives.end(), [](const Directive& d) {
    return d.name == "include" && (d.argument == "tritutor.cuh" || d.argument == "tl.cuh");
  });
}

}  // namespace

Refusal explain(const FailedCompile& failed) {
  if (auto host = explain_host_code(failed.scan, failed.exercise, failed.file)) return *host;
  std::vector<Diagnostic> errors = own_errors(failed);
  if (errors.empty()) {
    if (auto wrapper = explain_wrapper_errors(failed.log, failed.exercise, failed.scan, failed.file)) return *wrapper;
    if (auto header = explain_header_error(failed)) return *header;
    return refusal_of("compile", fmt::format("{}: the compiler refused the file: {}", failed.file, failed.raw));
  }
  if (auto signature = explain_other_signature(failed.log, errors, failed.exercise, failed.scan, failed.file)) {
    return *signature;
  }
  Refusal refusal;
  refusal.kind = "compile";
  const Diagnostic& first = errors.front();
  refusal.advice = advice_for(first, {failed.scan, failed.source, failed.exercise});
  if (!includes_the_tutor(failed.scan) && !has(refusal.advice, "Python")) {
    refusal.advice = "The file has no #include <tritutor.cuh>: put it at the top.";
  }
  const auto count = std::count_if(errors.begin(), errors.end(), is_error);
  refusal.message = fmt::format("{} does not compile: {} error{}, the first in line {}: {}. {}", failed.file, count,
                                count == 1 ? "" : "s", first.line, first.message,
                                refusal.advice.empty() ? "Correct that one and submit again" : refusal.advice);
  refusal.diagnostics = std::move(errors);
  return refusal;
}

}  // namespace tritutor
