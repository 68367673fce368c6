#include "grader/judge/medal.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tritutor {
namespace {

/// Estimates from a sample of blocks may be off by so much.
constexpr double beyond_limit = 1.05;

std::string percent(double fraction) { return fmt::format("{:.0f} % of the limit's speed", 100 * fraction); }

std::array<std::pair<const char*, double>, 3> lines_of(const Thresholds& thresholds) {
  return {{{"bronze", thresholds.bronze}, {"silver", thresholds.silver}, {"gold", thresholds.gold}}};
}

}  // namespace

Standing standing(const FractionRange& range, double line) {
  if (range.most < line) return Standing::missed;
  return range.least >= line ? Standing::cleared : Standing::open;
}

FractionRange range_of(const Prediction& prediction) {
  const ModelError error = model_error(prediction);
  return {prediction.at_least ? 0 : prediction.fraction / error.slower, prediction.fraction * error.faster};
}

SpeedDecision decide_medal(const Prediction& prediction, const Thresholds& thresholds) {
  const FractionRange range = range_of(prediction);
  SpeedDecision decision;
  decision.bronze = standing(range, thresholds.bronze);
  if (!prediction.at_least && prediction.fraction > beyond_limit * prediction.most_fraction) {
    decision.bronze = Standing::open;
    decision.note =
        fmt::format("{} is more than can be; a part of the work seems to be missing", percent(prediction.fraction));
    return decision;
  }
  std::string open;
  int count = 0;
  for (const auto& [name, line] : lines_of(thresholds)) {
    const Standing stands = standing(range, line);
    if (stands == Standing::cleared) decision.medal = name;
    if (stands != Standing::open) continue;
    open += (open.empty() ? "" : " and ") + std::string(name);
    ++count;
  }
  if (decision.medal != "none") {
    decision.note = "only predicted";
    if (count > 0) {
      decision.note += fmt::format("; {} {} too close to call without a GPU", open, count == 1 ? "is" : "are");
    }
  } else if (decision.bronze == Standing::missed) {
    decision.note = fmt::format("predicted below bronze, which is {}", percent(thresholds.bronze));
  } else {
    decision.note = fmt::format("only a GPU can tell whether it reaches bronze, {}", percent(thresholds.bronze));
  }
  return decision;
}

FractionRange range_of(const Measurement& measured) { return {measured.fraction.first, measured.fraction.third}; }

SpeedDecision decide_medal(const Measurement& measured, const Thresholds& thresholds) {
  const FractionRange range = range_of(measured);
  SpeedDecision decision;
  decision.bronze = standing(range, thresholds.bronze);
  for (const auto& [name, line] : lines_of(thresholds)) {
    const Standing stands = standing(range, line);
    if (stands == Standing::cleared) decision.medal = name;
    if (stands == Standing::cleared) continue;
    decision.note = stands == Standing::open
                        ? fmt::format("too noisy to tell whether it reaches {}, {}", name, percent(line))
                        : fmt::format("{} is {}", name, percent(line));
    break;
  }
  return decision;
}

}  // namespace tritutor
