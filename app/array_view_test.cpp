#include "app/array_view.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace tritutor;

namespace {

/// Elements 0, 1, 2, ... and what is said of them.
struct Example {
  reference::Array values;
  std::vector<double> expected;
  std::vector<char> wrong, unwritten;

  explicit Example(std::vector<int64_t> shape) : values(reference::Type::f32, std::move(shape)) {
    for (int64_t i = 0; i < values.count(); ++i) {
      values.set(i, static_cast<double>(i));
      expected.push_back(static_cast<double>(i));
    }
    wrong.resize(expected.size());
    unwritten.resize(expected.size());
  }
  void spoil(size_t i, double got, bool written = true) {
    values.set(static_cast<int64_t>(i), got);
    wrong[i] = 1;
    unwritten[i] = written ? 0 : 1;
  }
  std::string view(bool whole = false, int width = 80) const {
    return view_array({&values, &expected, &wrong, &unwritten}, {Style(), width, whole});
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

size_t widest(const std::string& text) {
  std::istringstream in(text);
  size_t width = 0;
  for (std::string line; std::getline(in, line);) width = std::max(width, line.size());
  return width;
}

}  // namespace

TEST_CASE("A short vector is shown whole, and what is right without what is wanted") {
  const Example example({5});
  CHECK(example.view() == "     [0]  0   1   2   3   4\n");
}

TEST_CASE("A wrong element has a star, and below it what is wanted") {
  Example example({5});
  example.spoil(3, 7.5);
  CHECK(example.view() ==
        "     [0]    0     1     2   7.5*    4\n"
        "    want                      3\n");
  example.spoil(4, std::nan(""), false);
  CHECK(contains(example.view(), "unset*"));
}

TEST_CASE("Numbers that differ in their last digits are told apart") {
  Example example({1});
  example.expected[0] = 0.1;
  example.spoil(0, 0.1000001);
  const std::string text = example.view();
  CHECK(contains(text, "0.100000098*"));
  CHECK(contains(text, "0.1\n"));
}

TEST_CASE("Of a long vector both ends and what is around the first wrong element are shown") {
  Example example({100000});
  example.spoil(50000, -1);
  const std::string text = example.view();
  CHECK(contains(text, "     [0] "));
  CHECK(contains(text, "-1*"));
  CHECK(contains(text, " 50001"));
  CHECK(contains(text, " 99999"));
  CHECK_FALSE(contains(text, " 20000"));
  CHECK(contains(text, "..."));
  CHECK(std::count(text.begin(), text.end(), '\n') < 20);
  CHECK(widest(text) <= 80);
  CHECK(contains(example.view(true), " 20000 "));
}

TEST_CASE("A matrix is a table with its indices; columns that do not fit are left out, the wrong one is not") {
  const Example small({2, 3});
  CHECK(small.view() ==
        "         [0]  [1]  [2]\n"
        "     [0]   0    1    2\n"
        "     [1]   3    4    5\n");
  Example large({300, 400});
  large.spoil(150 * 400 + 200, -1);
  const std::string text = large.view();
  CHECK(contains(text, "   [150]"));
  CHECK(contains(text, "[200]"));
  CHECK(contains(text, "[399]"));
  CHECK(contains(text, "   [299]"));
  CHECK(contains(text, "-1*"));
  for (const int width : {40, 60, 80, 120}) CHECK(widest(large.view(false, width)) <= static_cast<size_t>(width));
}

TEST_CASE("More dimensions are tables one below the other") {
  Example example({2, 1, 2});
  CHECK(contains(example.view(), "  [0]\n"));
  CHECK(contains(example.view(), "  [1]\n"));
  Example many({50, 2, 2});
  many.spoil(30 * 4, -1);
  CHECK(contains(many.view(), "  [30]\n"));
  CHECK_FALSE(contains(many.view(), "  [20]\n"));
}
