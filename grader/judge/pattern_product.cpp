// A product of matrices, with or without a bias and a ReLU behind it, with one thing about it wrong.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

using reference::Array;

struct Product {
  const Array *a = nullptr, *b = nullptr, *bias = nullptr;
  int64_t m = 0, n = 0, k = 0, batch = 1;

  /// Element (row, column) of product p, each operand read in its own order or as if it were transposed.
  double dot(int64_t p, int64_t row, int64_t column, bool a_turned = false, bool b_turned = false) const {
    double sum = 0;
    for (int64_t t = 0; t < k; ++t) {
      const int64_t at = p * m * k + (a_turned ? t * m + row : row * k + t);
      const int64_t bt = p * k * n + (b_turned ? column * k + t : t * n + column);
      sum += a->at(at) * b->at(bt);
    }
    return sum;
  }
};

const Array* input(const Evidence& e, std::string_view name) {
  const auto found = e.context.inputs->find(name);
  return found == e.context.inputs->end() ? nullptr : &found->second;
}

std::optional<Product> product_of(const Evidence& e) {
  if (e.context.inputs == nullptr || e.wrong_count() < 4) return std::nullopt;
  Product product;
  product.a = input(e, "a");
  product.b = input(e, "b");
  product.bias = input(e, "bias");
  const bool vector = product.b == nullptr;
  if (vector) product.b = input(e, "x");
  if (product.a == nullptr || product.b == nullptr || product.a->shape.size() < 2) return std::nullopt;
  const std::vector<int64_t>& shape = product.a->shape;
  product.k = shape.back();
  product.m = shape[shape.size() - 2];
  product.n = vector ? 1 : product.b->shape.back();
  const int64_t size = product.m * product.n;
  if (product.k < 2 || size == 0 || e.total() % size != 0) return std::nullopt;
  product.batch = e.total() / size;
  if (product.a->count() != product.batch * product.m * product.k ||
      product.b->count() != product.batch * product.k * product.n)
    return std::nullopt;
  if (product.bias != nullptr && product.bias->count() != product.n) return std::nullopt;
  return product;
}

struct Mistake {
  std::string id, text;
  std::function<double(int64_t p, int64_t row, int64_t column)> value;
};

double relu(double value) { return std::max(0.0, value); }

std::vector<Mistake> mistakes_of(const Product& by) {
  const bool fused = by.bias != nullptr;
  const auto bias = [&by](int64_t c) { return by.bias->at(c % by.n); };
  const auto finish = [&by, fused, bias](double sum, int64_t c) { return fused ? relu(sum + bias(c)) : sum; };
  std::vector<Mistake> all = {
      {"operand-transposed", "a is read as if it were transposed: its element (row, l) lies at row * k + l.",
       [&by, finish](int64_t p, int64_t r, int64_t c) { return finish(by.dot(p, r, c, true), c); }}};
  if (by.n > 1) {
    all.push_back({"operand-transposed",
                   "b is read as if it were transposed: its element (l, column) lies at l * n + column.",
                   [&by, finish](int64_t p, int64_t r, int64_t c) { return finish(by.dot(p, r, c, false, true), c); }});
  }
  if (!fused) return all;
  all.push_back(
      {"bias", "the bias is missing.", [&by](int64_t p, int64_t r, int64_t c) { return relu(by.dot(p, r, c)); }});
  all.push_back({"bias", "the bias is chosen by the row: it has one element for each column.",
                 [&by, bias](int64_t p, int64_t r, int64_t c) { return relu(by.dot(p, r, c) + bias(r)); }});
  all.push_back({"bias", "every column takes bias[0].",
                 [&by, bias](int64_t p, int64_t r, int64_t c) { return relu(by.dot(p, r, c) + bias(0)); }});
  all.push_back({"bias", "the bias is added after the ReLU: it belongs into the sum that the ReLU acts on.",
                 [&by, bias](int64_t p, int64_t r, int64_t c) { return relu(by.dot(p, r, c)) + bias(c); }});
  for (int64_t times = 2; times <= 32; ++times) {
    all.push_back({"bias", fmt::format("the bias is added {} times.", times),
                   [&by, bias, times](int64_t p, int64_t r, int64_t c) {
                     return relu(by.dot(p, r, c) + static_cast<double>(times) * bias(c));
                   }});
  }
  return all;
}

/// With a bias and a ReLU behind it: the sum stops before the last terms.
std::optional<Pattern> find_fused_part(const Evidence& e, const Product& by) {
  if (by.bias == nullptr) return std::nullopt;
  const auto sum_to = [&](int64_t i, int64_t end) {
    const int64_t row = i / by.n, column = i % by.n;
    double sum = 0;
    for (int64_t t = 0; t < end; ++t) sum += by.a->at(row * by.k + t) * by.b->at(t * by.n + column);
    return relu(sum + by.bias->at(column));
  };
  const auto first = std::find_if(e.wrong_at.begin(), e.wrong_at.end(), [&](int64_t i) { return e.got_at(i) > 0; });
  if (first == e.wrong_at.end()) return std::nullopt;
  const auto near = [&](int64_t i, int64_t end) {
    return std::fabs(sum_to(i, end) - e.got_at(i)) <= 2 * e.bound[static_cast<size_t>(i)];
  };
  for (int64_t end = by.k - 1; end >= 0; --end) {
    if (!near(*first, end)) continue;
    if (!holds_for_wrong(e, 8, [&](int64_t i) -> std::optional<bool> { return near(i, end); })) continue;
    return Pattern{"partial-sum",
                   fmt::format("Each wrong result{} comes from the sum over the first {} of {} terms. Who "
                               "adds the others, and does their part reach the result?",
                               at_place(e, e.wrong), end, by.k)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Pattern> find_product(const Evidence& e) {
  const std::optional<Product> by = product_of(e);
  if (!by) return std::nullopt;
  const int64_t size = by->m * by->n;
  for (const Mistake& mistake : mistakes_of(*by)) {
    int64_t telling = 0;  // a zero that a ReLU made says little
    const bool fits = holds_for_wrong(e, 4, [&](int64_t i) -> std::optional<bool> {
      const double value = mistake.value(i / size, i % size / by->n, i % by->n);
      const bool same = std::fabs(e.got_at(i) - value) <= 4 * e.bound[static_cast<size_t>(i)] + 1e-5 * std::fabs(value);
      telling += same && value != 0 ? 1 : 0;
      return same;
    });
    if (fits && telling >= 8)
      return Pattern{mistake.id, fmt::format("The results are what comes out where {}", mistake.text)};
  }
  return find_fused_part(e, *by);
}

}  // namespace tritutor
