#include "grader/own_words.h"

namespace tritutor {

void put_in_words(const Dialect& dialect, Verdict& verdict) {
  const auto put = [&](std::string& text) { text = dialect.in_own_words(std::move(text)); };
  for (CaseResult& one : verdict.cases) {
    put(one.problem);
    put(one.disagreement);
    if (one.mismatch) put(one.mismatch->pattern_text);
    for (vgpu::Finding& finding : one.findings) put(finding.cause);
  }
  if (verdict.inefficient) put(verdict.inefficient->cause);
  put(verdict.timing.note);
}

}  // namespace tritutor
