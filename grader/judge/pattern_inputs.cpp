// Wrong results that the case's inputs explain: copies of an input, sums over a part of the terms, wrong indices.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

using reference::Array;

/// Terms t[0..L) whose sum one element of the output should be.
using Terms = std::vector<double>;

const Array* input(const Evidence& e, std::string_view name) {
  const auto found = e.context.inputs->find(name);
  return found == e.context.inputs->end() ? nullptr : &found->second;
}

/// The products behind element i of C = A B (or y = A x, as one column), for inputs of the shapes that fit the output.
std::optional<Terms> products(const Evidence& e, int64_t i) {
  const Array* a = input(e, "a");
  const Array* b = input(e, "b");
  if (b == nullptr) b = input(e, "x");
  if (a == nullptr || b == nullptr || a->shape.size() < 2) return std::nullopt;
  const int64_t k = a->shape.back();
  const bool vector = b->shape.size() == 1;
  const int64_t n = vector ? 1 : b->shape.back();
  const int64_t m = a->shape[a->shape.size() - 2];
  if (k < 2 || e.got.shape.empty() || (vector ? k : b->shape[b->shape.size() - 2]) != k) return std::nullopt;
  const int64_t batch = i / (m * n), row = i / n % m, column = i % n;
  if (a->count() % (m * k) != 0 || batch >= a->count() / (m * k) || (batch + 1) * k * n > b->count())
    return std::nullopt;
  Terms terms(static_cast<size_t>(k));
  for (int64_t t = 0; t < k; ++t) {
    terms[static_cast<size_t>(t)] = a->at((batch * m + row) * k + t) * b->at((batch * k + t) * n + column);
  }
  return terms;
}

/// A part of L terms, and how it reads: one candidate is tried on every wrong element.
struct Part {
  int64_t begin, end, step;
  std::string text;
};

double sum_of(const Terms& terms, const Part& part) {
  double sum = 0;
  const int64_t end = std::min<int64_t>(part.end, static_cast<int64_t>(terms.size()));
  for (int64_t t = part.begin; t < end; t += part.step) sum += terms[static_cast<size_t>(t)];
  return sum;
}

/// The first part of `terms` whose sum is within `slack` of got. Prefixes first: a missing tail is the usual mistake.
std::optional<Part> find_part(const Terms& terms, double got, double slack, int64_t unit) {
  const auto n = static_cast<int64_t>(terms.size());
  const auto fits = [&](double sum) { return std::fabs(sum - got) <= slack; };
  std::vector<double> prefix(terms.size() + 1, 0.0);
  for (size_t t = 0; t < terms.size(); ++t) prefix[t + 1] = prefix[t] + terms[t];
  for (int64_t end = (n - 1) / unit * unit; end > 0; end -= unit) {
    if (fits(prefix[static_cast<size_t>(end)])) return Part{0, end, 1, fmt::format("the first {} of {} terms", end, n)};
  }
  if (n > 2 && fits(prefix[static_cast<size_t>(n - 1)])) return Part{0, n - 1, 1, "all terms but the last"};
  if (n > 2 && fits(prefix.back() - prefix[1])) return Part{1, n, 1, "all terms but the first"};
  if (n > 2 && fits(terms[0])) return Part{0, 1, 1, "the first term alone"};
  if (n > 2 && fits(terms.back())) return Part{n - 1, n, 1, "the last term alone"};
  for (int64_t block = unit; block <= 1024 && block < n; block *= 2) {
    for (int64_t begin = block; begin < n; begin += block) {
      const int64_t end = std::min(n, begin + block);
      if (fits(prefix[static_cast<size_t>(end)] - prefix[static_cast<size_t>(begin)])) {
        return Part{begin, end, 1, fmt::format("the terms {} to {} alone, one block of {}", begin, end - 1, block)};
      }
    }
  }
  for (int64_t step = 2; step <= 1024 && step < n; step *= 2) {
    const Part part{
        0, n, step,
        step == 2 ? "every second term, from the first" : fmt::format("every {}th term, from the first", step)};
    if (fits(sum_of(terms, part))) return part;
  }
  return std::nullopt;
}

Pattern partial_sum(const std::string& what, const std::string& part) {
  return {"partial-sum",
          fmt::format("{} the sum over {}. Who adds the others, and does their part reach the result?", what, part)};
}

}  // namespace

std::optional<Pattern> find_input_copy(const Evidence& e) {
  if (e.context.inputs == nullptr || e.total() < 2 || 2 * e.wrong_count() < e.total()) return std::nullopt;
  for (const auto& [name, array] : *e.context.inputs) {
    if (array.count() != e.total()) continue;
    bool same = true;
    for (int64_t i = 0; same && i < e.total(); ++i) same = array.at(i) == e.got_at(i);
    if (same) {
      return Pattern{"equals-input",
                     fmt::format("The output is a copy of {0}: {0} reaches the store as it was loaded.", name)};
    }
  }
  return std::nullopt;
}

std::optional<Pattern> find_partial_sum(const Evidence& e) {
  if (e.context.inputs == nullptr) return std::nullopt;
  const int64_t first = e.wrong_at.front();
  const double slack = e.bound[static_cast<size_t>(first)];
  if (e.total() == 1 && e.context.inputs->size() == 1) {
    const Array& x = e.context.inputs->begin()->second;
    if (x.count() < 2) return std::nullopt;
    Terms terms(static_cast<size_t>(x.count()));
    for (size_t t = 0; t < terms.size(); ++t) terms[t] = x.at(static_cast<int64_t>(t));
    // Among thousands of parts some sum is near by chance where the bound is wide.
    if (!(std::fabs(e.got_at(first) - e.want_at(first)) > 4 * slack)) return std::nullopt;
    const auto part = find_part(terms, e.got_at(first), slack, 32);
    return part ? std::optional(partial_sum("The result is", part->text)) : std::nullopt;
  }
  const auto terms = products(e, first);
  if (!terms || e.wrong_count() < 2) return std::nullopt;
  const auto part = find_part(*terms, e.got_at(first), slack, 4);
  if (!part) return std::nullopt;
  const bool everywhere = holds_for_wrong(e, 2, [&](int64_t i) -> std::optional<bool> {
    const auto own = products(e, i);
    if (!own) return std::nullopt;
    return std::fabs(sum_of(*own, *part) - e.got_at(i)) <= e.bound[static_cast<size_t>(i)];
  });
  if (!everywhere) return std::nullopt;
  return partial_sum(fmt::format("Each wrong result{} is", at_place(e, e.wrong)), part->text);
}

std::optional<Pattern> find_wrong_index(const Evidence& e) {
  using reference::Type;
  const Type type = e.got.type;
  if (e.context.inputs == nullptr || e.context.inputs->size() != 1 || type == Type::u8 || type == Type::f32 ||
      type == Type::f64 || type == Type::f16) {
    return std::nullopt;
  }
  const Array& x = e.context.inputs->begin()->second;
  const int64_t i = e.wrong_at.front();
  const auto got = static_cast<int64_t>(e.got_at(i)), want = static_cast<int64_t>(e.want_at(i));
  if (want < 0 || want >= x.count()) return std::nullopt;
  if (got < 0 || got >= x.count()) {
    return Pattern{"wrong-index",
                   fmt::format("Index {} lies outside the input's {} elements: is it a starting value that "
                               "nothing replaced, or a masked element's?",
                               got, x.count())};
  }
  if (x.at(got) == x.at(want)) {
    return Pattern{"tie-order",
                   fmt::format("x[{}] and x[{}] are equal, and the lowest index is asked for: at each place where "
                               "two candidates meet, what decides when their values are the same?",
                               got, want)};
  }
  for (const int64_t block : {32, 64, 128, 256, 512, 1024}) {
    if (want >= block && got == want % block) {
      return Pattern{"wrong-index",
                     fmt::format("Index {} is right inside its block of {}, but is meant to count from the "
                                 "start of the input.",
                                 got, block)};
    }
  }
  return Pattern{"wrong-index",
                 fmt::format("x[{}] = {} is not the value asked for, x[{}] = {}: value and index came apart. "
                             "Are they always replaced together?",
                             got, x.at(got), want, x.at(want))};
}

}  // namespace tritutor
