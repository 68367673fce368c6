#include "app/mutant.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "app/patch.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// Whether the refusal has the text in its sentence, or in a line of the compiler's log.
bool says(const Refusal& refusal, const std::string& text) {
  const auto has = [&](const std::string& message) { return message.find(text) != std::string::npos; };
  return has(refusal.message) || std::any_of(refusal.diagnostics.begin(), refusal.diagnostics.end(),
                                             [&](const Diagnostic& line) { return has(line.message); });
}

bool holds(const Mutant::Reason& reason, const Verdict& verdict) {
  if (reason.kind == "slow") return verdict.right && verdict.inefficient && verdict.inefficient->counter == reason.name;
  if (reason.kind == "says") {
    return (verdict.refusal && says(*verdict.refusal, reason.name)) ||
           std::any_of(verdict.cases.begin(), verdict.cases.end(), [&](const CaseResult& one) {
             return !one.passed && one.problem.find(reason.name) != std::string::npos;
           });
  }
  if (reason.kind == "refusal") return verdict.refusal && verdict.refusal->kind == reason.name;
  return std::any_of(verdict.cases.begin(), verdict.cases.end(), [&](const CaseResult& one) {
    if (!one.ran || one.passed) return false;
    if (reason.kind == "case") return one.name == reason.name;
    if (reason.kind == "pattern") return one.mismatch && one.mismatch->pattern == reason.name;
    return std::any_of(one.findings.begin(), one.findings.end(),
                       [&](const vgpu::Finding& finding) { return vgpu::name_of(finding.kind) == reason.name; });
  });
}

/// Why the verdict was what it was, for an author who expected something else.
std::string what_happened(const Verdict& verdict) {
  if (verdict.refusal)
    return fmt::format("it was refused as \"{}\": {}", verdict.refusal->kind, verdict.refusal->message);
  if (verdict.right) {
    return fmt::format(
        "it is right, but {:.0f} % of the limit's speed{}", 100 * verdict.timing.prediction.fraction,
        verdict.inefficient ? ": " + verdict.inefficient->counter : ", without a waste that explains it");
  }
  std::vector<std::string> facts;
  for (const CaseResult& one : verdict.cases) {
    if (!one.ran || one.passed) continue;
    std::set<std::string> why;
    if (one.mismatch) why.insert("pattern " + one.mismatch->pattern);
    for (const vgpu::Finding& finding : one.findings) why.insert("finding " + std::string(vgpu::name_of(finding.kind)));
    if (!one.problem.empty()) why.insert(one.problem);
    facts.push_back(fmt::format("case {} ({})", one.name, fmt::join(why, ", ")));
  }
  return facts.empty() ? "no case failed" : fmt::format("what failed: {}", fmt::join(facts, "; "));
}

}  // namespace

std::vector<fs::path> mutants_in(const fs::path& folder) { return files_in(folder, {".cu", ".py", ".patch"}); }

DialectId dialect_of_mutant(const fs::path& mutant) {
  if (mutant.extension() != ".patch") return dialect_id_of(mutant);
  try {
    return dialect_id_of(patched_file(read_text(mutant)));
  } catch (const PatchError&) {
    return DialectId::cuda;  // what is wrong with it, mutant_kernel() says
  }
}

MutantKernel mutant_kernel(const Home& home, const fs::path& mutant) {
  if (mutant.extension() != ".patch") return {mutant, read_kernel_file(mutant)};
  const std::string patch = read_text(mutant);
  const fs::path solution = home.beside(patched_file(patch));
  return {fs::path(mutant).replace_extension(solution.extension()), apply_patch(patch, read_kernel_file(solution))};
}

Mutant parse_mutant(std::string_view source, std::vector<std::string>& errors) {
  Mutant mutant;
  while (!source.empty()) {
    const size_t end = std::min(source.find('\n'), source.size());
    std::string_view line = trimmed(source.substr(0, end));
    source.remove_prefix(std::min(end + 1, source.size()));
    if (line.empty()) continue;
    // "#include" is no comment.
    const size_t mark = line.starts_with("//") ? 2 : line == "#" || line.starts_with("# ") ? 1 : 0;
    if (mark == 0) break;
    line = trimmed(line.substr(mark));
    if (line.starts_with("mutant:")) {
      mutant.mistake = trimmed(line.substr(7));
    } else if (line.starts_with("refused:")) {
      const std::string_view rest = trimmed(line.substr(8));
      const size_t space = std::min(rest.find(' '), rest.size());
      Mutant::Reason reason{std::string(rest.substr(0, space)), std::string(trimmed(rest.substr(space)))};
      const bool known = reason.kind == "case" || reason.kind == "pattern" || reason.kind == "finding" ||
                         reason.kind == "refusal" || reason.kind == "slow" || reason.kind == "says";
      if (!known || reason.name.empty()) {
        errors.push_back(fmt::format(
            "\"refused: {}\" is none of: case NAME, pattern ID, finding KIND, refusal KIND, slow COUNTER, says TEXT",
            rest));
      } else {
        mutant.reasons.push_back(std::move(reason));
      }
    }
  }
  if (mutant.mistake.empty()) errors.push_back("it does not start with a line \"// mutant: the mistake\"");
  if (mutant.reasons.empty())
    errors.push_back("it has no line \"// refused: case NAME\" (or pattern, finding, refusal, slow)");
  return mutant;
}

std::vector<std::string> unmet_reasons(const Mutant& mutant, const Verdict& verdict) {
  if (verdict.result == Verdict::Result::pass) {
    const std::string speed =
        verdict.timing.kind == "predicted"
            ? fmt::format(": {:.0f} % of the limit's speed, {:.0f} to {:.0f} with the model's error",
                          100 * verdict.timing.prediction.fraction, 100 * verdict.timing.range.least,
                          100 * verdict.timing.range.most)
            : "";
    return {"it passes, and must not" + speed};
  }
  const bool expects_refusal = std::any_of(mutant.reasons.begin(), mutant.reasons.end(),
                                           [](const Mutant::Reason& reason) { return reason.kind == "refusal"; });
  if (verdict.refusal && !expects_refusal) return {"no case could be run: " + what_happened(verdict)};
  std::vector<std::string> unmet;
  for (const Mutant::Reason& reason : mutant.reasons) {
    if (!holds(reason, verdict)) {
      unmet.push_back(fmt::format("it is not refused by {} {}; {}", reason.kind, reason.name, what_happened(verdict)));
    }
  }
  return unmet;
}

}  // namespace tritutor
