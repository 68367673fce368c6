// The picture of a bench: well-formed, with its text inside and apart.

#include "app/bench_chart.h"

#include <doctest/doctest.h>

#include <cmath>
#include <regex>

#include "app/bench_example_test.h"
#include "app/plot/svg.h"

using namespace tritutor;
using namespace tritutor::test;

namespace {

/// The names of elements that are not closed in order, or what else is not XML; empty: it is well-formed.
std::string broken_xml(const std::string& text) {
  std::vector<std::string> open;
  static const std::regex tag(R"(<(/?)([a-z]+)((?: [A-Za-z0-9:-]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*) ?(/?)>)");
  size_t at = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), tag), end; it != end; ++it) {
    const std::string between = text.substr(at, static_cast<size_t>(it->position()) - at);
    if (between.find('<') != std::string::npos) return between;
    if (std::regex_search(between, std::regex("&(?!(lt|gt|amp|quot);)"))) return between;
    at = static_cast<size_t>(it->position() + it->length());
    const std::string name = (*it)[2];
    if ((*it)[1].length() > 0) {
      if (open.empty() || open.back() != name) return "</" + name;
      open.pop_back();
    } else if ((*it)[4].length() == 0) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : open.back();
}

struct Placed {
  std::string text;
  double left, right, top, bottom;
};

/// The texts of a picture with about the room that they take.
std::vector<Placed> texts(const std::string& svg) {
  static const std::regex pattern(
      R"re(<text x="([-0-9.]+)" y="([-0-9.]+)" class="([a-z]+)" text-anchor="([a-z]+)"( transform[^>]*)?>([^<]*)</text>)re");
  std::vector<Placed> all;
  for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), end; it != end; ++it) {
    const double x = std::stod((*it)[1]), y = std::stod((*it)[2]);
    const double size = (*it)[3] == "title" ? 18 : (*it)[3] == "heading" ? 14 : 12;
    const double wide = plot::text_width((*it)[6].str(), size);
    const double before = (*it)[4] == "start" ? 0 : (*it)[4] == "middle" ? wide / 2 : wide;
    if ((*it)[5].length() > 0) {
      all.push_back({(*it)[6], x - size, x, y - wide / 2, y + wide / 2});
    } else {
      all.push_back({(*it)[6], x - before, x - before + wide, y - size, y});
    }
  }
  return all;
}

void check_picture(const std::string& svg) {
  CHECK(broken_xml(svg) == "");
  const std::vector<Placed> all = texts(svg);
  CHECK(all.size() > 15);
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].text);
    CHECK(all[i].left >= 0);
    CHECK(all[i].right <= 1000);
    CHECK(all[i].top >= 0);
    CHECK(all[i].bottom <= 520);
    for (size_t j = 0; j < i; ++j) {
      CAPTURE(all[j].text);
      const bool apart = all[i].right <= all[j].left || all[j].right <= all[i].left || all[i].bottom <= all[j].top ||
                         all[j].bottom <= all[i].top;
      CHECK((apart || all[i].text.empty() || all[j].text.empty()));
    }
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the picture is well-formed, and its text lies inside, apart from other text") {
  for (const bool measured : {false, true}) {
    const std::string svg = bench_svg(product(), example(measured));
    check_picture(svg);
    CHECK(contains(svg, "4.1 Tiled &lt;product&gt; &amp; more"));
    CHECK(contains(svg, measured ? "Measured on NVIDIA H100 80GB HBM3" : "Predicted for H200"));
    CHECK(contains(svg, "no GPU has run this") == !measured);
    CHECK(contains(svg, "prefers-color-scheme: dark"));
    CHECK(contains(svg, "roof: 4800 GB/s of memory, 66.9 TFLOP/s"));
    CHECK_FALSE(contains(svg, "nan"));
    CHECK_FALSE(contains(svg, "inf"));
  }
}

TEST_CASE("the picture holds with the units of memory and of integers, and with many sizes") {
  Exercise exercise = product();
  exercise.limit = {"copy", "8*n", "", ""};
  Bench bench = example();
  for (BenchWork& work : bench.work) {
    work.limit_bytes = work.bytes;
    work.flops = 0;
  }
  check_picture(bench_svg(exercise, bench));
  CHECK(contains(bench_svg(exercise, bench), "nothing was computed"));  // no float instruction was counted
  for (BenchSeries& series : bench.series) {
    for (BenchPoint& point : series.points) point.float_instructions = 1e6;
  }
  check_picture(bench_svg(exercise, bench));
  CHECK(contains(bench_svg(exercise, bench), " T float instructions/s"));
  for (int i = 0; i < 40; ++i) {
    bench.sizes.push_back({{"m", 4096.0 + i}, {"n", 4096.0 + i}, {"k", 4096.0 + i}});
    bench.work.push_back(bench.work.back());
    for (BenchSeries& series : bench.series) series.points.push_back(series.points[0]);
  }
  check_picture(bench_svg(exercise, bench));
}

TEST_CASE("what was wrong, or takes at least so long, is in no chart; the line is broken there") {
  const plot::Chart chart = throughput_chart(product(), example());
  REQUIRE(chart.series.size() == 3);
  CHECK(chart.series[0].name == "cuBLAS");
  CHECK(chart.series[1].name == "ours");
  REQUIRE(chart.series[1].runs[0].size() == 1);
  CHECK(chart.series[1].runs[1].empty());
  REQUIRE(chart.series[2].runs[0].size() == 3);
  const plot::Point last = chart.series[2].runs[0][2];
  CHECK(last.y == doctest::Approx(2 * std::pow(4096, 3) / 4700 * 1e-6));
  CHECK(last.most == doctest::Approx(last.y / 0.8));
  CHECK(last.least == doctest::Approx(last.y / 1.5));
}

TEST_CASE("the roof bends where memory and arithmetic take equally long") {
  const std::optional<plot::Chart> chart = roofline_chart(example());
  REQUIRE(chart);
  REQUIRE(chart->series[0].runs[0].size() == 3);
  const plot::Point ridge = chart->series[0].runs[0][1];
  CHECK(ridge.x == doctest::Approx(66.9 / 4.8));
  CHECK(ridge.y == doctest::Approx(66.9));
  const plot::Point small = chart->series[2].runs[0][0];
  CHECK(small.x == doctest::Approx(2 * 256.0 / 12));
}

TEST_CASE("sizes that follow from one another are told as one") {
  const Exercise exercise = product();
  CHECK(size_scale(exercise, example().sizes).words == "m = n = k");
  SizeScale scale = size_scale(exercise, {{{"m", 256}, {"n", 64}, {"k", 64}}, {{"m", 512}, {"n", 128}, {"k", 64}}});
  CHECK(scale.name == "m");
  CHECK(scale.words == "m, n = m/4, k = 64");
  CHECK(scale.enough);
  scale = size_scale(exercise, {{{"m", 64}, {"n", 3}, {"k", 8}}, {{"m", 64}, {"n", 6}, {"k", 9}}});
  CHECK(scale.name == "n");
  CHECK(scale.words == "n, m = 64, k");
  CHECK_FALSE(scale.enough);
}
