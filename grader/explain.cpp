#include "grader/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <tuple>

namespace tritutor {
namespace {

using Kind = vgpu::Finding::Kind;

int rank_of(Kind kind) {
  switch (kind) {
    case Kind::barrier:
      return 1;
    case Kind::race:
      return 2;
    case Kind::uninitialized:
      return 3;
    case Kind::timeout:
      return 4;
    default:
      return 0;
  }
}

/// What must hold for every element and case, if it holds at all.
bool is_of_all_cases(std::string_view pattern) { return pattern == "half-precision" || pattern == "tf32"; }

/// What says how every element is made: data on which it cannot be told from something else prove nothing.
bool is_of_values(std::string_view pattern) {
  constexpr std::string_view all[] = {"other-formula", "other-input", "constant", "clamped",     "offset",
                                      "all-zero",      "scaled",      "negated",  "added-twice", "equals-input"};
  return std::find(std::begin(all), std::end(all), pattern) != std::end(all);
}

bool failed(const CaseResult& one) { return one.ran && !one.passed; }

/// The one result of every failing case, where an exercise has a single one and nothing but the values is wrong.
std::vector<Mismatch*> single_results(std::vector<CaseResult>& cases) {
  std::vector<Mismatch*> all;
  for (CaseResult& one : cases) {
    if (!failed(one)) continue;
    if (!one.findings.empty() || !one.mismatch || one.mismatch->total != 1 || !std::isfinite(one.mismatch->got) ||
        !std::isfinite(one.mismatch->want) || (!all.empty() && all[0]->output != one.mismatch->output))
      return {};
    all.push_back(&*one.mismatch);
  }
  return all;
}

/// One number says nothing of a rule; the same amount too much, or the same factor, in every case does.
void compare_single_results(std::vector<CaseResult>& cases) {
  const std::vector<Mismatch*> all = single_results(cases);
  std::set<double> wanted;
  for (const Mismatch* one : all) wanted.insert(one->want);
  if (wanted.size() < 3) return;
  const Mismatch& finest = **std::min_element(all.begin(), all.end(),
                                              [](const Mismatch* a, const Mismatch* b) { return a->bound < b->bound; });
  const double offset = finest.got - finest.want, factor = finest.want == 0 ? 1 : finest.got / finest.want;
  const bool same_offset = std::all_of(all.begin(), all.end(), [&](const Mismatch* one) {
    return std::fabs(one->got - one->want - offset) <= one->bound + finest.bound + 3e-7 * std::fabs(one->want) &&
           std::fabs(offset) > one->bound;
  });
  const bool same_factor = factor != 0 && std::all_of(all.begin(), all.end(), [&](const Mismatch* one) {
                             return std::fabs(one->got - factor * one->want) <=
                                    (std::fabs(factor) + 1) * one->bound + 1e-6 * std::fabs(one->got);
                           });
  if (!same_offset && !same_factor) return;
  for (Mismatch* one : all) {
    one->pattern = same_offset ? "offset" : factor == 2 ? "added-twice" : factor == -1 ? "negated" : "scaled";
    one->pattern_text = same_offset ? fmt::format("In each of the {} failing cases the result is {:.4g} too {}.",
                                                  all.size(), std::fabs(offset), offset > 0 ? "large" : "small")
                                    : fmt::format(
                                          "In each of the {} failing cases the result is {:.4g} times what is "
                                          "right.",
                                          all.size(), factor);
    one->weight = 2;
  }
}

}  // namespace

void sort_by_cause(std::vector<vgpu::Finding>& findings) {
  // An address that hangs on an undefined value comes before the access out of bounds that it made.
  std::set<std::pair<std::string, int>> undefined;
  for (const vgpu::Finding& each : findings) {
    if (each.kind == Kind::uninitialized) undefined.emplace(each.file, each.line);
  }
  const auto rank = [&](const vgpu::Finding& finding) {
    const int own = rank_of(finding.kind);
    // The barrier of the whole block serves a warp, too.
    if (finding.kind == Kind::race) return own * 2 + (finding.remedy == vgpu::Finding::Remedy::warp_barrier ? 1 : 0);
    const bool follows = own == 0 && undefined.count({finding.file, finding.line}) > 0;
    return follows ? rank_of(Kind::uninitialized) * 2 + 1 : own * 2;
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const vgpu::Finding& a, const vgpu::Finding& b) { return rank(a) < rank(b); });
}

void compare_patterns(std::vector<CaseResult>& cases) {
  compare_single_results(cases);
  for (CaseResult& one : cases) {
    if (!failed(one) || !one.mismatch) continue;
    const bool all_cases = is_of_all_cases(one.mismatch->pattern);
    if (!all_cases && (!is_of_values(one.mismatch->pattern) || one.mismatch->plainness == 2)) continue;
    int64_t against = 0, along = 0;
    for (const CaseResult& other : cases) {
      if (!failed(other) || !other.findings.empty() || !other.mismatch ||
          other.mismatch->output != one.mismatch->output ||
          other.mismatch->plainness < one.mismatch->plainness + (all_cases ? 0 : 1))
        continue;
      const bool same = other.mismatch->pattern == one.mismatch->pattern || other.mismatch->pattern == "small-errors";
      (same ? along : against) += 1;
    }
    if (against <= (all_cases ? along : 0)) continue;
    if (!all_cases) {
      one.mismatch->weight = std::min(one.mismatch->weight, 1);
      continue;
    }
    one.mismatch->pattern = "scattered";
    one.mismatch->pattern_text.clear();
    one.mismatch->weight = 0;
  }
}

const CaseResult* telling_case(const Verdict& verdict) {
  using Score = std::array<int64_t, 5>;
  const auto score = [&](const CaseResult& one) -> Score {
    const int64_t plain = one.mismatch ? one.mismatch->plainness : 0;
    if (!one.findings.empty()) return {3, -rank_of(one.findings[0].kind), plain, 0, 0};
    if (!one.mismatch) return {2, 0, 0, 0, 0};
    const auto alike = std::count_if(verdict.cases.begin(), verdict.cases.end(), [&](const CaseResult& other) {
      return failed(other) && other.mismatch && other.mismatch->pattern == one.mismatch->pattern;
    });
    // Where little is seen, ordinary data are easier to follow than a symptom on special ones.
    const int64_t weight = std::max(one.mismatch->weight, plain == 2 ? 1 : 0);
    return {1, weight, plain > 0 ? 1 : 0, weight == 1 ? plain : alike, one.mismatch->weight};
  };
  const CaseResult* best = nullptr;
  for (const CaseResult& one : verdict.cases) {
    if (failed(one) && (best == nullptr || score(one) > score(*best))) best = &one;
  }
  return best;
}

}  // namespace tritutor
