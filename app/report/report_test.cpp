#include "app/report/report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/error.h"
#include "app/report/report_html.h"
#include "app/report/report_view.h"
#include "app/report/roofline.h"
#include "grader/record/record.h"
#include "grader/temporary_folder.h"

using namespace tritutor;
using nlohmann::json;

namespace {

const Curriculum& curriculum() {
  static const Curriculum loaded = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return loaded;
}

const std::vector<DeviceProfile>& profiles() {
  static const std::vector<DeviceProfile> loaded = load_profiles(TRITUTOR_SOURCE_DIR "/grader/profiles");
  return loaded;
}

const std::vector<ExplainPage>& pages() {
  static const std::vector<ExplainPage> loaded = explain_pages(TRITUTOR_SOURCE_DIR "/notes/explain");
  return loaded;
}

json failed_by(const std::string& kind) {
  return {{"right", false},
          {"cases", {{{"name", "tail"}, {"passed", false}, {"ran", true}}}},
          {"findings", {{{"case", "tail"}, {"kind", kind}}}}};
}

json passed_in(double time_us, double fraction) {
  return {{"right", true},
          {"timing",
           {{"kind", "predicted"},
            {"profile", "H200"},
            {"sizes", {{"n", 1000000}}},
            {"time_us", time_us},
            {"limit_us", time_us * fraction},
            {"fraction", fraction}}},
          {"counters", {{"fp32", 32}, {"needed_bytes", 8192}}}};
}

/// A workspace with attempts at 1.1.
struct Example {
  TemporaryFolder folder;
  Workspace workspace{folder.path()};

  void attempt(const std::string& time, const std::string& source, const json& details,
               const std::string& file = "vector_scaling.cu") {
    const bool right = details.value("right", false);
    Record(workspace.database())
        .add({0, time, "1.1", file, source, right ? "pass" : "fail", right ? "bronze" : "none",
              "virtual: tritutor virtual GPU", "NVRTC 13.0", "", details.dump()});
  }
  Report report() const { return gather_report(curriculum(), workspace, pages(), profiles()); }
};

const ReportExercise& scaling(const Report& report) {
  return *std::find_if(report.exercises.begin(), report.exercises.end(),
                       [](const ReportExercise& each) { return each.exercise->id == "1.1"; });
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

size_t times(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("An empty record is a report too") {
  const Example example;
  const Report report = example.report();
  CHECK(report.attempts == 0);
  CHECK(report.passed == 0);
  CHECK(report.total > 10);
  CHECK(contains(view_report(report, profiles(), {Style(), 80, true}), "tritutor next"));
  CHECK(contains(report_html(report, profiles()), "tritutor next"));
}

TEST_CASE("Attempts tell time to pass, what changed in the same dialect, the best speed, and the mistakes") {
  Example example;
  example.attempt("2026-11-01T10:00:00Z", "one\ntwo\n", failed_by("out-of-bounds"));
  example.attempt("2026-11-01T10:05:00Z", "import triton\n", failed_by("race"), "vector_scaling.py");
  example.attempt("2026-11-01T11:30:00Z", "one\nthree\n", passed_in(100, 0.5));
  example.attempt("2026-11-01T12:00:00Z", "one\nfour\n", passed_in(80, 0.625));
  example.attempt("2026-11-01T12:10:00Z", "one\nfour\n", failed_by("out-of-bounds"));
  const Report report = example.report();
  CHECK(report.attempts == 5);
  CHECK(report.passed == 1);
  const ReportExercise& one = scaling(report);
  CHECK(one.passed);
  CHECK(one.attempts_to_pass == 3);
  CHECK(one.seconds_to_pass == 90 * 60);
  REQUIRE(one.attempts.size() == 5);
  CHECK_FALSE(one.attempts[0].before);
  CHECK_FALSE(one.attempts[1].before);  // the first in Triton
  CHECK(one.attempts[2].before == one.attempts[0].number);
  CHECK(contains(one.attempts[2].changes, "-two\n+three\n"));
  CHECK_FALSE(contains(one.attempts[2].changes, "--- "));
  CHECK(one.attempts[4].changes.empty());
  REQUIRE(one.speed);
  CHECK(one.speed->fraction == 0.625);
  CHECK(one.speed->time_us == 80);
  REQUIRE(one.passed_speeds.size() == 1);
  // 8n bytes; and the instructions of 32 warps, 1024 of threads, for every 8192 bytes.
  CHECK(one.passed_speeds[0].bytes == 8e6);
  CHECK(one.passed_speeds[0].operations == doctest::Approx(1e6));
  REQUIRE(report.mistakes.size() == 2);
  CHECK(report.mistakes[0].word == "out-of-bounds");
  CHECK(report.mistakes[0].count == 2);
  REQUIRE(report.mistakes[0].page);
  CHECK(report.mistakes[0].page->name == "out-of-bounds");
}

TEST_CASE("A measured speed stands before a predicted one, however slow") {
  Example example;
  example.attempt("2026-11-01T10:00:00Z", "a", passed_in(80, 0.9));
  json measured = passed_in(100, 0.4);
  measured["timing"]["kind"] = "measured";
  measured["device"] = {{"kind", "cuda"}, {"name", "NVIDIA H100 80GB HBM3"}};
  example.attempt("2026-11-01T11:00:00Z", "a", measured);
  const Report report = example.report();
  const ReportExercise& one = scaling(report);
  REQUIRE(one.speed);
  CHECK(one.speed->measured);
  CHECK(one.speed->profile == "H100");
  CHECK(one.passed_speeds.size() == 2);
  const std::vector<plot::Chart> charts = rooflines(report, profiles());
  REQUIRE(charts.size() == 2);
  for (const plot::Chart& chart : charts) {
    REQUIRE(chart.series.size() == 2);
    REQUIRE(chart.series[1].runs.size() == 1);
    const plot::Point& point = chart.series[1].runs[0].at(0);
    CHECK(point.label == "1.1");
    CHECK(point.x == doctest::Approx(1.0 / 8));
    CHECK(point.y > 0);
  }
}

TEST_CASE("A record of another version, or of none, does no harm") {
  Example example;
  example.attempt("yesterday", "a", json::object());
  Record(example.workspace.database()).add({0, "", "1.1", "x.cu", "b", "error", "none", "", "", "", "no JSON"});
  const Report report = example.report();
  CHECK(report.attempts == 2);
  CHECK_FALSE(scaling(report).seconds_to_pass);
  CHECK(contains(report_html(report, profiles()), "</html>"));
}

TEST_CASE("The page is one file that loads nothing, and what learners typed is only text there") {
  Example example;
  const std::string nasty =
      "</script><script>alert(1)</script>\n</pre><img src=x onerror=alert(2)> & \"quotes\"\x1b[31m\n";
  example.attempt("2026-11-01T10:00:00Z", nasty, failed_by("out-of-bounds"));
  example.attempt("2026-11-01T10:01:00Z", "// " + nasty + "more\n", failed_by("<b>bold</b>"));
  example.attempt("2026-11-01T10:02:00Z", "done\n", passed_in(100, 0.5));
  const std::string page = report_html(example.report(), profiles());
  CHECK_FALSE(contains(page, "<script"));
  CHECK_FALSE(contains(page, "<img"));
  CHECK_FALSE(contains(page, "<b>"));
  CHECK_FALSE(contains(page, "\x1b"));
  CHECK(contains(page, "&lt;/script&gt;&lt;script&gt;alert(1)"));
  CHECK(contains(page, "&lt;b&gt;bold&lt;/b&gt;"));
  for (const char* outside : {" src=\"", "<link", "@import", "url("}) CHECK_FALSE(contains(page, outside));
  CHECK(contains(page, "id=\"explain-out-of-bounds\""));
  CHECK(contains(page, "href=\"#explain-out-of-bounds\""));
  // Headings in order, one main part, a title for each picture, and no header of a table without its scope.
  CHECK(times(page, "<h1") == 1);
  CHECK(times(page, "<main") == 1);
  CHECK(times(page, "<svg") == times(page, "<title>") - 1);
  CHECK(times(page, "<th ") == times(page, "<th scope="));
  CHECK(times(page, "<th>") == 0);
}

TEST_CASE("A report is written over an earlier one, and over nothing else") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "report.html";
  const std::string page = report_html(Example().report(), profiles());
  write_report_html(page, file);
  write_report_html(page, file);
  CHECK(std::filesystem::file_size(file) == page.size());
  std::filesystem::resize_file(file, 5);
  CHECK_THROWS_AS(write_report_html(page, file), CommandError);
  CHECK_THROWS_AS(write_report_html(page, folder.path() / "none" / "report.html"), CommandError);
}

TEST_CASE("Durations as a person says them") {
  CHECK(duration_in_words(40) == "40 s");
  CHECK(duration_in_words(3599) == "59 min");
  CHECK(duration_in_words(7980) == "2 h 13 min");
  CHECK(duration_in_words(86400) == "1 d");
  CHECK(duration_in_words(93600) == "1 d 2 h");
}
