#include "app/report/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "app/history.h"
#include "app/speed_view.h"
#include "app/unified_diff.h"
#include "grader/record/record.h"

namespace tritutor {

namespace {

using nlohmann::json;

/// Instructions are counted by the warp.
constexpr double lanes_of_a_warp = 32;

std::optional<int64_t> seconds_of(const std::string& time) {
  std::tm parts{};
  if (strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return static_cast<int64_t>(timegm(&parts));
}

/// A number in an object of the record; 0: there is none.
double number_in(const json& object, const char* key) {
  if (!object.is_object()) return 0;
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text_in(const json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A formula over the sizes that were timed; 0 where there is none, or the record is of other sizes.
double amount(const std::string& formula, const reference::Values& sizes) {
  try {
    return formula.empty() ? 0 : evaluate(formula, sizes);
  } catch (const std::invalid_argument&) {
    return 0;
  }
}

/// What the kernel computes at the timed sizes: what the limit counts, else the float instructions that a virtual GPU
/// counted in the case, in proportion to the bytes.
void put_operations(const Limit& limit, const reference::Values& sizes, const json& counters, ReportSpeed& speed) {
  speed.operations = amount(limit.flops, sizes);
  speed.counted = "FLOP";
  if (speed.operations > 0) return;
  speed.operations = amount(limit.integer_operations, sizes);
  speed.counted = "integer operations";
  if (speed.operations > 0) return;
  const double bytes = number_in(counters, "needed_bytes");
  const double instructions = lanes_of_a_warp * (number_in(counters, "fp32") + number_in(counters, "special"));
  speed.operations = bytes > 0 ? instructions / bytes * speed.bytes : 0;
  speed.counted = "float instructions";
}

/// Of an attempt that was right and timed.
std::optional<ReportSpeed> speed_of(const Exercise& exercise, const Attempt& attempt,
                                    const std::vector<DeviceProfile>& profiles) {
  const json details = json::parse(attempt.details, nullptr, false);
  if (!details.is_object() || !details.contains("timing")) return std::nullopt;
  const json& timing = details.at("timing");
  ReportSpeed speed;
  speed.fraction = number_in(timing, "fraction");
  speed.time_us = number_in(timing, "time_us");
  if (speed.fraction <= 0 || speed.time_us <= 0) return std::nullopt;
  speed.measured = text_in(timing, "kind") == "measured";
  const auto at_least = timing.find("at_least");
  speed.at_most = at_least != timing.end() && at_least->is_boolean() && at_least->get<bool>();
  if (speed.measured) {
    speed.device = details.contains("device") ? text_in(details.at("device"), "name") : "";
    const DeviceProfile* profile = profile_of_gpu(profiles, speed.device);
    if (profile != nullptr) speed.profile = profile->name;
  } else {
    speed.device = speed.profile = text_in(timing, "profile");
  }
  reference::Values sizes;
  std::vector<std::string> words;
  for (const Argument& argument : exercise.arguments) {
    const double value = timing.contains("sizes") ? number_in(timing.at("sizes"), argument.name.c_str()) : 0;
    if (argument.role != Role::size || value <= 0) continue;
    sizes[argument.name] = value;
    words.push_back(fmt::format("{} = {:.0f}", argument.name, value));
  }
  speed.sizes = fmt::format("{}", fmt::join(words, ", "));
  speed.bytes = amount(exercise.limit.bytes, sizes);
  if (speed.bytes <= 0) {  // the limit counts operations alone: every buffer is moved once
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::input && argument.role != Role::output) continue;
      double bytes = static_cast<double>(reference::size_of(argument.type));
      for (const std::string& dimension : argument.shape) {
        const auto found = sizes.find(dimension);
        bytes *= dimension == "1" ? 1 : found == sizes.end() ? 0 : found->second;
      }
      speed.bytes += bytes;
    }
  }
  put_operations(exercise.limit, sizes, details.contains("counters") ? details.at("counters") : json(), speed);
  return speed;
}

/// The diff without its two first lines: which attempts it is about stands beside it.
std::string changes_between(const Attempt& before, const Attempt& after) {
  const std::string diff = unified_diff(before.source, after.source, "before", "after");
  size_t at = 0;
  for (int line = 0; line < 2 && at != std::string::npos; ++line) at = diff.find('\n', at == 0 ? 0 : at + 1);
  return at == std::string::npos ? "" : diff.substr(at + 1);
}

ReportAttempt attempt_of(const Attempt& attempt, const Attempt* before) {
  const AttemptSummary summary = summary_of(attempt);
  ReportAttempt result;
  result.number = attempt.number;
  result.time = attempt.time;
  result.verdict = attempt.verdict;
  result.medal = attempt.medal;
  if (attempt.medal != "none" && attempt.device.starts_with("virtual")) result.medal += "*";
  result.words = in_words(summary, attempt);
  if (summary.failed_by != "environment" && summary.failed_by != "stopped") result.mistake = summary.failed_by;
  result.dialect = dialect_id_of(attempt.file);
  result.source = attempt.source;
  if (before != nullptr) {
    result.before = before->number;
    result.changes = changes_between(*before, attempt);
  }
  return result;
}

/// Whether a speed says more for the learner than another: measured before predicted, then the faster.
bool better(const ReportSpeed& a, const ReportSpeed& b) {
  return a.measured != b.measured ? a.measured : a.fraction > b.fraction;
}

void add_speed(const ReportSpeed& speed, bool passed, ReportExercise& exercise) {
  if (!exercise.speed || better(speed, *exercise.speed)) exercise.speed = speed;
  if (!passed) return;
  const auto same = std::find_if(
      exercise.passed_speeds.begin(), exercise.passed_speeds.end(),
      [&](const ReportSpeed& each) { return each.device == speed.device && each.measured == speed.measured; });
  if (same == exercise.passed_speeds.end()) {
    exercise.passed_speeds.push_back(speed);
  } else if (speed.fraction > same->fraction) {
    *same = speed;
  }
}

ReportExercise exercise_of(const Exercise& exercise, const std::vector<Attempt>& attempts,
                           const std::vector<DeviceProfile>& profiles) {
  ReportExercise result;
  result.exercise = &exercise;
  std::map<DialectId, const Attempt*> last;
  for (const Attempt& attempt : attempts) {
    const Attempt*& before = last[dialect_id_of(attempt.file)];
    result.attempts.push_back(attempt_of(attempt, before));
    before = &attempt;
    const bool passes = attempt.verdict == "pass";
    if (passes && !result.passed) {
      result.passed = true;
      result.attempts_to_pass = result.attempts.size();
      const std::optional<int64_t> from = seconds_of(attempts[0].time), to = seconds_of(attempt.time);
      if (from && to && *to >= *from) result.seconds_to_pass = *to - *from;
    }
    if (const auto speed = speed_of(exercise, attempt, profiles)) add_speed(*speed, passes, result);
  }
  return result;
}

void count_mistakes(const std::vector<ExplainPage>& pages, Report& report) {
  for (const ReportExercise& exercise : report.exercises) {
    for (const ReportAttempt& attempt : exercise.attempts) {
      if (attempt.mistake.empty()) continue;
      const auto page = std::find_if(pages.begin(), pages.end(),
                                     [&](const ExplainPage& each) { return each.explains(attempt.mistake); });
      const auto known = std::find_if(report.mistakes.begin(), report.mistakes.end(),
                                      [&](const ReportMistake& each) { return each.word == attempt.mistake; });
      ReportMistake& mistake = known == report.mistakes.end() ? report.mistakes.emplace_back() : *known;
      mistake.word = attempt.mistake;
      ++mistake.count;
      if (page != pages.end()) mistake.page = *page;
      if (mistake.exercises.empty() || mistake.exercises.back() != exercise.exercise->id)
        mistake.exercises.push_back(exercise.exercise->id);
    }
  }
  std::stable_sort(report.mistakes.begin(), report.mistakes.end(),
                   [](const ReportMistake& a, const ReportMistake& b) { return a.count > b.count; });
}

}  // namespace

Report gather_report(const Curriculum& curriculum, const Workspace& workspace, const std::vector<ExplainPage>& pages,
                     const std::vector<DeviceProfile>& profiles) {
  Report report;
  std::optional<Record> record;
  std::error_code error;
  if (std::filesystem::exists(workspace.database(), error)) record.emplace(workspace.database(), Record::Use::read);
  for (const Exercise& exercise : curriculum.exercises) {
    const std::vector<Attempt> attempts = record ? record->attempts(exercise.id) : std::vector<Attempt>();
    report.exercises.push_back(exercise_of(exercise, attempts, profiles));
    report.attempts += attempts.size();
  }
  for (const Level& level : curriculum.levels) {
    ReportLevel& one = report.levels.emplace_back();
    one.level = &level;
    for (size_t i = 0; i < report.exercises.size(); ++i) {
      const ReportExercise& each = report.exercises[i];
      if (each.exercise->level != level.number) continue;
      one.exercises.push_back(i);
      if (each.exercise->optional) continue;
      ++one.total;
      if (each.passed) ++one.passed;
    }
    report.passed += one.passed;
    report.total += one.total;
  }
  count_mistakes(pages, report);
  return report;
}

std::string duration_in_words(int64_t seconds) {
  const int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
  if (days > 0) return hours % 24 == 0 ? fmt::format("{} d", days) : fmt::format("{} d {} h", days, hours % 24);
  if (hours > 0)
    return minutes % 60 == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, minutes % 60);
  return minutes > 0 ? fmt::format("{} min", minutes) : fmt::format("{} s", seconds);
}

std::string minute_in_words(const std::string& time) {
  std::string text = time.substr(0, 16);
  if (text.size() > 10) text[10] = ' ';
  return text;
}

std::string speed_in_words(const ReportSpeed& speed) {
  return fmt::format("{}{} of the limit, {} {}", speed.at_most ? "at most " : "", percent_in_words(speed.fraction),
                     speed.measured ? "measured on" : "predicted for", speed.device);
}

}  // namespace tritutor
