#include "grader/judge/compare.h"

#include <algorithm>
#include <utility>

#include "grader/judge/element_judge.h"
#include "grader/judge/mismatch_map.h"
#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

using reference::Array;

std::vector<int64_t> unravel(int64_t flat, const std::vector<int64_t>& shape) {
  std::vector<int64_t> index(std::max<size_t>(1, shape.size()), 0);
  if (shape.empty()) return index;
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = flat % shape[d];
    flat /= shape[d];
  }
  return index;
}

}  // namespace

double reduction_length(const Tolerance& tolerance, const reference::Values& values) {
  return tolerance.length.empty() ? 1 : values.at(tolerance.length);
}

std::optional<Mismatch> compare(const std::string& output, const Array& got, const reference::Expected& want,
                                const Tolerance& tolerance, double length, const CompareContext& context) {
  const ElementJudge judge(got, want, tolerance, length, context.before);
  const int64_t total = judge.total();

  int64_t first = 0;
  while (first < total && !judge.wrong(first)) ++first;
  if (first == total) return std::nullopt;

  Evidence evidence(got, want, length, context);
  for (int64_t i = 0; i < total; ++i) {
    evidence.bound[static_cast<size_t>(i)] = judge.bound(i);
    if (i < first || !judge.wrong(i)) continue;
    evidence.mark_wrong(i, judge.unwritten(i));
  }

  Mismatch mismatch;
  mismatch.output = output;
  mismatch.index = unravel(first, got.shape);
  mismatch.got = got.at(first);
  mismatch.want = want.value[static_cast<size_t>(first)];
  mismatch.bound = judge.bound(first);
  mismatch.count = evidence.wrong_count();
  mismatch.total = total;
  Pattern pattern = name_pattern(evidence);
  mismatch.pattern = std::move(pattern.id);
  mismatch.pattern_text = std::move(pattern.text);
  mismatch.weight = pattern.weight;
  mismatch.plainness = plainness_of(evidence);
  mismatch.map = draw_map(evidence);
  return mismatch;
}

}  // namespace tritutor
