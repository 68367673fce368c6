// The tolerances of curriculum.json held against plain f32 implementations, in the two orders of adding that a kernel
// may use (one running sum; a tree), which must keep a quarter of the bound, and against answers that are wrong.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "grader/judge/compare.h"
#include "reference/inputs.h"

using namespace tritutor;
using reference::Array;
using reference::Arrays;
using reference::Type;
using reference::Values;

namespace {

enum class Order { running, tree };

/// Sum of term(0..n) in f32: one after the other, or halved again and again as a block's reduction does.
float sum_f32(int64_t n, Order order, const std::function<float(int64_t)>& term, int64_t begin = 0) {
  if (order == Order::running || n <= 1) {
    float sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += term(begin + i);
    return sum;
  }
  return sum_f32(n / 2, order, term, begin) + sum_f32(n - n / 2, order, term, begin + n / 2);
}

using Floats = std::vector<float>;
using Kernel = std::function<Floats(const std::map<std::string, Floats>&, const Values&, Order)>;

struct Subject {
  std::string slug;
  Tolerance tolerance;
  std::vector<int64_t> output_shape;
  Values values;
  std::map<std::string, std::pair<std::string, std::vector<int64_t>>> inputs;  ///< kind and shape
  Kernel kernel;
};

constexpr auto kNone = Tolerance::Growth::none;
constexpr auto kLog2 = Tolerance::Growth::log2;
constexpr auto kSqrt = Tolerance::Growth::sqrt;

Arrays make_inputs(const Subject& s, uint64_t seed) {
  Arrays inputs;
  for (const auto& [name, input] : s.inputs) {
    inputs[name] = reference::make_input(input.first, Type::f32, input.second, seed++, s.values);
  }
  return inputs;
}

std::map<std::string, Floats> floats_of(const Arrays& inputs) {
  std::map<std::string, Floats> out;
  for (const auto& [name, array] : inputs) out[name] = Floats(array.as<float>().begin(), array.as<float>().end());
  return out;
}

Array array_of(const Floats& values, const std::vector<int64_t>& shape) {
  Array out(Type::f32, shape);
  REQUIRE(out.count() == static_cast<int64_t>(values.size()));
  std::memcpy(out.bytes.data(), values.data(), out.bytes.size());
  return out;
}

double length_of(const Subject& s) { return s.tolerance.length.empty() ? 1 : s.values.at(s.tolerance.length); }

/// The largest error as a fraction of the bound.
double worst_of(const Subject& s, const Floats& got, const reference::Expected& want) {
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double bound = bound_of(Type::f32, s.tolerance, length_of(s), want.magnitude[i]);
    worst = std::max(worst, std::fabs(static_cast<double>(got[i]) - want.value[i]) / bound);
  }
  return worst;
}

size_t size(const Values& v, const char* name) { return static_cast<size_t>(v.at(name)); }

Subject sum_subject(const std::string& kind, int64_t n) {
  return {"sum_reduction",
          {2, kSqrt, "n"},
          {1},
          {{"n", n}},
          {{"x", {kind, {n}}}},
          [](const auto& in, const Values& v, Order order) {
            const Floats& x = in.at("x");
            return Floats{sum_f32(static_cast<int64_t>(size(v, "n")), order, [&](int64_t i) { return x[i]; })};
          }};
}

Subject row_subject(const std::string& slug, const std::string& kind, int64_t m, int64_t n) {
  const bool softmax = slug == "softmax";
  return {slug,
          {2, kSqrt, "n"},
          {m, n},
          {{"m", m}, {"n", n}},
          {{"x", {kind, {m, n}}}},
          [softmax](const auto& in, const Values& v, Order order) {
            const size_t columns = size(v, "n");
            Floats out = in.at("x");
            for (size_t i = 0; i < size(v, "m"); ++i) {
              float* row = out.data() + i * columns;
              const float largest = *std::max_element(row, row + columns);
              for (size_t j = 0; softmax && j < columns; ++j) row[j] = std::exp(row[j] - largest);
              const float total = sum_f32(static_cast<int64_t>(columns), order, [&](int64_t j) { return row[j]; });
              for (size_t j = 0; j < columns; ++j) row[j] /= total;
            }
            return out;
          }};
}

Subject matmul_subject(const std::string& slug, const std::string& kind, int64_t m, int64_t n, int64_t k) {
  const bool bias = slug == "fused_matmul_bias_relu", vector = slug == "matrix_vector",
             batched = slug == "batched_matmul";
  Subject s{slug,
            {3, kSqrt, "k"},
            {m, n},
            {{"m", m}, {"n", n}, {"k", k}},
            {{"a", {kind, {m, k}}}, {"b", {kind, {k, n}}}},
            [=](const auto& in, const Values& v, Order order) {
              const size_t rows = size(v, "m"), columns = vector ? 1 : size(v, "n"), depth = size(v, "k");
              const size_t batch = batched ? size(v, "batch") : 1;
              const Floats &a = in.at("a"), &b = in.at(vector ? "x" : "b");
              Floats out(batch * rows * columns);
              for (size_t at = 0; at < out.size(); ++at) {
                const size_t p = at / (rows * columns), i = at / columns % rows, j = at % columns;
                out[at] = sum_f32(static_cast<int64_t>(depth), order, [&](int64_t t) {
                  return a[(p * rows + i) * depth + t] * b[(p * depth + static_cast<size_t>(t)) * columns + j];
                });
                if (bias) out[at] = std::max(0.0f, out[at] + in.at("bias")[j]);
              }
              return out;
            }};
  if (bias) s.inputs["bias"] = {kind, {n}};
  if (vector) s.inputs = {{"a", {kind, {m, k}}}, {"x", {kind, {k}}}}, s.output_shape = {m};
  if (batched) {
    s.values["batch"] = 3, s.output_shape = {3, m, n};
    s.inputs = {{"a", {kind, {3, m, k}}}, {"b", {kind, {3, k, n}}}};
  }
  return s;
}

Subject layernorm_subject(const std::string& kind, int64_t m, int64_t n) {
  return {"layer_normalization",
          {2, kSqrt, "n"},
          {m, n},
          {{"m", m}, {"n", n}},
          {{"x", {kind, {m, n}}}, {"gamma", {"positive", {n}}}, {"beta", {"uniform", {n}}}},
          [](const auto& in, const Values& v, Order order) {
            const size_t columns = size(v, "n");
            const auto n_ = static_cast<int64_t>(columns);
            Floats out = in.at("x");
            for (size_t i = 0; i < size(v, "m"); ++i) {
              float* row = out.data() + i * columns;
              const float mean = sum_f32(n_, order, [&](int64_t j) { return row[j]; }) / static_cast<float>(columns);
              const auto square = [&](int64_t j) { return (row[j] - mean) * (row[j] - mean); };
              const float variance = sum_f32(n_, order, square) / static_cast<float>(columns);
              const float scale = 1.0f / std::sqrt(variance + 1e-5f);
              for (size_t j = 0; j < columns; ++j)
                row[j] = (row[j] - mean) * scale * in.at("gamma")[j] + in.at("beta")[j];
            }
            return out;
          }};
}

Subject attention_subject(const std::string& kind, int64_t nq, int64_t nk, int64_t d) {
  return {"attention_scores",
          {4, kLog2, "d"},
          {nq, nk},
          {{"nq", nq}, {"nk", nk}, {"d", d}},
          {{"q", {kind, {nq, d}}}, {"k", {kind, {nk, d}}}},
          [](const auto& in, const Values& v, Order order) {
            const size_t keys = size(v, "nk"), depth = size(v, "d");
            Floats out(size(v, "nq") * keys);
            for (size_t i = 0; i < size(v, "nq"); ++i) {
              float* row = out.data() + i * keys;
              for (size_t j = 0; j < keys; ++j) {
                const float* q = in.at("q").data() + i * depth;
                const float* k = in.at("k").data() + j * depth;
                row[j] = sum_f32(static_cast<int64_t>(depth), order, [&](int64_t e) { return q[e] * k[e]; }) /
                         std::sqrt(static_cast<float>(depth));
              }
              const float largest = *std::max_element(row, row + keys);
              for (size_t j = 0; j < keys; ++j) row[j] = std::exp(row[j] - largest);
              const float total = sum_f32(static_cast<int64_t>(keys), order, [&](int64_t j) { return row[j]; });
              for (size_t j = 0; j < keys; ++j) row[j] /= total;
            }
            return out;
          }};
}

std::vector<Subject> subjects() {
  std::vector<Subject> all;
  for (const char* kind : {"uniform", "positive", "normal", "ones", "negative"}) {
    for (const int64_t n : {1, 1000, 10007, 1 << 18}) all.push_back(sum_subject(kind, n));
  }
  all.push_back(sum_subject("huge_cancel", 10007));
  for (const char* kind : {"uniform", "normal", "rows_plus_1e4", "rows_minus_1e4", "rows_mixed_1e4", "rows_minus_50"}) {
    all.push_back(row_subject("softmax", kind, 5, 1));
    all.push_back(row_subject("softmax", kind, 7, 1000));
    all.push_back(row_subject("softmax", kind, 2, 32768));
  }
  for (const char* kind : {"positive", "rows_1e-20", "rows_1e20", "rows_scales", "negative"}) {
    all.push_back(row_subject("row_normalization", kind, 5, 1));
    all.push_back(row_subject("row_normalization", kind, 9, 1000));
    all.push_back(row_subject("row_normalization", kind, 2, 16384));
  }
  for (const char* slug : {"tiled_matmul", "fused_matmul_bias_relu", "batched_matmul", "matrix_vector"}) {
    for (const char* kind : {"uniform", "positive", "normal"}) {
      all.push_back(matmul_subject(slug, kind, 1, 1, 1));
      all.push_back(matmul_subject(slug, kind, 33, 47, 65));
      all.push_back(matmul_subject(slug, kind, 40, 24, 1000));
      all.push_back(matmul_subject(slug, kind, 9, 8, 4096));
    }
  }
  for (const char* kind : {"uniform", "normal", "mean_1e4", "constant_rows", "positive"}) {
    all.push_back(layernorm_subject(kind, 6, 64));
    all.push_back(layernorm_subject(kind, 6, 1000));
    all.push_back(layernorm_subject(kind, 3, 8192));
  }
  for (const char* kind : {"uniform", "normal", "large_logits"}) {
    all.push_back(attention_subject(kind, 17, 33, 80));
    all.push_back(attention_subject(kind, 9, 1000, 64));
    all.push_back(attention_subject(kind, 9, 64, 256));
  }
  return all;
}

std::string title(const Subject& s) {
  std::string text = s.slug;
  for (const auto& [name, input] : s.inputs) text += " " + name + "=" + input.first;
  for (const auto& [name, value] : s.values) text += fmt::format(" {}={}", name, value);
  return text;
}

}  // namespace

TEST_CASE("A plain f32 implementation keeps three quarters of the bound in reserve, whatever the order of adding") {
  for (const Subject& subject : subjects()) {
    CAPTURE(title(subject));
    const Arrays inputs = make_inputs(subject, 100);
    const auto want = reference::find(subject.slug)(inputs, subject.values).front();
    for (const Order order : {Order::running, Order::tree}) {
      const Floats got = subject.kernel(floats_of(inputs), subject.values, order);
      CHECK(worst_of(subject, got, want) < 0.25);
      CHECK_FALSE(compare("out", array_of(got, subject.output_shape), want, subject.tolerance, length_of(subject)));
    }
  }
}

TEST_CASE("Zeros, a constant and half of the work are refused with four times the recommended tolerance") {
  for (const Subject& subject : subjects()) {
    CAPTURE(title(subject));
    Tolerance wide = subject.tolerance;
    wide.ulps *= 4;
    const Arrays inputs = make_inputs(subject, 200);
    const auto want = reference::find(subject.slug)(inputs, subject.values).front();
    const auto refused = [&](const Floats& got) {
      return compare("out", array_of(got, subject.output_shape), want, wide, length_of(subject)).has_value();
    };
    const size_t n = want.value.size();
    const bool nothing_to_do = std::all_of(want.value.begin(), want.value.end(), [](double v) { return v == 0; });
    if (nothing_to_do) continue;  // ReLU of one negative element
    CHECK(refused(Floats(n, 0.0f)));
    Floats half(want.value.begin(), want.value.end());
    if (n >= 4) {
      double mean = 0;
      for (const double v : want.value) mean += v / static_cast<double>(n);
      // A softmax of nearly equal logits over one column is 1, and so is a constant.
      if (subject.values.count("n") == 0 || subject.values.at("n") > 1)
        CHECK(refused(Floats(n, static_cast<float>(mean))));
      std::fill(half.begin() + static_cast<std::ptrdiff_t>(n / 2), half.end(), 0.0f);
      CHECK(refused(half));
    } else if (subject.slug == "sum_reduction" && subject.values.at("n") > 1) {
      Subject first_half = subject;
      first_half.values["n"] = std::floor(subject.values.at("n") / 2);
      CHECK(refused(subject.kernel(floats_of(inputs), first_half.values, Order::tree)));
    }
  }
}

TEST_CASE("A sum without its tail is refused") {
  for (const char* kind : {"positive", "negative", "uniform"}) {
    CAPTURE(kind);
    const Subject s = sum_subject(kind, 10007);
    const Arrays inputs = make_inputs(s, 3);
    const auto want = reference::find(s.slug)(inputs, s.values).front();
    const Floats got = s.kernel(floats_of(inputs), {{"n", 9984}}, Order::tree);  // 39 blocks of 256
    const CompareContext context{&inputs, nullptr, 256};
    const auto mismatch = compare("result", array_of(got, {1}), want, s.tolerance, 10007, context);
    REQUIRE(mismatch);
    CHECK(mismatch->pattern == "partial-sum");
  }
}

TEST_CASE("Layer normalization by E(x^2) - E(x)^2 in f32 is refused at mean 1e4") {
  const int64_t m = 6, n = 1000;
  const Subject s = layernorm_subject("mean_1e4", m, n);
  for (const uint64_t seed : {1, 20, 300}) {
    const Arrays inputs = make_inputs(s, seed);
    const auto want = reference::find(s.slug)(inputs, s.values).front();
    const auto in = floats_of(inputs);
    Floats got = in.at("x");
    for (int64_t i = 0; i < m; ++i) {
      float* row = got.data() + i * n;
      const float mean = sum_f32(n, Order::tree, [&](int64_t j) { return row[j]; }) / static_cast<float>(n);
      const float mean_square =
          sum_f32(n, Order::tree, [&](int64_t j) { return row[j] * row[j]; }) / static_cast<float>(n);
      const float variance = std::max(0.0f, mean_square - mean * mean);
      for (int64_t j = 0; j < n; ++j) {
        const auto at = static_cast<size_t>(j);
        row[j] = (row[j] - mean) / std::sqrt(variance + 1e-5f) * in.at("gamma")[at] + in.at("beta")[at];
      }
    }
    CHECK(compare("y", array_of(got, {m, n}), want, s.tolerance, n));
  }
}

TEST_CASE("Layer normalization with masked lanes counted into the variance is refused") {
  const Subject s = layernorm_subject("normal", 6, 1000);
  const Arrays inputs = make_inputs(s, 4);
  const auto want = reference::find(s.slug)(inputs, s.values).front();
  const auto beta = inputs.at("beta").as<float>();
  Floats got(want.value.size());
  // 24 lanes of a block of 1024 hold 0 - mean; with a mean of 0.03 they add nothing, but the divisor is 1024.
  for (size_t i = 0; i < got.size(); ++i) {
    const double b = static_cast<double>(beta[i % 1000]);
    got[i] = static_cast<float>((want.value[i] - b) * std::sqrt(1024.0 / 1000.0) + b);
  }
  CHECK(compare("y", array_of(got, s.output_shape), want, s.tolerance, 1000));
}

TEST_CASE("tf32 and f16 products are refused in a matmul, and named") {
  const auto rounded_to_tf32 = [](float v) {
    uint32_t bits;
    std::memcpy(&bits, &v, 4);
    bits = (bits + 0x0fff + ((bits >> 13) & 1)) & ~0x1fffu;
    std::memcpy(&v, &bits, 4);
    return v;
  };
  for (const char* kind : {"uniform", "positive", "normal"}) {
    for (const int64_t k : {16, 64, 1000, 2048}) {
      CAPTURE(kind);
      CAPTURE(k);
      const Subject s = matmul_subject("tiled_matmul", kind, 32, 48, k);
      const Arrays inputs = make_inputs(s, 5);
      const auto want = reference::find(s.slug)(inputs, s.values).front();
      auto in = floats_of(inputs);
      for (auto& [name, values] : in) std::transform(values.begin(), values.end(), values.begin(), rounded_to_tf32);
      const auto got = array_of(s.kernel(in, s.values, Order::running), s.output_shape);
      const auto mismatch = compare("c", got, want, s.tolerance, static_cast<double>(k));
      REQUIRE(mismatch);
      CHECK(mismatch->pattern == "tf32");
    }
  }
}
