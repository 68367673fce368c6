#include "app/verdict_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/printable.h"
#include "app/speed_view.h"
#include "grader/explain.h"
#include "grader/judge/slow_launch.h"

namespace tritutor {

namespace {

/// How many of each are shown; what is left out is said.
struct Detail {
  size_t findings, diagnostics, printed_lines, map_lines;
  size_t passed_cases;     ///< more than that are counted instead of listed
  bool every_case = true;  ///< a line each; else their names in a row
};

constexpr size_t kAll = std::numeric_limits<size_t>::max();
constexpr Detail everything{kAll, kAll, kAll, kAll, kAll};
/// From what is shown where there is room to what a small screen takes.
constexpr Detail details[] = {
    {3, 4, 8, 8, 12}, {2, 3, 3, 4, 12, false}, {1, 2, 1, 2, 12, false}, {1, 1, 1, 0, 12, false}};

/// Nine digits tell any two floats apart.
std::string number(double value) {
  if (std::isnan(value)) return "nan";  // never "-nan"
  if (value == std::trunc(value) && std::fabs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.9g}", value);
}

std::string plural(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string line_of(const std::string& source, int line) {
  size_t at = 0;
  for (int i = 1; i < line && at != std::string::npos; ++i) {
    at = source.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  if (line < 1 || at == std::string::npos || at >= source.size()) return "";
  std::string text = source.substr(at, source.find('\n', at) - at);
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

class View {
 public:
  View(const Verdict& verdict, const Exercise& exercise, const VerdictViewOptions& options, const Detail& detail)
      : verdict_(verdict), exercise_(exercise), options_(options), detail_(detail), style_(options.style) {}

  std::string text() {
    headline();
    if (verdict_.refusal) refusal(*verdict_.refusal);
    if (!verdict_.refusal || !verdict_.cases.empty()) cases();
    if (verdict_.result == Verdict::Result::pass) warnings();
    failure();
    if (verdict_.right && verdict_.inefficient) inefficiency(*verdict_.inefficient);
    if (options_.counters)
      add(view_counters(verdict_, options_.source, style_, options_.rows == 0 ? 1'000'000 : options_.width));
    closing();
    return std::move(out_);
  }

  std::string failure_text() {
    failure();
    return std::move(out_);
  }

 private:
  void failure() {
    printed();
    if (const CaseResult* one = telling_case(verdict_)) details(*one);
    notes();
  }

  void add(std::string_view text) { out_ += text; }
  void paragraph(std::string_view text, std::string_view indent = "") { add(wrap(text, options_.width, indent)); }

  /// One line of the screen; whole where nothing is to be cut.
  std::string line(std::string_view text, size_t columns) const {
    return options_.rows == 0 ? std::string(text) : fit(text, columns);
  }
  /// "... and 3 more findings": what is left out, and that --all shows it.
  void left_out(std::string_view what) { add(style_.dim(fmt::format("  ... and {}: --all\n", what))); }

  std::string file_shown(const std::string& file) const {
    return file.empty() || file == verdict_.file ? options_.file : file;
  }
  bool is_own(const std::string& file) const { return file.empty() || file == verdict_.file; }

  void headline() {
    const std::string device = verdict_.device_kind == "cuda" ? ", on " + verdict_.device_name : "";
    const std::string what = fmt::format("{} {}{}", exercise_.id, exercise_.title, device);
    if (verdict_.result == Verdict::Result::pass) {
      add(fmt::format("{}  {}\n", style_.green("PASS"), style_.bold(what)));
    } else if (verdict_.refusal && verdict_.refusal->kind == "environment") {
      add(fmt::format("{}  {}: it could not be judged on this machine\n", style_.red("ERROR"), style_.bold(what)));
    } else if (verdict_.right) {
      add(fmt::format("{}  {}\n", style_.yellow("RIGHT, NOT FAST ENOUGH"), style_.bold(what)));
    } else {
      add(fmt::format("{}  {}{}\n", style_.red("FAIL"), style_.bold(what), headline_reason()));
    }
  }

  std::string headline_reason() const {
    if (!verdict_.refusal) {
      const auto passed =
          std::count_if(verdict_.cases.begin(), verdict_.cases.end(), [](const CaseResult& one) { return one.passed; });
      return fmt::format(": {} of {} passed", passed, plural(static_cast<int64_t>(verdict_.cases.size()), "case"));
    }
    const std::string& kind = verdict_.refusal->kind;
    if (kind == "compile") return ": it does not compile";
    if (kind == "include") return ": it includes what it may not";
    const bool host = verdict_.dialect == "triton";  // what the tutor calls is the host function
    if (kind == "signature")
      return host ? ": the host function takes other arguments" : ": the kernel's signature is another one";
    if (kind == "missing-kernel") return host ? ": the host function is missing" : ": the kernel is missing";
    if (kind == "plan") return host ? ": its launches cannot be run" : ": the launch plan cannot be run";
    if (kind == "unsupported") return ": it uses what the virtual GPU does not have";
    return "";
  }

  void refusal(const Refusal& refusal) {
    add("\n");
    if (!refusal.message.empty() && (refusal.kind != "compile" || refusal.diagnostics.empty()))
      paragraph(refusal.message);
    if (!refusal.expected.empty()) {
      add(fmt::format("  expected  {}\n", style_.green(refusal.expected)));
      add(fmt::format("  found     {}\n", style_.red(refusal.found.empty() ? "nothing of that name" : refusal.found)));
    }
    diagnostics(refusal.diagnostics);
  }

  void diagnostics(const std::vector<Diagnostic>& all) {
    const size_t shown = std::min(all.size(), detail_.diagnostics);
    for (size_t i = 0; i < shown; ++i) diagnostic(all[i]);
    if (all.size() > shown)
      add(style_.dim(fmt::format("... and {} more; the first is the one to fix\n", all.size() - shown)));
  }

  void diagnostic(const Diagnostic& one) {
    std::string place = file_shown(one.file);
    if (one.line > 0) place += fmt::format(":{}", one.line);
    if (one.line > 0 && one.column > 0) place += fmt::format(":{}", one.column);
    const std::string severity = one.severity == "error" ? style_.red("error") : style_.yellow(one.severity);
    add(fmt::format("{}: {}: {}\n", style_.bold(place), severity, one.message));
    if (is_own(one.file)) source_line(one.line, one.column);
  }

  /// The learner's line with its number, and a caret where the column is known.
  void source_line(int number, int column) {
    const std::string text = line_of(options_.source, number);
    if (text.empty()) return;
    const bool pointed = column >= 1 && static_cast<size_t>(column) <= text.size() + 1;
    const std::string before = pointed ? printable(std::string_view(text).substr(0, column - 1)) : "";
    const size_t room = std::max(static_cast<size_t>(options_.width), columns_of(before) + 12);
    add(line(fmt::format("{:>5} | {}", number, printable(text)), room) + "\n");
    if (!pointed) return;
    std::string space;
    for (size_t i = 0; i < before.size(); ++i) {
      // One column for each character; tabs stay, so that the caret stands under its character.
      if (starts_code_point(before[i])) space += before[i] == '\t' ? '\t' : ' ';
    }
    add(fmt::format("      | {}{}\n", space, style_.green("^")));
  }

  std::string what_is_wrong(const CaseResult& one) const {
    std::string text;
    if (one.mismatch) {
      const Mismatch& m = *one.mismatch;
      text = m.count == m.total ? fmt::format("{}: all {} wrong", m.output, m.total)
                                : fmt::format("{}: {} of {} wrong", m.output, m.count, m.total);
    }
    if (!one.findings.empty())
      text += fmt::format("{}{}", text.empty() ? "" : ", ", vgpu::name_of(one.findings[0].kind));
    if (text.empty()) text = one.problem;
    return text;
  }

  void cases() {
    if (verdict_.cases.empty()) return;
    add("\n");
    if (verdict_.right && verdict_.result == Verdict::Result::fail) return all_cases_passed();
    size_t name_width = 4;
    for (const CaseResult& one : verdict_.cases) name_width = std::max(name_width, columns_of(one.name));
    const auto passed = static_cast<size_t>(
        std::count_if(verdict_.cases.begin(), verdict_.cases.end(), [](const CaseResult& one) { return one.passed; }));
    if (!detail_.every_case) return cases_in_rows();
    const bool list_passed = passed <= detail_.passed_cases;
    if (!list_passed)
      add(fmt::format("  {}    {}\n", style_.green("ok"), plural(static_cast<int64_t>(passed), "case")));
    int64_t not_run = 0;
    for (const CaseResult& one : verdict_.cases) {
      if (!one.ran) ++not_run;
      if (!one.ran || (one.passed && !list_passed)) continue;
      const std::string mark = one.passed ? style_.green("ok  ") : style_.red("FAIL");
      const size_t left = static_cast<size_t>(options_.width) > name_width + 10 ? options_.width - name_width - 10 : 20;
      const std::string what = one.passed ? one.tests : what_is_wrong(one);
      add(fmt::format("  {}  {}  {}\n", mark, pad(one.name, name_width), line(what, left)));
    }
    if (not_run > 0) add(style_.dim(fmt::format("  -     {} not run\n", plural(not_run, "case"))));
  }

  void all_cases_passed() {
    add(fmt::format("  {}    all {}\n", style_.green("ok"),
                    plural(static_cast<int64_t>(verdict_.cases.size()), "case")));
  }

  /// The names of those that failed and of those that passed, a line each.
  void cases_in_rows() {
    std::string failed, passed;
    int64_t not_run = 0;
    for (const CaseResult& one : verdict_.cases) {
      if (!one.ran) ++not_run;
      std::string& row = one.passed ? passed : failed;
      if (one.ran) row += (row.empty() ? "" : ", ") + one.name;
    }
    const size_t room = static_cast<size_t>(options_.width) - 8;
    if (!failed.empty()) add(fmt::format("  {}  {}\n", style_.red("FAIL"), fit(failed, room)));
    if (!passed.empty()) add(fmt::format("  {}    {}\n", style_.green("ok"), fit(passed, room)));
    if (not_run > 0) add(style_.dim(fmt::format("  -     {} not run\n", plural(not_run, "case"))));
  }

  void details(const CaseResult& one) {
    const std::string tests = one.tests.empty() ? "" : ": " + one.tests;
    add("\n");
    paragraph(style_.bold(fmt::format("Case {}", one.name)) + tests);
    if (!one.problem.empty()) paragraph(one.problem, "  ");
    // What is known to be wrong is the cause: the wrong values follow from it, and no pattern is read into them.
    findings(one.findings);
    if (one.mismatch) {
      wrong_value(*one.mismatch);
      if (one.findings.empty()) pattern(*one.mismatch);
    }
    if (!one.disagreement.empty()) paragraph(one.disagreement + ".", "  ");
  }

  void wrong_value(const Mismatch& m) {
    const std::string place = m.index.empty() ? m.output : fmt::format("{}[{}]", m.output, fmt::join(m.index, "]["));
    add(fmt::format("  {}  got {}, want {}", style_.bold(place), style_.red(number(m.got)),
                    style_.green(number(m.want))));
    if (m.bound > 0) add(fmt::format(", allowed error {:.2g}", m.bound));
    add("\n");
  }

  void pattern(const Mismatch& m) {
    if (!m.pattern_text.empty()) paragraph(m.pattern_text, "  ");
    if (m.map.empty() || m.total == 1) return;
    const size_t shown = std::min(m.map.size(), detail_.map_lines);
    for (size_t i = 0; i < shown; ++i) add(fmt::format("  {}\n", painted_map(m.map[i])));
    if (m.map.size() > shown && shown > 0) left_out(fmt::format("{} more rows", m.map.size() - shown));
  }

  std::string painted_map(const std::string& row) const {
    std::string text;
    for (size_t i = 0; i < row.size();) {
      const size_t end = std::min(row.find_first_not_of(row[i], i), row.size());
      const std::string run = row.substr(i, end - i);
      text += row[i] == '#' ? style_.red(run) : style_.dim(run);
      i = end;
    }
    return text;
  }

  void findings(const std::vector<vgpu::Finding>& all) {
    for (size_t i = 0; i < std::min(all.size(), detail_.findings); ++i) {
      const vgpu::Finding& finding = all[i];
      std::string place = file_shown(finding.file);
      if (finding.line > 0) place += fmt::format(":{}", finding.line);
      const std::string times = finding.count > 1 ? fmt::format(" ({} times)", finding.count) : "";
      add(fmt::format("  {}: {}{}\n", style_.bold(place), style_.red(vgpu::name_of(finding.kind)), times));
      const vgpu::Finding* above = i > 0 ? &all[i - 1] : nullptr;
      const bool same_line = above != nullptr && above->line == finding.line && above->file == finding.file;
      if (is_own(finding.file) && !same_line) source_line(finding.line, 0);
      paragraph(finding.message, "    ");
      if (!finding.cause.empty() && (above == nullptr || above->cause != finding.cause))
        paragraph("Likely cause: " + finding.cause, "    ");
    }
    if (all.size() > detail_.findings)
      left_out(plural(static_cast<int64_t>(all.size() - detail_.findings), "more finding"));
  }

  /// What is worth saying and fails nothing: each line of the file once, from the telling case or from all.
  void notes() {
    std::vector<const vgpu::Finding*> shown;
    const CaseResult* telling = telling_case(verdict_);
    // Who returned before a barrier says nothing where the barrier itself is at fault.
    if (telling != nullptr && !telling->findings.empty() && telling->findings[0].kind == vgpu::Finding::Kind::barrier)
      return;
    for (const CaseResult& one : verdict_.cases) {
      if (telling != nullptr && &one != telling) continue;
      for (const vgpu::Finding& note : one.notes) {
        const bool known = std::any_of(shown.begin(), shown.end(), [&](const vgpu::Finding* other) {
          return other->file == note.file && other->line == note.line;
        });
        if (!known) shown.push_back(&note);
      }
    }
    if (shown.empty()) return;
    add("\n");
    for (size_t i = 0; i < std::min(shown.size(), detail_.findings); ++i) {
      const std::string place =
          shown[i]->line > 0 ? fmt::format("{}:{}: ", file_shown(shown[i]->file), shown[i]->line) : "";
      const std::string text = wrap("note: " + place + shown[i]->message, options_.width);
      add(style_.dim(text.substr(0, text.find_last_not_of('\n') + 1)) + "\n");
    }
  }

  /// The waste that explains the time, and where it is.
  void inefficiency(const Inefficiency& waste) {
    add("\nWhat holds it back:\n");
    const std::string place = waste.line > 0 ? fmt::format("{}:{}", file_shown(waste.file), waste.line) : options_.file;
    add(fmt::format("{}: {}\n", style_.bold(place), waste.message));
    if (waste.line > 0 && is_own(waste.file)) source_line(waste.line, 0);
    paragraph(waste.cause, "    ");
  }

  void warnings() {
    if (verdict_.warnings.empty()) return;
    add("\n");
    diagnostics(verdict_.warnings);
  }

  void printed() {
    if (verdict_.printed.empty()) return;
    add(fmt::format("\n{}\n", style_.bold("The kernel printed")));
    size_t at = 0, lines = 0;
    while (at < verdict_.printed.size() && lines < detail_.printed_lines) {
      const size_t end = std::min(verdict_.printed.find('\n', at), verdict_.printed.size());
      add(fmt::format("  {}\n",
                      line(printable(verdict_.printed.substr(at, end - at)), static_cast<size_t>(options_.width) - 2)));
      at = end + 1;
      ++lines;
    }
    if (at < verdict_.printed.size()) {
      const auto more =
          std::count(verdict_.printed.begin() + static_cast<std::ptrdiff_t>(at), verdict_.printed.end(), '\n');
      add(style_.dim(fmt::format("  ... and {} more: --all\n", plural(std::max<int64_t>(more, 1), "line"))));
    }
  }

  void closing() {
    add("\n");
    if (verdict_.result == Verdict::Result::pass) {
      const std::string medal = verdict_.medal == "none" ? "No medal:" : fmt::format("Medal: {},", verdict_.medal);
      add(view_speed(verdict_, style_, options_.width));
      std::string ending = "Right on every case. " + medal;
      if (verdict_.timing.note.empty()) {
        ending.back() = '.';
      } else {
        ending += fmt::format(" {}.", verdict_.timing.note);
      }
      paragraph(ending);
      if (!options_.next.empty()) add(fmt::format("{}  {}\n", style_.bold("next"), options_.next));
      return;
    }
    if (verdict_.right) not_fast_enough();
    const std::string hint = hint_for(verdict_, exercise_);
    if (!hint.empty()) {
      const std::string hanging = wrap(hint, options_.width, "      ");
      add(style_.bold("hint") + hanging.substr(4));
    }
    if (verdict_.refusal && verdict_.refusal->kind == "environment") {
      add(fmt::format("{}  tritutor doctor\n", style_.bold("next")));
      return;
    }
    add(fmt::format("{}  edit {}, then: {}\n", style_.bold("next"), options_.file, style_.bold(options_.retry)));
    add(style_.dim(more_help() + "\n"));
    if (first_failure_is_hidden()) {
      add(style_.dim(
          fmt::format("      the same hidden inputs again: {} --seed {}\n", options_.retry, *verdict_.seed)));
    }
  }

  /// Where to read on: the hints, and where the line has room the page on what is wrong.
  std::string more_help() const {
    const std::string hint =
        fmt::format("      more help: tritutor hint {}", options_.words.empty() ? exercise_.id : options_.words);
    const CaseResult* one = telling_case(verdict_);
    if (one == nullptr) return hint;
    std::string word = one->mismatch ? one->mismatch->pattern : "";
    if (!one->findings.empty()) word = vgpu::name_of(one->findings[0].kind);
    const std::string both = fmt::format("{}, tritutor explain {}", hint, word);
    return word.empty() || columns_of(both) > static_cast<size_t>(options_.width) ? hint : both;
  }

  /// How fast it is, and how fast passing needs it to be.
  void not_fast_enough() {
    const Timing& timing = verdict_.timing;
    add(view_speed(verdict_, style_, options_.width));
    if (timing.measured) {
      paragraph(fmt::format(
          "Right on every case. To pass, {} needs bronze: {} of the limit's speed. Measured are {}, between "
          "{} and {} in half of the samples.",
          exercise_.id, percent_in_words(timing.required), percent_in_words(timing.measured->fraction.median),
          percent_in_words(timing.range.least), percent_in_words(timing.range.most)));
      return;
    }
    paragraph(fmt::format(
        "Right on every case. To pass, {} needs bronze: {} of the limit's speed. Predicted are {}{}, and with the "
        "model's error {} at most.",
        exercise_.id, percent_in_words(timing.required), timing.prediction.at_least ? "at most " : "",
        percent_in_words(timing.prediction.fraction), percent_in_words(timing.range.most)));
  }

  /// Whether only inputs drawn at submit time show the mistake: then the seed is worth knowing.
  bool first_failure_is_hidden() const {
    if (!verdict_.seed) return false;
    for (const CaseResult& one : verdict_.cases) {
      if (!one.ran || one.passed) continue;
      return std::any_of(exercise_.cases.begin(), exercise_.cases.end(),
                         [&](const Case& test) { return test.name == one.name && !test.seed; });
    }
    return false;
  }

  const Verdict& verdict_;
  const Exercise& exercise_;
  const VerdictViewOptions& options_;
  const Detail& detail_;
  const Style& style_;
  std::string out_;
};

}  // namespace

std::string hint_for(const Verdict& verdict, const Exercise& exercise) {
  const Hints hints = exercise.hints_in(dialect_named(verdict.dialect).value_or(DialectId::cuda));
  const auto keyed = [&](const std::string& key) -> std::string {
    const auto found = hints.on.find(key);
    return found == hints.on.end() ? "" : found->second;
  };
  if (verdict.refusal) {
    // The exercise's own words are about the kernel's signature; what a compile error means, the refusal itself says.
    const bool kernel =
        verdict.refusal->expected.starts_with("extern") || verdict.refusal->expected.starts_with("def ");
    return kernel ? keyed("compile") : verdict.refusal->advice;
  }
  if (verdict.right) return keyed("slow");
  const CaseResult* one = telling_case(verdict);
  if (one == nullptr) return "";
  if (!one->findings.empty()) {
    // That of the first finding and no other's: what it did to the values is no cause.
    const vgpu::Finding& finding = one->findings[0];
    // No endless loop: what helps against one would mislead.
    if (finding.message.starts_with(too_slow_to_use)) return keyed("too-slow");
    const std::string kind(vgpu::name_of(finding.kind));
    if (std::string hint = keyed(kind + ":" + finding.buffer); !hint.empty()) return hint;
    const bool is_argument =
        finding.buffer.empty() || std::any_of(exercise.arguments.begin(), exercise.arguments.end(),
                                              [&](const Argument& each) { return each.name == finding.buffer; });
    // What is said of the exercise's buffers fits no tile, no array of a thread and no scratch; of races, the reverse.
    // A local variable without a value is in no buffer, and its finding says all.
    const bool fits = finding.kind == vgpu::Finding::Kind::out_of_bounds   ? is_argument
                      : finding.kind == vgpu::Finding::Kind::race          ? !is_argument
                      : finding.kind == vgpu::Finding::Kind::uninitialized ? !finding.buffer.empty()
                                                                           : true;
    // The hints on races are about barriers, and none mends an update that wants an atomic.
    if (finding.remedy == vgpu::Finding::Remedy::atomic) return "";
    return fits ? keyed(kind) : "";
  }
  // A problem at the sizes of a GPU: what the case is there for has nothing to do with it.
  if (!one->problem.empty() && (!one->mismatch || one->mismatch->pattern == "large-sizes")) return "";
  const std::string of_pattern = one->mismatch ? keyed(one->mismatch->pattern) : "";
  const auto failed = std::count_if(verdict.cases.begin(), verdict.cases.end(),
                                    [](const CaseResult& each) { return each.ran && !each.passed; });
  const auto all = static_cast<std::ptrdiff_t>(verdict.cases.size());
  // Where one case of many fails, what it is there for says most; where most of them fail, it is not what is wrong.
  const bool special = failed * 4 <= all || failed == 1;
  const bool symptom = one->mismatch && one->mismatch->weight <= 1;
  const std::string of_case = failed * 2 <= all ? keyed(one->name) : "";
  if (special && symptom && !of_case.empty()) return of_case;
  return of_pattern.empty() ? of_case : of_pattern;
}

std::string view_failure(const Verdict& verdict, const Exercise& exercise, const VerdictViewOptions& options) {
  return View(verdict, exercise, options, everything).failure_text();
}

std::string view_verdict(const Verdict& verdict, const Exercise& exercise, const VerdictViewOptions& options) {
  if (options.rows == 0) return View(verdict, exercise, options, everything).text();
  std::string text;
  for (const Detail& detail : details) {
    text = View(verdict, exercise, options, detail).text();
    // What passed may be long: it is read once.
    if (verdict.result == Verdict::Result::pass || options.counters || rows_of(text, options.width) <= options.rows)
      break;
  }
  return text;
}

}  // namespace tritutor
