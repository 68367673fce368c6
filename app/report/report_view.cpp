#include "app/report/report_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/plot/terminal_chart.h"
#include "app/report/roofline.h"
#include "app/session.h"

namespace tritutor {

namespace {

/// Attempts in a row: "x" failed, "!" could not be judged, "o" passed.
std::string marks_of(const ReportExercise& exercise, const Style& style) {
  constexpr size_t most = 24;
  const size_t begin = exercise.attempts.size() > most ? exercise.attempts.size() - most : 0;
  std::string text = begin > 0 ? "..." : "";
  for (size_t i = begin; i < exercise.attempts.size(); ++i) {
    const std::string& verdict = exercise.attempts[i].verdict;
    text += verdict == "pass" ? style.green("o") : verdict == "fail" ? style.yellow("x") : style.red("!");
  }
  return text;
}

std::string outcome_of(const ReportExercise& exercise) {
  if (!exercise.passed) return "not yet";
  std::string text = exercise.attempts_to_pass == 1 ? "passed at once"
                                                    : fmt::format("passed at attempt {}", exercise.attempts_to_pass);
  if (exercise.attempts_to_pass > 1 && exercise.seconds_to_pass)
    text += fmt::format(" after {}", duration_in_words(*exercise.seconds_to_pass));
  return text;
}

std::string exercise_lines(const ReportExercise& exercise, const ReportViewOptions& options) {
  const Style& style = options.style;
  std::string text = fmt::format("  {:<5} {} {}\n", shown_id(*exercise.exercise), pad(exercise.exercise->slug, 24),
                                 marks_of(exercise, style));
  std::string words = outcome_of(exercise);
  if (exercise.speed) words += "; " + speed_in_words(*exercise.speed);
  text += wrap(words, options.width, "        ");
  const ReportAttempt& last = exercise.attempts.back();
  if (!exercise.passed && !last.words.empty()) text += wrap("last: " + last.words, options.width, "        ");
  return text;
}

std::string mistakes(const Report& report, const ReportViewOptions& options) {
  constexpr size_t most = 8;
  std::string text = options.style.bold("Mistakes, the most frequent first") + "\n";
  for (size_t i = 0; i < std::min(most, report.mistakes.size()); ++i) {
    const ReportMistake& each = report.mistakes[i];
    std::string line =
        fmt::format("{} ({}, in {})", each.word, each.count == 1 ? "once" : fmt::format("{} times", each.count),
                    fmt::join(each.exercises, ", "));
    if (each.page) line += fmt::format(": tritutor explain {}", each.page->name);
    text += wrap(line, options.width, "  ");
  }
  if (report.mistakes.size() > most)
    text += options.style.dim(
        fmt::format("  ... and {} more: tritutor report --html FILE\n", report.mistakes.size() - most));
  return text;
}

}  // namespace

std::string view_report(const Report& report, const std::vector<DeviceProfile>& profiles,
                        const ReportViewOptions& options) {
  const Style& style = options.style;
  std::string text = fmt::format("{} of {} exercises passed, {} attempt{}\n", report.passed, report.total,
                                 report.attempts, report.attempts == 1 ? "" : "s");
  if (report.attempts == 0) return text + "There is no attempt yet. The first exercise: tritutor next\n";
  for (const ReportLevel& level : report.levels) {
    text +=
        fmt::format("\n{} {} of {}\n", style.bold(fmt::format("Level {}: {}", level.level->number, level.level->title)),
                    level.passed, level.total);
    for (const size_t i : level.exercises) {
      if (!report.exercises[i].attempts.empty()) text += exercise_lines(report.exercises[i], options);
    }
  }
  text += style.dim("\no passed, x failed, ! could not be run; the oldest first\n");
  if (!report.mistakes.empty()) text += "\n" + mistakes(report, options);
  for (const plot::Chart& chart : rooflines(report, profiles)) {
    plot::TerminalChartOptions look;
    look.style = style;
    look.width = options.width;
    look.utf8 = options.utf8;
    text += fmt::format("\n{}\n{}", style.bold(chart.title), wrap(chart.note, options.width));
    text += plot::terminal_chart(chart, look);
  }
  text += "\nThe same as a page, with what changed between attempts: tritutor report --html report.html\n";
  return text;
}

}  // namespace tritutor
