// Every pattern from an answer that is wrong in exactly that way: each must be named as itself and nothing else.

#include "grader/judge/pattern.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "reference/half.h"
#include "reference/inputs.h"

using namespace tritutor;
using reference::Array;
using reference::Arrays;
using reference::Expected;
using reference::Type;

namespace {

constexpr Tolerance kTolerance{4, Tolerance::Growth::none, ""};

/// A wrong answer: element i is wrong(i, want).
struct Wrong {
  std::string id;      ///< the pattern it must be named
  std::string phrase;  ///< part of the text
  std::vector<int64_t> shape;
  std::function<double(int64_t, const std::vector<double>&)> value;
  std::string kind = "normal";  ///< of what is wanted
  bool poison_nan = false;      ///< NaN from value() stands for "never written"
};

std::vector<double> values_of(const Array& array) {
  std::vector<double> out;
  for (int64_t i = 0; i < array.count(); ++i) out.push_back(array.at(i));
  return out;
}

Expected exactly(std::vector<double> values) {
  Expected want{values, std::move(values)};
  for (double& v : want.magnitude) v = std::fabs(v);
  return want;
}

std::optional<Mismatch> judge(const Wrong& wrong, uint64_t seed, uint64_t block = 256) {
  const auto want = values_of(reference::make_input(wrong.kind, Type::f32, wrong.shape, seed, {}));
  Array got(Type::f32, wrong.shape);
  for (int64_t i = 0; i < got.count(); ++i) {
    const double value = wrong.value(i, want);
    got.set(i, value);
    if (wrong.poison_nan && std::isnan(value)) got.as<uint32_t>()[static_cast<size_t>(i)] = 0xffffffffu;
  }
  return compare("out", got, exactly(want), kTolerance, 1, {nullptr, nullptr, block});
}

/// Right, but off by 1 where `where(i)`; the offsets differ, so that the values themselves follow no rule.
auto wrong_where(std::function<bool(int64_t)> where) {
  return [where](int64_t i, const std::vector<double>& want) {
    const auto at = static_cast<size_t>(i);
    return where(i) ? want[at] + 1 + 0.37 * static_cast<double>(i * 7919 % 101) : want[at];
  };
}

auto unwritten_where(std::function<bool(int64_t)> where) {
  return [where](int64_t i, const std::vector<double>& want) {
    return where(i) ? std::numeric_limits<double>::quiet_NaN() : want[static_cast<size_t>(i)];
  };
}

auto from(std::function<int64_t(int64_t)> source) {
  return [source](int64_t i, const std::vector<double>& want) {
    const int64_t at = source(i);
    return at < 0 || at >= static_cast<int64_t>(want.size()) ? 0.0 : want[static_cast<size_t>(at)];
  };
}

auto times(double c) {
  return [c](int64_t i, const std::vector<double>& want) { return c * want[static_cast<size_t>(i)]; };
}

std::vector<Wrong> wrongs() {
  const auto always = [](int64_t) { return true; };
  return {
      {"never-written", "Nothing was written", {1000}, unwritten_where(always), "normal", true},
      {"partly-unwritten",
       "every index >= 1024 (4 x 256)",
       {1200},
       unwritten_where([](int64_t i) { return i >= 1024; }),
       "normal",
       true},
      {"partly-unwritten",
       "every odd index",
       {1200},
       unwritten_where([](int64_t i) { return i % 2 == 1; }),
       "normal",
       true},
      {"partly-unwritten",
       "every row >= 32",
       {40, 64},
       unwritten_where([](int64_t i) { return i / 64 >= 32; }),
       "normal",
       true},
      {"nan", "at every index >= 960", {1000}, unwritten_where([](int64_t i) { return i >= 960; })},
      {"infinite",
       "row 3",
       {8, 32},
       [](int64_t i, const auto& want) {
         return i / 32 == 3 ? std::numeric_limits<double>::infinity() : want[static_cast<size_t>(i)];
       }},
      {"all-zero", "Every element is 0", {1000}, times(0)},
      {"constant", "Every element is 2.5", {1000}, [](int64_t, const auto&) { return 2.5; }},
      {"added-twice", "twice what is right", {1000}, times(2)},
      {"added-twice",
       "at every index < 256",
       {1000},
       [](int64_t i, const auto& want) { return (i < 256 ? 2 : 1) * want[static_cast<size_t>(i)]; }},
      {"negated", "opposite", {1000}, times(-1)},
      {"scaled", "0.125 times", {1000}, times(0.125)},
      {"scaled", "31.25 times", {10, 100}, times(31.25)},
      {"scaled-rows",
       "a factor of its own",
       {16, 50},
       [](int64_t i, const auto& want) {
         return (1.1 + 0.05 * static_cast<double>(i / 50)) * want[static_cast<size_t>(i)];
       }},
      {"transposed", "rows and columns are swapped", {48, 48}, from([](int64_t i) { return i % 48 * 48 + i / 48; })},
      {"transposed", "column-major", {33, 65}, from([](int64_t i) { return i % 33 * 65 + i / 33; })},
      {"transposed-tiles", "16 x 16 tile is in its place", {64, 96}, from([](int64_t i) {
         const int64_t r = i / 96, c = i % 96;
         return (r / 16 * 16 + c % 16) * 96 + c / 16 * 16 + r % 16;
       })},
      {"transposed-tiles", "32 x 32 tile is right inside", {96, 96}, from([](int64_t i) {
         const int64_t r = i / 96, c = i % 96;
         return (c / 32 * 32 + r % 32) * 96 + r / 32 * 32 + c % 32;
       })},
      {"off-by-one", "i - 1", {1000}, from([](int64_t i) { return i - 1; })},
      {"off-by-one", "i + 1", {1000}, from([](int64_t i) { return i + 1; })},
      {"shifted", "i + 256", {1000}, from([](int64_t i) { return i + 256; })},
      {"shifted", "i - 96 (2 rows)", {32, 48}, from([](int64_t i) { return i - 96; })},
      {"clamped",
       "below 0 came out as 0",
       {1000},
       [](int64_t i, const auto& want) { return std::max(0.0, want[static_cast<size_t>(i)]); }},
      {"half-precision",
       "half-precision",
       {1000},
       [](int64_t i, const auto& want) {
         return reference::half_to_double(reference::double_to_half(want[static_cast<size_t>(i)]));
       }},
      {"tf32",
       "tf32",
       {1000},
       [](int64_t i, const auto& want) {  // both factors rounded to 10 bits, one product
         const double w = want[static_cast<size_t>(i)];
         return w * (1 + (static_cast<double>(i * 7919 % 1000) / 1000 - 0.5) * 0x1p-10);
       }},
      {"small-errors",
       "looks like rounding",
       {1000},
       [](int64_t i, const auto& want) {
         return want[static_cast<size_t>(i)] * (1 + static_cast<double>(i * 7919 % 1000) / 1000 * 60 * 0x1p-23);
       }},
      {"last-row", "the last row (32)", {33, 65}, wrong_where([](int64_t i) { return i / 65 == 32; })},
      {"last-column", "the last column (64)", {33, 65}, wrong_where([](int64_t i) { return i % 65 == 64; })},
      {"edge-tile", "every row >= 32 and every column >= 64", {40, 70}, wrong_where([](int64_t i) {
         return i / 70 >= 32 || i % 70 >= 64;
       })},
      {"edge-tile", "every column >= 64", {40, 70}, wrong_where([](int64_t i) { return i % 70 >= 64; })},
      {"edge-tile", "the corner of rows >= 32 and columns >= 64", {40, 70}, wrong_where([](int64_t i) {
         return i / 70 >= 32 && i % 70 >= 64;
       })},
      {"edge-tile", "every row >= 32 of 3 of 3 matrices", {3, 40, 64}, wrong_where([](int64_t i) {
         return i / 64 % 40 >= 32;
       })},
      {"tail", "every matrix >= 1", {4, 20, 20}, wrong_where([](int64_t i) { return i >= 400; })},
      {"rows", "row 5", {24, 40}, wrong_where([](int64_t i) { return i / 40 == 5; })},
      {"rows", "every odd row", {24, 40}, wrong_where([](int64_t i) { return i / 40 % 2 == 1; })},
      {"rows", "every row from 8 to 15", {24, 40}, wrong_where([](int64_t i) { return i / 320 == 1; })},
      {"columns", "every column from 3 to 6", {24, 40}, wrong_where([](int64_t i) {
         return i % 40 >= 3 && i % 40 < 7;
       })},
      {"one-row-in-each-tile", "r % 16 == 15", {64, 40}, wrong_where([](int64_t i) { return i / 40 % 16 == 15; })},
      {"one-row-in-each-tile", "r % 8 != 0", {64, 40}, wrong_where([](int64_t i) { return i / 40 % 8 != 0; })},
      {"one-column-in-each-tile", "c % 32 == 0", {20, 128}, wrong_where([](int64_t i) { return i % 32 == 0; })},
      {"tail", "every index >= 768 (3 x 256)", {1000}, wrong_where([](int64_t i) { return i >= 768; })},
      {"tail", "every index >= 10000", {10007}, wrong_where([](int64_t i) { return i >= 10000; })},
      {"tail", "the last index (999)", {1000}, wrong_where([](int64_t i) { return i == 999; })},
      {"tail",
       "0 stands there",
       {1000},
       [](int64_t i, const auto& want) { return i >= 768 ? 0 : want[static_cast<size_t>(i)]; }},
      {"head", "every index < 256 (1 x 256)", {1000}, wrong_where([](int64_t i) { return i < 256; })},
      {"head", "the first index (0)", {1000}, wrong_where([](int64_t i) { return i == 0; })},
      {"range", "every index from 256 to 511", {1000}, wrong_where([](int64_t i) { return i / 256 == 1; })},
      {"every-other", "every odd index", {1000}, wrong_where([](int64_t i) { return i % 2 == 1; })},
      {"periodic", "i % 32 == 0", {1000}, wrong_where([](int64_t i) { return i % 32 == 0; })},
      {"periodic", "i % 256 != 0", {1000}, wrong_where([](int64_t i) { return i % 256 != 0; })},
      {"periodic", "i % 64 >= 60", {1000}, wrong_where([](int64_t i) { return i % 64 >= 60; })},
      {"periodic", "i % 8 in {0, 3}", {1000}, wrong_where([](int64_t i) { return i % 8 == 0 || i % 8 == 3; })},
      {"periodic", "i % 32 in {1, 2, 5, 7, 11}", {1000}, wrong_where([](int64_t i) {
         return (0x8a6u >> (i % 32) & 1) != 0;
       })},
      {"scattered", "Every element is wrong", {1000}, wrong_where(always)},
      {"scattered", "follow no rule", {1000}, wrong_where([](int64_t i) { return i * i % 1009 < 200; })},
  };
}

}  // namespace

TEST_CASE("Each wrong answer is named as what it is") {
  for (const Wrong& wrong : wrongs()) {
    for (const uint64_t seed : {1, 2}) {
      CAPTURE(wrong.id);
      CAPTURE(wrong.phrase);
      const auto mismatch = judge(wrong, seed);
      REQUIRE(mismatch);
      CHECK(mismatch->pattern == wrong.id);
      CHECK_MESSAGE(mismatch->pattern_text.find(wrong.phrase) != std::string::npos, mismatch->pattern_text);
    }
  }
}

namespace {

/// A single result over one input, as a reduction has it.
std::string reduction_pattern(const Array& x, double got, double want, double magnitude, std::string* text = nullptr) {
  const Arrays inputs = {{"x", x}};
  Array out(Type::f32, {1});
  out.set(0, got);
  const auto mismatch = compare("result", out, {{want}, {magnitude}}, kTolerance, 1, {&inputs, nullptr, 256});
  REQUIRE(mismatch);
  if (text != nullptr) *text = mismatch->pattern_text;
  return mismatch->pattern;
}

std::string index_pattern(const Array& x, int64_t got, int64_t want) {
  const Arrays inputs = {{"x", x}};
  Array out(Type::i32, {1});
  out.set(0, static_cast<double>(got));
  const auto mismatch = compare("index", out, {{static_cast<double>(want)}, {0}}, {}, 1, {&inputs, nullptr, 256});
  REQUIRE(mismatch);
  return mismatch->pattern;
}

}  // namespace

TEST_CASE("A sum over a part of its terms is named with the part") {
  const Array x = reference::make_input("positive", Type::f32, {1000}, 3, {});
  const auto sum = [&](int64_t begin, int64_t end, int64_t step) {
    double total = 0;
    for (int64_t i = begin; i < end; i += step) total += x.at(i);
    return total;
  };
  const double all = sum(0, 1000, 1);
  const struct {
    int64_t begin, end, step;
    const char* phrase;
  } parts[] = {
      {0, 768, 1, "the first 768 of 1000 terms"},  {0, 32, 1, "the first 32 of 1000 terms"},
      {0, 999, 1, "all terms but the last"},       {1, 1000, 1, "all terms but the first"},
      {0, 1, 1, "the first term alone"},           {999, 1000, 1, "the last term alone"},
      {256, 512, 1, "the terms 256 to 511 alone"}, {768, 1000, 1, "the terms 768 to 999 alone"},
      {0, 1000, 2, "every second term"},           {0, 1000, 256, "every 256th term"},
  };
  for (const auto& part : parts) {
    CAPTURE(part.phrase);
    std::string text;
    CHECK(reduction_pattern(x, sum(part.begin, part.end, part.step), all, all, &text) == "partial-sum");
    CHECK_MESSAGE(text.find(part.phrase) != std::string::npos, text);
  }
  CHECK(reduction_pattern(x, 2 * all, all, all) == "added-twice");
  CHECK(reduction_pattern(x, -all, all, all) == "negated");
  CHECK(reduction_pattern(x, 0, all, all) == "all-zero");
  CHECK(reduction_pattern(x, all * 1.37, all, all) == "scattered");
  CHECK(reduction_pattern(x, std::nan(""), all, all) == "nan");
}

TEST_CASE("A dot product over a part of its terms is found through the inputs") {
  const int64_t m = 12, n = 20, k = 40;
  const Arrays inputs = {{"a", reference::make_input("uniform", Type::f32, {m, k}, 1, {})},
                         {"b", reference::make_input("uniform", Type::f32, {k, n}, 2, {})}};
  const auto product = [&](int64_t terms) {
    std::vector<double> c(static_cast<size_t>(m * n), 0.0);
    for (size_t i = 0; i < c.size(); ++i) {
      const auto row = static_cast<int64_t>(i) / n, column = static_cast<int64_t>(i) % n;
      for (int64_t t = 0; t < terms; ++t) c[i] += inputs.at("a").at(row * k + t) * inputs.at("b").at(t * n + column);
    }
    return c;
  };
  const Expected want = exactly(product(k));
  const auto without_tail = product(32);
  Array got(Type::f32, {m, n});
  for (int64_t i = 0; i < m * n; ++i) got.set(i, without_tail[static_cast<size_t>(i)]);
  const auto mismatch = compare("c", got, want, {50, Tolerance::Growth::none, ""}, k, {&inputs, nullptr, 0});
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == "partial-sum");
  CHECK(mismatch->pattern_text.find("the first 32 of 40 terms") != std::string::npos);
}

TEST_CASE("A wrong index is told from a later one of equal maxima") {
  Array x = reference::make_input("uniform", Type::f32, {1000}, 3, {});
  x.set(300, 2);
  x.set(700, 2);
  CHECK(index_pattern(x, 700, 300) == "tie-order");
  CHECK(index_pattern(x, 44, 300) == "wrong-index");  // 300 % 256
  CHECK(index_pattern(x, 5, 300) == "wrong-index");
  CHECK(index_pattern(x, 1000, 300) == "wrong-index");
  CHECK(index_pattern(x, -5, 300) == "wrong-index");
}

TEST_CASE("A copy of an input is named, and not taken for a transposed matrix") {
  const Arrays inputs = {{"a", reference::make_input("normal", Type::f32, {32, 32}, 1, {})}};
  std::vector<double> transposed(1024);
  for (size_t i = 0; i < 1024; ++i) transposed[i] = inputs.at("a").at(static_cast<int64_t>(i % 32 * 32 + i / 32));
  const auto mismatch = compare("b", inputs.at("a"), exactly(transposed), {}, 1, {&inputs, nullptr, 0});
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == "equals-input");
  CHECK(mismatch->pattern_text.find("copy of a:") != std::string::npos);
}

TEST_CASE("A limit that was not kept is told from one that was set") {
  auto values = values_of(reference::make_input("normal", Type::f32, {1000}, 1, {}));
  Array got(Type::f32, {1000});
  for (int64_t i = 0; i < 1000; ++i) got.set(i, values[static_cast<size_t>(i)]);
  for (double& v : values) v = std::max(0.0, v);
  const auto mismatch = compare("y", got, exactly(values), {}, 1);
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == "not-clamped");
}

TEST_CASE("Results that are right here and there by luck do not hide the place") {
  // What a ReLU cuts to 0 is right whatever was added up before.
  const int64_t n = 1000;
  auto want = values_of(reference::make_input("normal", Type::f32, {n}, 4, {}));
  Array got(Type::f32, {n});
  for (int64_t i = 0; i < n; ++i) {
    double& w = want[static_cast<size_t>(i)];
    w = std::max(0.0, w);
    got.set(i, i >= 512 && w > 0 ? w + 1 + 0.1 * static_cast<double>(i % 13) : w);
  }
  const auto mismatch = compare("y", got, exactly(want), kTolerance, 1);
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == "tail");
}

TEST_CASE("What is unwritten is told from what is wrong besides") {
  Array got(Type::f32, {100});
  const std::vector<double> ones(100, 1.0);
  for (int64_t i = 0; i < 100; ++i) got.set(i, i < 3 ? 5 : 1);
  for (size_t i = 64; i < 100; ++i) got.as<uint32_t>()[i] = 0xffffffffu;
  const auto mismatch = compare("y", got, exactly(ones), {}, 1);
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == "partly-unwritten");
  CHECK(mismatch->pattern_text.find("every index >= 64") != std::string::npos);
  CHECK(mismatch->pattern_text.find("3 more hold a wrong value") != std::string::npos);
}

TEST_CASE("The list of patterns is complete, and every one has a wrong answer here that it names") {
  std::set<std::string> listed;
  for (const auto& [id, meaning] : mismatch_patterns()) {
    CHECK(listed.insert(id).second);
    CHECK_FALSE(meaning.empty());
  }
  std::set<std::string> shown = {"equals-input", "partial-sum", "tie-order", "wrong-index", "not-clamped"};  // above
  for (const char* id : {"same-place", "offset", "wrong-element", "other-input", "other-formula", "reversed",
                         "repeating", "gamma-beta", "shifted-rows", "bias", "operand-transposed", "wrong-axis",
                         "scaled-warps", "scaled-exponents", "constant-rows", "other-mask", "repeating-mask"}) {
    shown.insert(id);  // pattern_formula_test.cpp
  }
  for (const Wrong& wrong : wrongs()) shown.insert(wrong.id);
  listed.erase("large-sizes");  // what a sample of blocks shows, and no comparison of a whole output
  CHECK(shown == listed);
}
