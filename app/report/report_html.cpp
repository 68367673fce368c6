#include "app/report/report_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "app/error.h"
#include "app/home.h"
#include "app/notes/markdown_html.h"
#include "app/plot/svg.h"
#include "app/printable.h"
#include "app/report/report_style.h"
#include "app/report/roofline.h"
#include "app/session.h"
#include "app/speed_view.h"

namespace tritutor {

namespace {

/// An earlier report is known by it.
constexpr std::string_view generator = "<meta name=\"generator\" content=\"tritutor report\"/>";

/// Text as HTML has it. What no page shows (control characters, bytes that are no UTF-8) is spelled out.
std::string text_of(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string count_of(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string anchor_of(const ReportExercise& exercise) { return "exercise-" + exercise.exercise->slug; }
std::string anchor_of(const ExplainPage& page) { return "explain-" + page.name; }

class Page {
 public:
  Page(const Report& report, const std::vector<DeviceProfile>& profiles) : report_(report), profiles_(profiles) {}

  std::string text() {
    const std::vector<plot::Chart> charts = rooflines(report_, profiles_);
    add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"/>\n");
    add(fmt::format("{}\n<title>Your GPU kernels</title>\n<style>{}</style>\n</head>\n<body>\n", generator,
                    report_style));
    add("<a class=\"skip\" href=\"#main\">To the report</a>\n<header><h1>Your GPU kernels</h1>\n");
    add(fmt::format("<p>{} of {} exercises passed, {}.</p>\n", report_.passed, report_.total,
                    count_of(report_.attempts, "attempt")));
    add("<nav aria-label=\"Parts of this page\"><a href=\"#levels\">Levels</a><a href=\"#exercises\">Exercises</a>");
    if (!charts.empty()) add("<a href=\"#roofline\">Roofline</a>");
    if (!report_.mistakes.empty()) add("<a href=\"#mistakes\">Mistakes</a>");
    add("</nav></header>\n<main id=\"main\">\n");
    levels();
    exercises();
    speeds(charts);
    mistakes();
    add("</main>\n<footer><p>Made by <code>tritutor report --html</code>; a <code>*</code> marks a medal that is "
        "predicted, not measured on a GPU. Times are in UTC.</p></footer>\n</body>\n</html>\n");
    return std::move(out_);
  }

 private:
  void add(std::string_view text) { out_ += text; }

  void levels() {
    add("<section aria-labelledby=\"levels\"><h2 id=\"levels\">Levels</h2>\n<div class=\"wide\" tabindex=\"0\" "
        "role=\"region\" aria-label=\"Progress by level\"><table>\n<thead><tr><th scope=\"col\">Level</th><th "
        "scope=\"col\">Passed</th><th scope=\"col\">Progress</th></tr></thead>\n<tbody>\n");
    for (const ReportLevel& level : report_.levels) {
      add(
          fmt::format("<tr><th scope=\"row\">{0}: {1}</th><td>{2} of {3}</td><td><progress max=\"{4}\" value=\"{2}\" "
                      "aria-label=\"Level {0}\">{2} of {3}</progress></td></tr>\n",
                      level.level->number, text_of(level.level->title), level.passed, level.total,
                      std::max<size_t>(level.total, 1)));
    }
    add("</tbody></table></div></section>\n");
  }

  void exercises() {
    add("<section aria-labelledby=\"exercises\"><h2 id=\"exercises\">Exercises</h2>\n");
    if (report_.attempts == 0) add("<p>There is no attempt yet. The first exercise: <code>tritutor next</code></p>\n");
    for (const ReportExercise& each : report_.exercises) {
      if (!each.attempts.empty()) exercise(each);
    }
    add("</section>\n");
  }

  void exercise(const ReportExercise& each) {
    const std::string name = text_of(fmt::format("{} {}", shown_id(*each.exercise), each.exercise->title));
    add(fmt::format("<article aria-labelledby=\"{0}\"><h3 id=\"{0}\">{1}</h3>\n<dl>", anchor_of(each), name));
    entry("State", each.passed ? "passed" : "not yet");
    entry("Attempts", fmt::format("{}{}", each.attempts.size(),
                                  each.passed ? fmt::format(", passed at number {}", each.attempts_to_pass) : ""));
    if (each.seconds_to_pass && each.attempts_to_pass > 1)
      entry("Time to pass", duration_in_words(*each.seconds_to_pass));
    if (each.speed) entry("Best speed", speed_in_words(*each.speed));
    add(fmt::format("</dl>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Attempts at {}\"><table>\n",
                    name));
    add("<thead><tr><th scope=\"col\">Attempt</th><th scope=\"col\">When</th><th scope=\"col\">Verdict</th><th "
        "scope=\"col\">Medal</th><th scope=\"col\">What was said, and what changed</th></tr></thead>\n<tbody>\n");
    for (const ReportAttempt& one : each.attempts) attempt(one);
    add("</tbody></table></div></article>\n");
  }

  void entry(std::string_view name, std::string_view value) {
    add(fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, text_of(value)));
  }

  void attempt(const ReportAttempt& one) {
    const std::string medal = one.medal == "none" ? "" : one.medal;
    add(
        fmt::format("<tr class=\"{}\"><th scope=\"row\">{}</th><td><time datetime=\"{}\">{}</time></td><td>{}</td>"
                    "<td>{}</td><td>{}",
                    one.verdict == "pass" ? "pass" : "fail", one.number, text_of(one.time),
                    text_of(minute_in_words(one.time)), text_of(one.verdict), text_of(medal), text_of(one.words)));
    if (one.dialect == DialectId::triton) add(" (Triton)");
    if (!one.before) {
      add(fmt::format("<details><summary>The file</summary><pre>{}</pre></details>", text_of(one.source)));
    } else if (one.changes.empty()) {
      add(fmt::format("<p>Nothing changed since attempt {}.</p>", *one.before));
    } else {
      changes(one);
    }
    add("</td></tr>\n");
  }

  void changes(const ReportAttempt& one) {
    size_t added = 0, taken = 0;
    std::string lines;
    for (size_t at = 0; at < one.changes.size();) {
      const size_t end = std::min(one.changes.find('\n', at), one.changes.size());
      const std::string_view line = std::string_view(one.changes).substr(at, end - at);
      at = end + 1;
      const char* name = line.starts_with('+') ? "ins" : line.starts_with('-') ? "del" : "span";
      added += line.starts_with('+') ? 1 : 0;
      taken += line.starts_with('-') ? 1 : 0;
      lines += fmt::format("<{0}>{1}</{0}>\n", name, text_of(line));
    }
    add(fmt::format("<details><summary>Changed since attempt {}: {} more, {} fewer</summary><pre>{}</pre></details>",
                    *one.before, count_of(added, "line"), taken, lines));
  }

  void speeds(const std::vector<plot::Chart>& charts) {
    if (charts.empty()) return;
    add("<section aria-labelledby=\"roofline\"><h2 id=\"roofline\">Roofline</h2>\n<p>How fast a kernel can be: as fast "
        "as memory brings its data (the slope), and no faster than the device computes (the flat part). Each dot is "
        "your fastest passed kernel of an exercise. Operations are the exercise's own, a multiply-add being two, else "
        "the float instructions of its threads, as counted; where they are of integers, the flat part is only a "
        "measure. An "
        "exercise that computes nothing has no dot.</p>\n");
    for (const plot::Chart& chart : charts) {
      plot::Svg svg(720, 440, chart.title + ". " + chart.note + ". The table below has the same numbers.");
      svg.chart(chart, {10, 10, 700, 420});
      add(fmt::format("<figure class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">{}</figure>\n",
                      text_of(chart.title), svg.done()));
    }
    add("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Speeds of passed kernels\"><table>\n"
        "<thead><tr><th scope=\"col\">Exercise</th><th scope=\"col\">Device</th><th scope=\"col\">Size</th><th "
        "scope=\"col\">Time</th><th scope=\"col\">Of the limit</th><th scope=\"col\">Operations per "
        "byte</th></tr></thead>\n<tbody>\n");
    for (const ReportExercise& each : report_.exercises) {
      for (const ReportSpeed& speed : each.passed_speeds) speed_row(each, speed);
    }
    add("</tbody></table></div></section>\n");
  }

  void speed_row(const ReportExercise& each, const ReportSpeed& speed) {
    const std::string intensity = speed.operations > 0 && speed.bytes > 0
                                      ? fmt::format("{:.3g} ({})", speed.operations / speed.bytes, speed.counted)
                                      : "none";
    add(fmt::format(
        "<tr><th scope=\"row\"><a href=\"#{}\">{}</a></th><td>{} {}</td><td>{}</td><td>{}{}</td><td>{}{}</td>"
        "<td>{}</td></tr>\n",
        anchor_of(each), text_of(each.exercise->id + " " + each.exercise->title),
        speed.measured ? "measured on" : "predicted for", text_of(speed.device), text_of(speed.sizes),
        speed.at_most ? "at least " : "", time_in_words(speed.time_us), speed.at_most ? "at most " : "",
        percent_in_words(speed.fraction), intensity));
  }

  void mistakes() {
    if (report_.mistakes.empty()) return;
    add("<section aria-labelledby=\"mistakes\"><h2 id=\"mistakes\">Mistakes, the most frequent first</h2>\n<div "
        "class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Mistakes\"><table>\n<thead><tr><th "
        "scope=\"col\">Mistake</th><th scope=\"col\">Attempts</th><th scope=\"col\">Exercises</th><th "
        "scope=\"col\">What "
        "helps</th></tr></thead>\n<tbody>\n");
    for (const ReportMistake& each : report_.mistakes) {
      const std::string help =
          each.page ? fmt::format("<a href=\"#{}\">{}</a>", anchor_of(*each.page), text_of(each.page->summary))
                    : "the words of its verdict: <code>tritutor submit</code>";
      add(fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n", text_of(each.word),
                      each.count, text_of(fmt::format("{}", fmt::join(each.exercises, ", "))), help));
    }
    add("</tbody></table></div>\n");
    std::vector<std::string> shown;
    for (const ReportMistake& each : report_.mistakes) {
      if (!each.page || std::find(shown.begin(), shown.end(), each.page->name) != shown.end()) continue;
      shown.push_back(each.page->name);
      explanation(*each.page);
    }
    add("</section>\n");
  }

  /// A page of `tritutor explain`, a level below the mistakes.
  void explanation(const ExplainPage& page) {
    static const std::regex heading("<(/?)h2>");
    std::string body;
    try {
      body = std::regex_replace(markdown_to_html(page.text), heading, "<$1h4>");
    } catch (const CommandError&) {  // the library is not here
      body = fmt::format("<pre>{}</pre>\n", text_of(page.text));
    }
    add(fmt::format("<article class=\"explain\" aria-labelledby=\"{0}\"><h3 id=\"{0}\">{1}: {2}</h3>\n{3}</article>\n",
                    anchor_of(page), text_of(page.name), text_of(page.summary), body));
  }

  const Report& report_;
  const std::vector<DeviceProfile>& profiles_;
  std::string out_;
};

}  // namespace

std::string report_html(const Report& report, const std::vector<DeviceProfile>& profiles) {
  return Page(report, profiles).text();
}

void write_report_html(const std::string& page, const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error) && read_text(file).find(generator) == std::string::npos) {
    throw CommandError(status_usage,
                       fmt::format("{} is there and is no report; name another file, or move it away", shown(file)));
  }
  std::ofstream out(file, std::ios::binary);
  out << page;
  out.close();
  if (!out)
    throw CommandError(status_environment, fmt::format("cannot write {}. Name another file: --html", shown(file)));
}

}  // namespace tritutor
