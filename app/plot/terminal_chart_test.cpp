#include "app/plot/terminal_chart.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <sstream>

using namespace tritutor;
using namespace tritutor::plot;

namespace {

Chart rising() {
  Chart chart{"Throughput", "", "size n", "GB/s", Axis::exactly(16, 256), Axis(Axis::Kind::linear, 0, 100), {}, {}, {}};
  chart.x_ticks = {{16, "16"}, {64, "64"}, {256, "256"}};
  chart.y_ticks = chart.y.ticks(2);
  chart.series.push_back({"a copy", 3, true, {{{16, 50}, {64, 100}, {256, 100}}}});
  chart.series.push_back({"yours", 0, true, {{{16, 0}, {64, 50}}, {{256, 100}}}});
  return chart;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

bool ascii(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

/// A variable of the environment for as long as a test takes.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("every mark is there, at its place, in plain ASCII") {
  const std::string text = terminal_chart(rising(), {Style(), 40, 5, false});
  CHECK(ascii(text));
  const std::vector<std::string> all = lines(text);
  REQUIRE(all.size() == 1 + 5 + 2 + 1 + 1);
  CHECK(all[0] == "GB/s");
  CHECK(all[1].starts_with("100 |"));
  CHECK(all[1].ends_with("o"));                // the last point lies on top of the copy's
  CHECK(all[1].find('#') < all[1].find('o'));  // 64: the copy alone
  CHECK(all[3].find('#') < all[3].find('o'));  // 16: the copy at half, 64: yours
  CHECK(all[5].starts_with("  0 | o"));        // 16: yours
  CHECK(all[7].find("16") < all[7].find("64"));
  CHECK(all.back() == "  o yours  # a copy");
}

TEST_CASE("a missing point breaks the line") {
  Chart chart = rising();
  chart.series.erase(chart.series.begin());
  const std::vector<std::string> broken = lines(terminal_chart(chart, {Style(), 40, 5, false}));
  CHECK(broken[2].find('.') == std::string::npos);
  chart.series[0].runs = {{{16, 0}, {64, 50}, {256, 100}}};
  CHECK(lines(terminal_chart(chart, {Style(), 40, 5, false}))[2].find('.') != std::string::npos);
}

TEST_CASE("no line is wider than asked for, in Braille and in ASCII, also where the legend is long") {
  Chart chart = rising();
  chart.series[0].name = "a library with a name that is longer than the terminal is wide";
  for (const int width : {40, 61, 80}) {
    for (const bool utf8 : {false, true}) {
      for (const std::string& line : lines(terminal_chart(chart, {Style(), width, 8, utf8}))) {
        CHECK(columns_of(line) <= static_cast<size_t>(width));
      }
    }
  }
}

TEST_CASE("labels that would touch are left out") {
  Chart chart = rising();
  chart.x_ticks.clear();
  for (int i = 16; i <= 256; ++i) chart.x_ticks.push_back({static_cast<double>(i), std::to_string(i)});
  const std::string labels = lines(terminal_chart(chart, {Style(), 40, 5, false}))[7];
  CHECK(labels.size() <= 40);
  std::istringstream in(labels);
  int before = 0;
  for (int value = 0; in >> value; before = value) {
    CHECK(value > before);
    CHECK(value <= 256);
  }
}

TEST_CASE("UTF-8 is shown where the locale says so, and not on a dumb terminal") {
  const Variable term("TERM", "xterm"), all("LC_ALL", nullptr), type("LC_CTYPE", nullptr), lang("LANG", "de_DE.UTF-8");
  CHECK(shows_utf8());
  {
    const Variable over("LC_ALL", "C");
    CHECK_FALSE(shows_utf8());
  }
  {
    const Variable over("LC_CTYPE", "C.utf8");
    CHECK(shows_utf8());
  }
  const Variable dumb("TERM", "dumb");
  CHECK_FALSE(shows_utf8());
}
