#include "reference/functions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include "reference/inputs.h"
#include "reference/philox.h"

using namespace reference;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Array array_of(std::vector<int64_t> shape, const std::vector<double>& values) {
  Array out(Type::f32, std::move(shape));
  REQUIRE(out.count() == static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i) out.set(static_cast<int64_t>(i), values[i]);
  return out;
}

std::vector<Expected> run(std::string_view slug, const Arrays& inputs, const Values& values) {
  const Function function = find(slug);
  REQUIRE((function != nullptr));
  return function(inputs, values);
}

using Doubles = std::vector<double>;

void check_near(const Doubles& got, const Doubles& want, double relative = 1e-12) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::fabs(got[i] - want[i]) > relative * std::max(1e-300, std::fabs(want[i]))) {
      FAIL_CHECK("element ", i, ": ", got[i], " for ", want[i]);
    }
  }
}

}  // namespace

TEST_CASE("Functions are found by slug") {
  CHECK(function_names().size() == 16);
  for (const std::string_view name : function_names()) CHECK((find(name) != nullptr));
  CHECK((find("quicksort") == nullptr));
}

TEST_CASE("What a case lacks is named") {
  CHECK_THROWS_WITH_AS(run("relu", {}, {{"n", 1}}), doctest::Contains("\"x\""), std::invalid_argument);
  CHECK_THROWS_WITH_AS(run("relu", {{"x", array_of({1}, {1})}}, {}), doctest::Contains("\"n\""), std::invalid_argument);
}

TEST_CASE("Elementwise functions") {
  const Array x = array_of({4}, {1.5, -2, kInfinity, -0.0}), y = array_of({4}, {0.25, -3, 1, 0});
  CHECK(run("vector_addition", {{"x", x}, {"y", y}}, {{"n", 4}})[0].value == Doubles{1.75, -5, kInfinity, 0});
  CHECK(run("elementwise_max", {{"x", x}, {"y", y}}, {{"n", 4}})[0].value == Doubles{1.5, -2, kInfinity, 0});
  CHECK(run("relu", {{"x", x}}, {{"n", 4}})[0].value == Doubles{1.5, 0, kInfinity, 0});
  const Expected scaled = run("vector_scaling", {{"x", x}}, {{"n", 4}, {"alpha", -2}})[0];
  CHECK(scaled.value == Doubles{-3, 4, -kInfinity, 0});
  CHECK(scaled.magnitude == Doubles{3, 4, kInfinity, 0});
  // The kernel receives alpha as f32.
  const double tenth = run("vector_scaling", {{"x", array_of({1}, {1})}}, {{"n", 1}, {"alpha", 0.1}})[0].value[0];
  CHECK(tenth == static_cast<double>(0.1f));
}

TEST_CASE("A sum scales its error with the sum of absolute values") {
  const Expected out = run("sum_reduction", {{"x", array_of({5}, {1e8, 1, -1e8, 0.5, -3})}}, {{"n", 5}})[0];
  CHECK(out.value == Doubles{-1.5});
  CHECK(out.magnitude == Doubles{2e8 + 4.5});
  Doubles iota(1003);
  for (size_t i = 0; i < iota.size(); ++i) iota[i] = static_cast<double>(i);
  CHECK(run("sum_reduction", {{"x", array_of({1003}, iota)}}, {{"n", 1003}})[0].value[0] == 1003 * 1002 / 2);
}

TEST_CASE("The maximum comes with its lowest index, exactly") {
  const auto out = run("max_with_index", {{"x", array_of({6}, {-1, 3, 2, 3, 3, 0})}}, {{"n", 6}});
  REQUIRE(out.size() == 2);
  CHECK(out[0].value == Doubles{3});
  CHECK(out[1].value == Doubles{1});
  CHECK(out[0].magnitude == Doubles{0});
  const auto nothing = run("max_with_index", {{"x", make_input("all_minus_inf", Type::f32, {40}, 1, {})}}, {{"n", 40}});
  CHECK(nothing[0].value == Doubles{-kInfinity});
  CHECK(nothing[1].value == Doubles{0});
}

TEST_CASE("Softmax by rows, whatever the offset") {
  const double a = std::log(2.0), e = std::exp(1.0);
  // ln 2 is not exact in f32, so that f32 steps of 6e-8 show.
  check_near(run("softmax", {{"x", array_of({2, 2}, {0, a, 5, 5})}}, {{"m", 2}, {"n", 2}})[0].value,
             {1.0 / 3, 2.0 / 3, 0.5, 0.5}, 1e-7);
  const Expected far =
      run("softmax", {{"x", array_of({2, 2}, {1e4, 1e4 - 1, -1e4, -1e4 + 1})}}, {{"m", 2}, {"n", 2}})[0];
  check_near(far.value, {e / (1 + e), 1 / (1 + e), 1 / (1 + e), e / (1 + e)});
  // value * (1 + |x - max|), and the smallest normal over epsilon.
  check_near(far.magnitude, {e / (1 + e), 2 / (1 + e), 2 / (1 + e), e / (1 + e)});
  CHECK(run("softmax", {{"x", array_of({3, 1}, {7, -9, 0})}}, {{"m", 3}, {"n", 1}})[0].value == Doubles{1, 1, 1});
}

TEST_CASE("Transpose of a matrix that is not square") {
  const Array a = array_of({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(run("matrix_transpose", {{"a", a}}, {{"m", 2}, {"n", 3}})[0].value == Doubles{1, 4, 2, 5, 3, 6});
}

TEST_CASE("Row normalization divides by the row's sum") {
  const Expected out = run("row_normalization", {{"x", array_of({2, 2}, {1, 3, 4, -2})}}, {{"m", 2}, {"n", 2}})[0];
  check_near(out.value, {0.25, 0.75, 2, -1});
  // The second row's sum is 2 of a sum of absolute values of 6.
  check_near(out.magnitude, {0.5, 1.5, 8, 4});
}

TEST_CASE("Products of matrices against the textbook's three loops") {
  const int64_t m = 5, n = 7, k = 10, batch = 2;
  const Array a = make_input("uniform", Type::f32, {batch, m, k}, 1, {});
  const Array b = make_input("uniform", Type::f32, {batch, k, n}, 2, {});
  const Array bias = make_input("uniform", Type::f32, {n}, 3, {});
  Doubles c, magnitude;
  for (int64_t p = 0; p < batch; ++p) {
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0, absolute = 0;
        for (int64_t t = 0; t < k; ++t) {
          const double product = a.at((p * m + i) * k + t) * b.at((p * k + t) * n + j);
          sum += product;
          absolute += std::fabs(product);
        }
        c.push_back(sum);
        magnitude.push_back(absolute);
      }
    }
  }
  const Values sizes = {{"batch", 2}, {"m", 5}, {"n", 7}, {"k", 10}};
  const Expected batched = run("batched_matmul", {{"a", a}, {"b", b}}, sizes)[0];
  check_near(batched.value, c, 1e-12);
  check_near(batched.magnitude, magnitude);

  c.resize(35);
  magnitude.resize(35);
  check_near(run("tiled_matmul", {{"a", a}, {"b", b}}, sizes)[0].value, c);  // the first matrices
  Doubles fused(35);
  for (size_t i = 0; i < 35; ++i) {
    const double with_bias = bias.at(static_cast<int64_t>(i % 7));
    fused[i] = std::max(0.0, c[i] + with_bias);
    magnitude[i] += std::fabs(with_bias);
  }
  const Expected relu = run("fused_matmul_bias_relu", {{"a", a}, {"b", b}, {"bias", bias}}, sizes)[0];
  check_near(relu.value, fused);
  check_near(relu.magnitude, magnitude);
  CHECK(std::count(fused.begin(), fused.end(), 0.0) > 5);
}

TEST_CASE("Matrix times vector") {
  const Expected out =
      run("matrix_vector", {{"a", array_of({2, 3}, {1, 2, 3, -4, 5, 6})}, {"x", array_of({3}, {1, -1, 2})}},
          {{"m", 2}, {"k", 3}})[0];
  CHECK(out.value == Doubles{5, 3});
  CHECK(out.magnitude == Doubles{9, 21});
}

TEST_CASE("Layer normalization: variance over n, eps under the root, gamma and beta by column") {
  const double std = std::sqrt(5.0 / 4 + 1e-5);  // of 1, 2, 3, 4 around 2.5
  const Arrays inputs = {{"x", array_of({1, 4}, {1, 2, 3, 4})},
                         {"gamma", array_of({4}, {1, 2, -1, 1})},
                         {"beta", array_of({4}, {0, 0, 0, 10})}};
  const Expected out = run("layer_normalization", inputs, {{"m", 1}, {"n", 4}})[0];
  check_near(out.value, {-1.5 / std, -1 / std, -0.5 / std, 1.5 / std + 10});
  check_near(out.magnitude,
             {5.5 / std, 7 / std, 3.5 / std, 5.5 / std + 10});  // |gamma| / std (mean|x| + 2|x - mean|) + |beta|
  // A constant row leaves beta.
  const Arrays constant = {
      {"x", array_of({1, 2}, {3, 3})}, {"gamma", array_of({2}, {5, 5})}, {"beta", array_of({2}, {1, -2})}};
  CHECK(run("layer_normalization", constant, {{"m", 1}, {"n", 2}})[0].value == Doubles{1, -2});
}

TEST_CASE("Attention scores: softmax of Q K^T / sqrt(d)") {
  // d = 4, so that logits are halves of the dot products 2 and 0, then 0 and 4.
  const Arrays inputs = {{"q", array_of({2, 4}, {1, 1, 0, 0, 0, 0, 2, 2})},
                         {"k", array_of({2, 4}, {1, 1, 0, 0, 0, 0, 1, 1})}};
  const Expected out = run("attention_scores", inputs, {{"nq", 2}, {"nk", 2}, {"d", 4}})[0];
  const double e = std::exp(1.0), e2 = e * e;
  check_near(out.value, {e / (e + 1), 1 / (e + 1), 1 / (1 + e2), e2 / (1 + e2)});
  // The first row's logits 1 and 0 have the error magnitudes 1 and 0: value * (1 + |t| + own + mean of them).
  const double p = e / (e + 1);
  check_near(Doubles(out.magnitude.begin(), out.magnitude.begin() + 2),
             {p * (1 + 0 + 1 + p), (1 - p) * (1 + 1 + 0 + p)});
}

TEST_CASE("Dropout keeps what rand(seed, i) > p keeps, and scales it") {
  const int64_t n = 2000;
  const Array x = make_input("positive", Type::f32, {n}, 1, {});
  const auto dropped = [&](double p, double seed) {
    return run("fused_dropout", {{"x", x}}, {{"n", static_cast<double>(n)}, {"p", p}, {"seed", seed}})[0].value;
  };
  const Doubles quarter = dropped(0.25, 42);
  int64_t kept = 0;
  for (int64_t i = 0; i < n; ++i) {
    const bool keep = triton_rand(42, static_cast<uint32_t>(i)) > 0.25f;
    kept += keep ? 1 : 0;
    CHECK(quarter[static_cast<size_t>(i)] == (keep ? doctest::Approx(x.at(i) / 0.75) : doctest::Approx(0)));
  }
  CHECK(static_cast<double>(kept) / static_cast<double>(n) == doctest::Approx(0.75).epsilon(0.05));
  CHECK(dropped(1, 42) == Doubles(static_cast<size_t>(n), 0.0));
  CHECK(dropped(0, 42)[7] == x.at(7));
  CHECK(dropped(0.25, 43) != quarter);
}

TEST_CASE("No magnitude is so generous that zeros, a constant or half of the work pass at 64 ulps") {
  const auto in = [](std::string_view kind, std::vector<int64_t> shape, uint64_t seed) {
    return make_input(kind, Type::f32, std::move(shape), seed, {{"d", 48}});
  };
  struct Subject {
    std::string slug;
    std::vector<std::string> kinds;
  };
  const Subject subjects[] = {
      {"vector_addition", {"uniform", "positive", "normal", "negative", "denormals"}},
      {"vector_scaling", {"uniform", "positive", "normal", "negative", "denormals"}},
      {"elementwise_max", {"uniform", "normal", "negative", "denormals"}},
      {"relu", {"uniform", "normal", "positive"}},
      {"sum_reduction", {"uniform", "positive", "negative", "normal", "ones", "huge_cancel"}},
      {"max_with_index", {"uniform", "ties", "negative", "max_tail"}},
      {"softmax", {"uniform", "normal", "rows_plus_1e4", "rows_minus_1e4", "rows_mixed_1e4", "rows_minus_50"}},
      {"matrix_transpose", {"uniform", "iota"}},
      {"row_normalization", {"positive", "rows_1e-20", "rows_1e20", "rows_scales"}},
      {"matrix_vector", {"uniform", "positive", "normal"}},
      {"tiled_matmul", {"uniform", "positive", "normal", "positive_integers"}},
      {"fused_matmul_bias_relu", {"uniform", "positive", "normal"}},
      {"batched_matmul", {"uniform", "positive", "normal"}},
      {"layer_normalization", {"uniform", "normal", "mean_1e4", "constant_rows"}},
      {"attention_scores", {"uniform", "normal", "large_logits"}},
      {"fused_dropout", {"uniform", "positive"}},
  };
  const int64_t m = 12, n = 1000, k = 48;
  const Values values = {{"n", n},  {"m", m}, {"k", k},       {"batch", 2}, {"nq", m},
                         {"nk", n}, {"d", k}, {"alpha", 2.5}, {"p", 0.3},   {"seed", 9}};
  std::set<std::string_view> covered;
  for (const Subject& s : subjects) {
    covered.insert(s.slug);
    for (const std::string& kind : s.kinds) {
      CAPTURE(s.slug);
      CAPTURE(kind);
      const bool batched = s.slug == "batched_matmul";
      const bool by_row = s.slug == "softmax" || s.slug == "row_normalization" || s.slug == "layer_normalization";
      const std::vector<int64_t> a_shape = batched                        ? std::vector<int64_t>{2, m, k}
                                           : s.slug == "matrix_transpose" ? std::vector<int64_t>{m, n}
                                                                          : std::vector<int64_t>{m, k};
      const Arrays inputs = {
          {"x",
           in(kind, by_row ? std::vector<int64_t>{m, n} : std::vector<int64_t>{s.slug == "matrix_vector" ? k : n}, 1)},
          {"y", in(kind, {n}, 2)},
          {"a", in(kind, a_shape, 3)},
          {"b", in(kind, batched ? std::vector<int64_t>{2, k, n} : std::vector<int64_t>{k, n}, 4)},
          {"bias", in(kind, {n}, 5)},
          {"gamma", in("positive", {n}, 6)},
          {"beta", in("uniform", {n}, 7)},
          {"q", in(kind, {m, k}, 8)},
          {"k", in(kind, {n, k}, 9)}};
      for (const Expected& want : run(s.slug, inputs, values)) {
        const size_t count = want.value.size();
        double mean = 0;
        for (const double v : want.value) mean += v / static_cast<double>(count);
        const auto refused = [&](const auto& answer) {
          for (size_t i = 0; i < count; ++i) {
            const double bound = 64 * (0x1p-23 * want.magnitude[i] + 0x1p-149);
            if (std::fabs(answer(i) - want.value[i]) > bound) return true;
          }
          return false;
        };
        CHECK(refused([](size_t) { return 0.0; }));
        if (count == 1) continue;
        CHECK(refused([&](size_t) { return mean; }));
        CHECK(refused([&](size_t i) { return i < count / 2 ? want.value[i] : 0.0; }));
      }
    }
  }
  CHECK(covered.size() == function_names().size());
}

TEST_CASE("A magnitude is never smaller than the value, except where only the exact value will do") {
  const Array x = make_input("normal", Type::f32, {20, 50}, 1, {});
  const Array row = make_input("uniform", Type::f32, {50}, 2, {});
  for (const char* slug : {"softmax", "row_normalization", "layer_normalization"}) {
    CAPTURE(slug);
    const Expected out = run(slug, {{"x", x}, {"gamma", row}, {"beta", row}}, {{"m", 20}, {"n", 50}})[0];
    for (size_t i = 0; i < out.value.size(); ++i) CHECK(out.magnitude[i] >= std::fabs(out.value[i]) * (1 - 1e-12));
  }
}
