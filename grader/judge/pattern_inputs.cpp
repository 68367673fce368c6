// Wrong results that the case's inputs explain: copies of an input, sums over a part of the terms, wrong indices.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

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
  int64_t period = 1, within = 1;  ///< of each period only the first so many
};

double sum_of(const Terms& terms, const Part& part) {
  double sum = 0;
  const int64_t end = std::min<int64_t>(part.end, static_cast<int64_t>(terms.size()));
  for (int64_t t = part.begin; t < end; t += part.step) {
    if (t % part.period < part.within) sum += terms[static_cast<size_t>(t)];
  }
  return sum;
}

/// The first part of `terms` whose sum is within `slack` of got. Prefixes first: a missing tail is the usual mistake.
std::optional<Part> find_part(const Terms& terms, double got, double slack, int64_t unit) {
  const auto n = static_cast<int64_t>(terms.size());
  const auto fits = [&](double sum) { return std::fabs(sum - got) <= slack; };
  std::vector<double> prefix(terms.size() + 1, 0.0);
  double magnitude = 0;
  for (size_t t = 0; t < terms.size(); ++t) {
    prefix[t + 1] = prefix[t] + terms[t];
    magnitude += std::fabs(terms[t]) / static_cast<double>(n);
  }
  // Where the bound is as wide as a few terms, some part is near by chance: then only coarser ones are tried.
  while (unit < n && slack * 64 > magnitude * static_cast<double>(unit)) unit *= 2;
  const bool single_terms_tell = slack * 16 <= magnitude;
  for (int64_t end = (n - 1) / unit * unit; end > 0; end -= unit) {
    if (fits(prefix[static_cast<size_t>(end)])) return Part{0, end, 1, fmt::format("the first {} of {} terms", end, n)};
  }
  if (n > 2 && single_terms_tell && fits(prefix[static_cast<size_t>(n - 1)]))
    return Part{0, n - 1, 1, "all terms but the last"};
  if (n > 2 && single_terms_tell && fits(prefix.back() - prefix[1])) return Part{1, n, 1, "all terms but the first"};
  if (n > 2 && single_terms_tell && fits(terms[0])) return Part{0, 1, 1, "the first term alone"};
  if (n > 2 && single_terms_tell && fits(terms.back())) return Part{n - 1, n, 1, "the last term alone"};
  for (int64_t block = unit; block <= 1024 && block < n; block *= 2) {
    for (int64_t begin = block; begin < n; begin += block) {
      const int64_t end = std::min(n, begin + block);
      if (fits(prefix[static_cast<size_t>(end)] - prefix[static_cast<size_t>(begin)])) {
        return Part{begin, end, 1, fmt::format("the terms {} to {} alone, one block of {}", begin, end - 1, block)};
      }
    }
  }
  for (int64_t step = 2; step <= 1024 && step < n && slack * 16 <= magnitude * static_cast<double>(n / step);
       step *= 2) {
    const Part part{0, n, step,
                    step == 2 ? "every second term, from the first"
                              : fmt::format("every {}{} term, from the first", step, step % 10 == 2 ? "nd" : "th")};
    if (fits(sum_of(terms, part))) return part;
  }
  for (int64_t period = 1024; period >= 8; period /= 2) {
    if (period >= n || slack * 64 > magnitude * static_cast<double>(n)) continue;
    for (int64_t within = period / 2; within >= 4; within /= 2) {
      const Part part{0, n, 1, fmt::format("the first {} of every {} terms", within, period), period, within};
      if (fits(sum_of(terms, part))) return part;
    }
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
  for (const int64_t block : {32, 64, 128, 256, 512, 1024, 2048, 4096}) {
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

/// A single result that should be one of the input's elements, as a maximum is.
std::optional<Pattern> find_wrong_element(const Evidence& e) {
  if (e.context.inputs == nullptr || e.context.inputs->size() != 1 || e.total() != 1 || e.unwritten_count > 0 ||
      e.got.type != reference::Type::f32) {
    return std::nullopt;
  }
  const Array& x = e.context.inputs->begin()->second;
  if (x.count() < 8) return std::nullopt;
  const std::string& name = e.context.inputs->begin()->first;
  int64_t wanted = -1, found = -1;
  for (int64_t i = 0; i < x.count() && (wanted < 0 || found < 0); ++i) {
    if (wanted < 0 && x.at(i) == e.want_at(0)) wanted = i;
    if (found < 0 && x.at(i) == e.got_at(0)) found = i;
  }
  if (wanted < 0 || std::isnan(e.got_at(0))) return std::nullopt;
  const std::string right = wanted == x.count() - 1 ? ", the last one" : "";
  if (found < 0) {
    return Pattern{
        "wrong-element",
        fmt::format("{:.6g} is no element of {}: a starting value, or what a masked thread brings along, has "
                    "won. Right is {}[{}].",
                    e.got_at(0), name, name, wanted)};
  }
  return Pattern{
      "wrong-element",
      fmt::format("The result is {0}[{1}]; right is {0}[{2}]{3} of {4}. Who looks at that one, and where does "
                  "it meet the others?",
                  name, found, wanted, right, x.count())};
}

/// Of two inputs of the output's size one element is right, and the other came.
std::optional<Pattern> find_other_input(const Evidence& e) {
  if (e.context.inputs == nullptr || e.context.inputs->size() != 2 || e.total() < 4) return std::nullopt;
  const auto& [first, x] = *e.context.inputs->begin();
  const auto& [second, y] = *std::next(e.context.inputs->begin());
  if (x.count() != e.total() || y.count() != e.total()) return std::nullopt;
  int64_t from_x = 0, from_y = 0;
  const bool other = holds_for_wrong(e, 4, [&](int64_t i) -> std::optional<bool> {
    const bool is_x = e.got_at(i) == x.at(i) && e.want_at(i) == y.at(i);
    const bool is_y = e.got_at(i) == y.at(i) && e.want_at(i) == x.at(i);
    from_x += is_x ? 1 : 0;
    from_y += is_y ? 1 : 0;
    return is_x || is_y;
  });
  if (!other) return std::nullopt;
  if (from_x > 0 && from_y > 0) {
    return Pattern{"other-input",
                   fmt::format("Each wrong result is the element of {0} where that of {1} is right, or the "
                               "reverse: which of the two should win the comparison?",
                               first, second)};
  }
  return Pattern{"other-input",
                 fmt::format("Each wrong result is the element of {}, where that of {} is right: does {} "
                             "take part at all?",
                             from_x > 0 ? first : second, from_x > 0 ? second : first, from_x > 0 ? second : first)};
}

namespace {

struct Formula {
  std::string text;
  std::function<double(int64_t)> value;
};

/// What else people make of one or two inputs of the output's size.
std::vector<Formula> formulas_of(const Evidence& e) {
  std::vector<std::pair<std::string, const Array*>> vectors;
  for (const auto& [name, array] : *e.context.inputs) {
    if (array.count() == e.total()) vectors.emplace_back(name + "[i]", &array);
  }
  std::vector<Formula> all;
  for (const auto& [name, array] : vectors) {
    const auto at = [x = array](int64_t i) { return x->at(i); };
    all.push_back({name, at});
    all.push_back({"-" + name, [at](int64_t i) { return -at(i); }});
    all.push_back({"|" + name + "|", [at](int64_t i) { return std::fabs(at(i)); }});
    all.push_back({fmt::format("the smaller of {} and 0", name), [at](int64_t i) { return std::min(at(i), 0.0); }});
    all.push_back({fmt::format("the larger of {} and 0", name), [at](int64_t i) { return std::max(at(i), 0.0); }});
    all.push_back({fmt::format("{0} * {0}", name), [at](int64_t i) { return at(i) * at(i); }});
    if (e.context.values == nullptr) continue;
    for (const auto& [scalar, c] : *e.context.values) {
      all.push_back({fmt::format("{} + {}", name, scalar), [at, v = c](int64_t i) { return at(i) + v; }});
    }
  }
  if (vectors.size() != 2) return all;
  const auto& [x, first] = vectors[0];
  const auto& [y, second] = vectors[1];
  const auto both = [&](const char* text, double (*of)(double, double)) {
    all.push_back({fmt::format(fmt::runtime(text), x, y),
                   [of, p = first, q = second](int64_t i) { return of(p->at(i), q->at(i)); }});
  };
  both("{} + {}", [](double p, double q) { return p + q; });
  both("{} - {}", [](double p, double q) { return p - q; });
  both("{1} - {0}", [](double p, double q) { return q - p; });
  both("{} * {}", [](double p, double q) { return p * q; });
  both("the larger of {} and {}", [](double p, double q) { return std::max(p, q); });
  both("the smaller of {} and {}", [](double p, double q) { return std::min(p, q); });
  both("|{} - {}|", [](double p, double q) { return std::fabs(p - q); });
  return all;
}

Pattern other_formula(const Evidence& e, const std::string& what) {
  return {"other-formula", fmt::format("Each wrong result{} is {}: that is another formula than the exercise's.",
                                       at_place(e, e.wrong), what)};
}

/// A single result: what else people make of one vector.
std::optional<Pattern> find_other_reduction(const Evidence& e) {
  const Array& x = e.context.inputs->begin()->second;
  const std::string& name = e.context.inputs->begin()->first;
  if (x.count() < 2) return std::nullopt;
  double sum = 0, squares = 0, magnitudes = 0, largest = x.at(0), smallest = x.at(0);
  for (int64_t i = 0; i < x.count(); ++i) {
    const double v = x.at(i);
    sum += v, squares += v * v, magnitudes += std::fabs(v);
    largest = std::max(largest, v);
    smallest = std::min(smallest, v);
  }
  const auto n = static_cast<double>(x.count());
  const std::pair<const char*, double> candidates[] = {
      {"the sum of {}", sum},
      {"the sum of the squares of {}", squares},
      {"the sum of the magnitudes of {}", magnitudes},
      {"the mean of {}", sum / n},
      {"the number of elements of {}", n},
      {"the root of the sum of the squares of {}", std::sqrt(squares)},
      {"the largest element of {}", largest},
      {"the smallest element of {}", smallest},
  };
  const double got = e.got_at(0);
  for (const auto& [text, value] : candidates) {
    if (std::isfinite(value) && value != 0 && std::fabs(got - value) <= 1e-5 * std::fabs(value))
      return Pattern{"other-formula", fmt::format("The result is {}: that is another formula than the exercise's.",
                                                  fmt::format(fmt::runtime(text), name))};
  }
  return std::nullopt;
}

}  // namespace

/// The wrong results follow another formula over the inputs, or are a constant times one of them.
std::optional<Pattern> find_other_formula(const Evidence& e) {
  if (e.context.inputs == nullptr || e.context.inputs->empty()) return std::nullopt;
  if (e.total() == 1 && e.context.inputs->size() == 1) return find_other_reduction(e);
  if (e.wrong_count() < 8) return std::nullopt;
  for (const Formula& formula : formulas_of(e)) {
    int64_t telling = 0;  // zeros say little
    const bool fits = holds_for_wrong(e, 8, [&](int64_t i) -> std::optional<bool> {
      const double value = formula.value(i);
      const bool same = std::fabs(e.got_at(i) - value) <= e.bound[static_cast<size_t>(i)] + 1e-6 * std::fabs(value);
      telling += same && value != 0 ? 1 : 0;
      return same;
    });
    if (fits && telling >= 8) return other_formula(e, formula.text);
  }
  for (const auto& [name, array] : *e.context.inputs) {
    if (array.count() != e.total()) continue;
    double product = 0, square = 0;
    for (const int64_t i : e.wrong_at) {
      if (!std::isfinite(array.at(i)) || !std::isfinite(e.got_at(i))) continue;
      product += e.got_at(i) * array.at(i);
      square += array.at(i) * array.at(i);
    }
    const double c = square > 0 ? product / square : 0;
    const auto fits = [&](int64_t i) -> std::optional<bool> {
      if (array.at(i) == 0 || !std::isfinite(array.at(i))) return std::nullopt;
      return std::fabs(e.got_at(i) - c * array.at(i)) <= 1e-5 * std::fabs(c * array.at(i));
    };
    if (c != 0 && holds_for_wrong(e, 8, fits))
      return other_formula(e, fmt::format("{:.6g} times {}[i]{}", c, name, factor_in_words(e, c)));
  }
  return std::nullopt;
}

}  // namespace tritutor
