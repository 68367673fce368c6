// Wrong answers that a known formula explains, each from the reference of the exercise it belongs to.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "grader/judge/pattern.h"
#include "reference/inputs.h"

using namespace tritutor;
using reference::Array;
using reference::Arrays;
using reference::Expected;
using reference::Type;
using reference::Values;

namespace {

constexpr Tolerance kTolerance{16, Tolerance::Growth::none, ""};

Array made(const char* kind, std::vector<int64_t> shape, uint64_t seed) {
  return reference::make_input(kind, Type::f32, std::move(shape), seed, {});
}

/// One exercise's inputs and what is right.
struct Problem {
  std::string slug;
  Arrays inputs;
  Values values;
  std::vector<int64_t> shape;  ///< of the output

  Expected right() const { return reference::find(slug)(inputs, values)[0]; }
};

std::optional<Mismatch> judge(const Problem& problem, const Expected& want,
                              const std::function<double(int64_t)>& value) {
  Array got(Type::f32, problem.shape);
  for (int64_t i = 0; i < got.count(); ++i) got.set(i, value(i));
  return compare("out", got, want, kTolerance, 1, {&problem.inputs, nullptr, 256, 4, &problem.values});
}

/// The answer value(i) must be named `id`, in words that hold `phrase`.
void check(const Problem& problem, const std::function<double(int64_t)>& value, const char* id, const char* phrase) {
  const auto mismatch = judge(problem, problem.right(), value);
  CAPTURE(phrase);
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == id);
  CHECK_MESSAGE(mismatch->pattern_text.find(phrase) != std::string::npos, mismatch->pattern_text);
}

Problem scaling(double alpha = 2.5) {
  return {"vector_scaling", {{"x", made("uniform", {1000}, 1)}}, {{"alpha", alpha}, {"n", 1000}}, {1000}};
}

Problem maximum() {
  return {
      "elementwise_max", {{"x", made("normal", {1000}, 1)}, {"y", made("normal", {1000}, 2)}}, {{"n", 1000}}, {1000}};
}

Problem layer_norm() {
  return {"layer_normalization",
          {{"x", made("normal", {12, 96}, 1)}, {"gamma", made("uniform", {96}, 2)}, {"beta", made("uniform", {96}, 3)}},
          {{"m", 12}, {"n", 96}},
          {12, 96}};
}

Problem linear() {
  return {"fused_matmul_bias_relu",
          {{"a", made("uniform", {24, 37}, 1)}, {"b", made("uniform", {37, 40}, 2)}, {"bias", made("normal", {40}, 3)}},
          {{"m", 24}, {"n", 40}, {"k", 37}},
          {24, 40}};
}

Problem softmax() { return {"softmax", {{"x", made("normal", {6, 256}, 1)}}, {{"m", 6}, {"n", 256}}, {6, 256}}; }

Problem dropout() {
  return {"fused_dropout", {{"x", made("normal", {4000}, 1)}}, {{"p", 0.4}, {"seed", 7}, {"n", 4000}}, {4000}};
}

}  // namespace

TEST_CASE("A constant tells where it comes from, and one result alone tells nothing") {
  const Problem many = scaling();
  check(
      many, [](int64_t) { return 2.5; }, "constant", "Every element is 2.5, which is alpha");
  const double first = many.inputs.at("x").at(0);
  check(
      many, [&](int64_t) { return first; }, "constant", "the first element of x");
  Problem one = scaling();
  one.inputs.at("x") = made("positive", {1}, 1);
  one.values["n"] = 1;
  one.shape = {1};
  const auto mismatch = judge(one, one.right(), [](int64_t) { return 2.5; });
  REQUIRE(mismatch);
  CHECK(mismatch->pattern == "scattered");
  CHECK(mismatch->plainness == 0);
  CHECK(mismatch->weight == 0);
}

TEST_CASE("An amount too much is told by its size, and is no limit") {
  const Problem problem = scaling();
  const Expected want = problem.right();
  check(
      problem, [&](int64_t i) { return want.value[static_cast<size_t>(i)] + 1; }, "offset",
      "Every result is 1 too large");
  const Problem zero = scaling(0);
  const auto mismatch = judge(zero, zero.right(), [](int64_t) { return 1.0; });
  REQUIRE(mismatch);
  CHECK(mismatch->pattern != "clamped");
  CHECK(mismatch->weight <= 1);
}

TEST_CASE("A factor is named by the sizes and scalars it is made of") {
  const Problem problem = scaling();
  const Expected want = problem.right();
  const auto times = [&](double c) { return [&, c](int64_t i) { return c * want.value[static_cast<size_t>(i)]; }; };
  check(problem, times(2.5), "scaled", "(alpha for alpha = 2.5)");
  check(problem, times(1 / 1000.0), "scaled", "(1 / n for n = 1000)");
  check(problem, times(999 / 1000.0), "scaled", "((n - 1) / n for n = 1000)");
  check(problem, times(std::sqrt(1000 / 999.0)), "scaled", "(sqrt(n / (n - 1)) for n = 1000)");
  check(problem, times(0.7), "scaled", "0.7 times what is right. Which");
}

TEST_CASE("The other of two inputs, and a multiple of one, where the formula has another case") {
  const Problem problem = maximum();
  const auto x = [&](int64_t i) { return problem.inputs.at("x").at(i); };
  const auto y = [&](int64_t i) { return problem.inputs.at("y").at(i); };
  check(
      problem, [&](int64_t i) { return std::min(x(i), y(i)); }, "other-input", "or the reverse");
  check(
      problem, [&](int64_t i) { return y(i); }, "other-input", "the element of y, where that of x is right");
  Problem relu{"relu", {{"x", made("normal", {1000}, 1)}}, {{"n", 1000}}, {1000}};
  check(
      relu, [&](int64_t i) { return std::fabs(x(i)); }, "other-formula", "is -x[i]");
}

TEST_CASE("Another formula, the reverse order, the first block's results again") {
  const Problem problem = maximum();
  const auto x = [&](int64_t i) { return problem.inputs.at("x").at(i); };
  const auto y = [&](int64_t i) { return problem.inputs.at("y").at(i); };
  check(
      problem, [&](int64_t i) { return y(i) - x(i); }, "other-formula", "is y[i] - x[i]");
  const Problem scaled = scaling();
  const Expected want = scaled.right();
  const auto right = [&](int64_t i) { return want.value[static_cast<size_t>(i)]; };
  check(
      scaled, [&](int64_t i) { return 2.5 + scaled.inputs.at("x").at(i); }, "other-formula", "is x[i] + alpha");
  check(
      scaled, [&](int64_t i) { return right(999 - i); }, "reversed", "reverse order");
  check(
      scaled, [&](int64_t i) { return right(i % 256); }, "repeating", "i % 256");
  const Problem sum{"sum_reduction", {{"x", made("positive", {1000}, 1)}}, {{"n", 1000}}, {1}};
  double squares = 0;
  for (int64_t i = 0; i < 1000; ++i) squares += std::pow(sum.inputs.at("x").at(i), 2);
  check(
      sum, [&](int64_t) { return squares; }, "other-formula", "the sum of the squares of x");
}

TEST_CASE("A maximum that is another element, or none") {
  Problem problem{"max_with_index", {{"x", made("uniform", {1000}, 1)}}, {{"n", 1000}}, {1}};
  problem.inputs.at("x").set(999, 7);
  check(
      problem, [&](int64_t) { return problem.inputs.at("x").at(5); }, "wrong-element",
      "x[5]; right is x[999], the last");
  check(
      problem, [](int64_t) { return -INFINITY; }, "wrong-element", "-inf is no element of x");
}

TEST_CASE("gamma and beta: missing, swapped, by the row; the divisor of the variance; the mean") {
  const Problem problem = layer_norm();
  const Expected want = problem.right();
  const auto g = [&](int64_t c) { return problem.inputs.at("gamma").at(c); };
  const auto b = [&](int64_t c) { return problem.inputs.at("beta").at(c); };
  const auto z = [&](int64_t i) { return (want.value[static_cast<size_t>(i)] - b(i % 96)) / g(i % 96); };
  check(
      problem, [&](int64_t i) { return z(i) + b(i % 96); }, "gamma-beta", "gamma is missing");
  check(
      problem, [&](int64_t i) { return z(i) * g(i % 96); }, "gamma-beta", "beta is missing");
  check(
      problem, [&](int64_t i) { return z(i) * b(i % 96) + g(i % 96); }, "gamma-beta", "changed places");
  check(
      problem, [&](int64_t i) { return z(i) * g(i / 96) + b(i / 96); }, "gamma-beta",
      "gamma and beta are chosen by the row");
  const double c = std::sqrt(95 / 96.0);
  check(
      problem, [&](int64_t i) { return c * z(i) * g(i % 96) + b(i % 96); }, "scaled", "(sqrt((n - 1) / n) for n = 96)");
  const auto row = [](int64_t i) { return static_cast<double>(i / 96 % 7); };
  check(
      problem, [&](int64_t i) { return (1.3 + 0.1 * row(i)) * z(i) * g(i % 96) + b(i % 96); }, "scaled-rows",
      "its deviation is not");
  check(
      problem, [&](int64_t i) { return (z(i) + 0.2 + 0.1 * row(i)) * g(i % 96) + b(i % 96); }, "shifted-rows",
      "its mean is wrong");
  check(
      problem, [&](int64_t i) { return (0.9 * z(i) + 0.2 + 0.1 * row(i)) * g(i % 96) + b(i % 96); }, "scaled-rows",
      "its mean and its deviation are both wrong");
  check(
      problem, [&](int64_t i) { return (z(i) + 0.1 * static_cast<double>(i / 32 % 5)) * g(i % 96) + b(i % 96); },
      "scaled-warps", "one warp alone");
}

TEST_CASE("A bias missing, by the row, after the ReLU, several times; an operand read as its transpose") {
  const Problem problem = linear();
  const auto& [a, b, bias] = std::tie(problem.inputs.at("a"), problem.inputs.at("b"), problem.inputs.at("bias"));
  const auto dot = [&](int64_t i, bool turned = false) {
    double sum = 0;
    for (int64_t t = 0; t < 37; ++t) sum += a.at(i / 40 * 37 + t) * b.at(turned ? i % 40 * 37 + t : t * 40 + i % 40);
    return sum;
  };
  const auto relu = [](double v) { return std::max(0.0, v); };
  check(
      problem, [&](int64_t i) { return relu(dot(i)); }, "bias", "the bias is missing");
  check(
      problem, [&](int64_t i) { return relu(dot(i) + bias.at(i / 40)); }, "bias", "chosen by the row");
  check(
      problem, [&](int64_t i) { return relu(dot(i)) + bias.at(i % 40); }, "bias", "after the ReLU");
  check(
      problem, [&](int64_t i) { return relu(dot(i) + 3 * bias.at(i % 40)); }, "bias", "added 3 times");
  check(
      problem, [&](int64_t i) { return relu(dot(i, true) + bias.at(i % 40)); }, "operand-transposed", "b is read");
}

TEST_CASE("A softmax along the wrong axis, of one warp, with other exponents, and a row's sum in its place") {
  const Problem problem = softmax();
  const Array& x = problem.inputs.at("x");
  const auto share = [&](int64_t begin, int64_t step, int64_t count, int64_t i, double scale) {
    double sum = 0;
    for (int64_t k = 0; k < count; ++k) sum += std::exp(scale * x.at(begin + k * step));
    return std::exp(scale * x.at(i)) / sum;
  };
  check(
      problem, [&](int64_t i) { return share(i % 256, 256, 6, i, 1); }, "wrong-axis", "Each column adds up to 1");
  check(
      problem, [&](int64_t i) { return share(i / 32 * 32, 1, 32, i, 1); }, "scaled-warps", "one warp alone");
  check(
      problem, [&](int64_t i) { return share(i / 256 * 256, 1, 256, i, 16); }, "scaled-exponents",
      "(sqrt(n) for n = 256)");
  check(
      problem, [&](int64_t i) { return share(i / 256 * 256, 1, 256, i, std::log(2.0)); }, "scaled-exponents", "exp2f");
  check(
      problem, [&](int64_t i) { return 5.0 + static_cast<double>(i / 256); }, "constant-rows", "one value of its own");
}

TEST_CASE("The mask of a dropout: another, inverted, one place off, repeating") {
  const Problem problem = dropout();
  const Expected want = problem.right();
  const Array& x = problem.inputs.at("x");
  const auto kept = [&](int64_t i) { return want.value[static_cast<size_t>(i)] != 0; };
  const auto masked = [&](const std::function<bool(int64_t)>& keep) {
    return [&, keep](int64_t i) { return keep(i) ? x.at(i) / 0.6 : 0; };
  };
  check(problem, masked([&](int64_t i) { return !kept(i); }), "other-mask", "the wrong way round");
  check(problem, masked([](int64_t) { return true; }), "other-mask", "Nothing was dropped");
  check(problem, masked([&](int64_t i) { return kept(std::min<int64_t>(i + 1, 3999)); }), "other-mask",
        "the element after it");
  check(problem, masked([&](int64_t i) { return kept(i % 256); }), "repeating-mask", "in each 256");
  std::mt19937 other(5);
  std::vector<char> mask(4000);
  for (char& m : mask) m = other() % 10 < 6 ? 1 : 0;
  check(problem, masked([&](int64_t i) { return mask[static_cast<size_t>(i)] != 0; }), "other-mask",
        "It is another mask");
}

TEST_CASE("All blocks at one place is told from a grid that is too small") {
  Array got(Type::f32, {1000}), poison(Type::f32, {1000});
  std::fill(poison.bytes.begin(), poison.bytes.end(), std::byte{0xff});
  got.bytes = poison.bytes;
  const Problem problem = scaling();
  const Expected want = problem.right();
  for (int64_t i = 0; i < 256; ++i) got.set(i, want.value[static_cast<size_t>(i)]);
  const auto pattern = [&](uint64_t blocks) {
    return compare("y", got, want, kTolerance, 1, {&problem.inputs, &poison, 256, blocks, &problem.values})->pattern;
  };
  CHECK(pattern(4) == "same-place");
  CHECK(pattern(1) == "partly-unwritten");
  CHECK(pattern(3) == "partly-unwritten");
}

TEST_CASE("Weak evidence weighs less: few values, special data") {
  const Problem problem = scaling();
  const Expected want = problem.right();
  const auto strong = judge(problem, want, [&](int64_t i) { return -want.value[static_cast<size_t>(i)]; });
  REQUIRE(strong);
  CHECK(strong->weight == 3);
  CHECK(strong->plainness == 2);
  const auto weak =
      judge(problem, want, [&](int64_t i) { return (i < 3 ? -1 : 1) * want.value[static_cast<size_t>(i)]; });
  REQUIRE(weak);
  CHECK(weak->weight < strong->weight);
}
