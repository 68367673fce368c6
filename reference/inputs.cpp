#include "reference/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#include "reference/random.h"

namespace reference {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What a kind's formula sees: the generator, and where element i stands.
struct Frame {
  Random random;
  int64_t count;
  int64_t columns;  ///< of the last dimension, at least 1
  Type type;
  const Values& values;

  int64_t row(int64_t i) const { return i / columns; }
  /// A second, independent draw for a row rather than an element.
  Random by_row() const { return Random(random.bits(~uint64_t{0})); }
};

/// The type's smallest positive denormal, and how many denormals there are.
std::pair<double, uint64_t> denormal_step(Type type) {
  if (type == Type::f16) return {0x1p-24, (1ull << 10) - 1};
  if (type == Type::f64) return {0x1p-1074, (1ull << 52) - 1};
  return {0x1p-149, (1ull << 23) - 1};
}

/// Stores formula(i) into every element, rounded to the array's type.
template <class Formula>
void fill(Array& array, const Formula& formula) {
  const int64_t count = array.count();
  if (array.type == Type::f32) {  // nearly all inputs; without the switch of set()
    float* out = array.as<float>().data();
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(formula(i));
  } else {
    for (int64_t i = 0; i < count; ++i) array.set(i, formula(i));
  }
}

/// The same for formulas of order 1, which integers could not tell apart: they get a hundred times the value,
/// unsigned ones its absolute value.
template <class Formula>
void fill_real(Array& array, const Formula& formula) {
  switch (array.type) {
    case Type::i32:
    case Type::i64:
      return fill(array, [&](int64_t i) { return 100 * formula(i); });
    case Type::u32:
    case Type::u64:
    case Type::u8:
      return fill(array, [&](int64_t i) { return std::fabs(100 * formula(i)); });
    default:
      return fill(array, formula);
  }
}

double denormal(const Frame& f, int64_t i) {
  const auto [step, how_many] = denormal_step(f.type);
  const uint64_t bits = f.random.bits(static_cast<uint64_t>(i));
  const double magnitude = static_cast<double>(1 + (bits >> 8) % how_many) * step;
  return (bits & 1) != 0 ? -magnitude : magnitude;
}

double signed_zero(const Frame& f, int64_t i) {
  const double u = f.random.uniform(i);
  switch (f.random.bits(i) % 4) {
    case 0:
      return 0.0;
    case 1:
      return -0.0;
    default:
      return u / 1024;
  }
}

double infinity(const Frame& f, int64_t i) {
  const uint64_t pick = f.random.bits(i) % 8;
  if (pick == 0) return kInfinity;
  if (pick == 1) return -kInfinity;
  return f.random.uniform(i);
}

double special(const Frame& f, int64_t i) {
  const double u = f.random.uniform(i);
  if (i / 96 % 3 == 1) return -1.5 - u;  // a stretch of nothing but negatives: the maximum is not the neutral 0
  switch (f.random.bits(i) % 8) {
    case 0:
      return -0.0;
    case 1:
      return 0.0;
    case 2:
      return kInfinity;
    case 3:
      return -kInfinity;
    case 4:
      return denormal(f, i);
    case 5:
      return u * 0x1p-100;
    default:
      return u;
  }
}

/// Few distinct values; 3, the largest, is one in eight. The first elements are spared so that index 0 is not the
/// answer.
double tie(const Frame& f, int64_t i) {
  const uint64_t pick = f.random.bits(i) % 8;
  if (pick == 7) return i < std::min<int64_t>(f.count / 2, 7) ? 2 : 3;
  return static_cast<double>(pick % 3);
}

/// Pairs of +-1e8 at shuffled places among values in [500, 1500). At most 8 pairs: the sum of the rest must stay far
/// above what rounding at 1e8 may cost, or an answer of zero would be as good as any.
void huge_cancel(Array& array, const Frame& f) {
  fill(array, [&](int64_t i) { return 1000 * (0.5 + f.random.unit(i)); });
  const int64_t pairs = std::min<int64_t>(8, f.count / 4);
  std::vector<int64_t> places;
  const Random draw = f.by_row();
  for (uint64_t k = 0; static_cast<int64_t>(places.size()) < 2 * pairs; ++k) {
    const auto place = static_cast<int64_t>(draw.bits(k) % static_cast<uint64_t>(f.count));
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  for (size_t k = 0; k < places.size(); ++k) array.set(places[k], k % 2 == 0 ? 1e8 : -1e8);
}

/// Values in [0.5, 1.5), and 64 places that hold half of the sum: at sizes where the rounding of a sum of equals is
/// larger than many of them, leaving out a part still shows.
void spikes(Array& array, const Frame& f) {
  fill(array, [&](int64_t i) { return 0.5 + f.random.unit(i); });
  constexpr int64_t places = 64;
  const Random draw = f.by_row();
  for (uint64_t k = 0; k < places; ++k) {
    const auto place = static_cast<int64_t>(draw.bits(k) % static_cast<uint64_t>(f.count));
    array.set(place, (0.5 + draw.unit(static_cast<int64_t>(k))) * static_cast<double>(f.count) / places);
  }
}

/// Uniform values with one 2, the maximum, at `place`.
void one_maximum(Array& array, const Frame& f, int64_t place) {
  fill_real(array, [&](int64_t i) { return i == place ? 2 : f.random.uniform(i); });
}

/// In the last block of every size 32, 64, ... 1024 that does not divide the count, and not the last element.
int64_t tail_place(int64_t count) {
  const int64_t tail = count % 32 == 0 ? std::min<int64_t>(count, 32) : count % 32;
  return count - std::max<int64_t>(1, (tail + 1) / 2);
}

double row_scale(const Frame& f, int64_t row) {
  constexpr double kScales[] = {1, 1e-20, 1e20, -1, 1e-5, -1e20, 1e5, -1e-20};
  return kScales[(row + static_cast<int64_t>(f.by_row().bits(0) % 8)) % 8];
}

/// Entries around c with c^2 sqrt(d) = 110: every q.k / sqrt(d) is about 110, past the 88 where exp overflows in f32,
/// and a row's logits still differ by a few units, so that the softmax does not collapse onto one key.
double large_logit(const Frame& f, int64_t i) {
  const auto d = f.values.find("d");
  const double depth = d == f.values.end() ? static_cast<double>(f.columns) : d->second;
  return std::sqrt(110 / std::sqrt(depth)) + 0.25 * f.random.normal(i);
}

struct Kind {
  std::string_view name;
  std::string_view meaning;
  void (*make)(Array&, const Frame&);
};

#define TRITUTOR_FORMULA(filler, expression) \
  [](Array& array, const Frame& f) { filler(array, [&](int64_t i) -> double { return expression; }); }

// Integers get 100 times the kinds of order 1 (uniform, normal, ...), rounded; what a type cannot hold is clamped.
const Kind kKinds[] = {
    {"uniform", "in [-1, 1)", TRITUTOR_FORMULA(fill_real, f.random.uniform(i))},
    {"positive", "in [0.5, 1.5)", TRITUTOR_FORMULA(fill_real, 0.5 + f.random.unit(i))},
    {"normal", "mean 0, standard deviation 1", TRITUTOR_FORMULA(fill_real, f.random.normal(i))},
    {"zeros", "all +0", TRITUTOR_FORMULA(fill, (static_cast<void>(f), static_cast<void>(i), 0.0))},
    {"ones", "all 1", TRITUTOR_FORMULA(fill, (static_cast<void>(f), static_cast<void>(i), 1.0))},
    {"iota", "0, 1, 2, ...", TRITUTOR_FORMULA(fill, (static_cast<void>(f), static_cast<double>(i)))},
    {"negative", "all in [-2, -0.5)", TRITUTOR_FORMULA(fill_real, -0.5 - 1.5 * (1 - f.random.unit(i)))},
    {"signed_zeros", "+0, -0 and values below 0.001", TRITUTOR_FORMULA(fill, signed_zero(f, i))},
    {"infinities", "one in eight +inf, one in eight -inf, else uniform", TRITUTOR_FORMULA(fill, infinity(f, i))},
    {"specials", "+-0, +-inf, denormals, tiny and plain values, stretches all negative; no NaN",
     TRITUTOR_FORMULA(fill, special(f, i))},
    {"denormals", "denormals of both signs", TRITUTOR_FORMULA(fill, denormal(f, i))},
    {"huge_cancel", "a few pairs of +-1e8 that cancel, shuffled among values in [500, 1500)", huge_cancel},
    {"spikes", "in [0.5, 1.5), but for 64 places that hold half of the sum", spikes},
    {"ties", "four values, the largest one in eight, never among the first", TRITUTOR_FORMULA(fill, tie(f, i))},
    {"all_minus_inf", "all -inf", TRITUTOR_FORMULA(fill, (static_cast<void>(f), static_cast<void>(i), -kInfinity))},
    {"max_first", "uniform, the maximum is element 0", [](Array& array, const Frame& f) { one_maximum(array, f, 0); }},
    {"max_last", "uniform, the maximum is the last element",
     [](Array& array, const Frame& f) { one_maximum(array, f, f.count - 1); }},
    {"max_tail", "uniform, the maximum is inside the last, partial block of any size",
     [](Array& array, const Frame& f) { one_maximum(array, f, tail_place(f.count)); }},
    {"rows_plus_1e4", "1e4 + normal", TRITUTOR_FORMULA(fill, 1e4 + f.random.normal(i))},
    {"rows_minus_1e4", "-1e4 + normal", TRITUTOR_FORMULA(fill, -1e4 + f.random.normal(i))},
    {"rows_mixed_1e4", "rows in turn 1e4 + normal and -1e4 + normal",
     TRITUTOR_FORMULA(fill, (f.row(i) % 2 == 0 ? 1e4 : -1e4) + f.random.normal(i))},
    {"rows_minus_50", "-50 + uniform", TRITUTOR_FORMULA(fill, -50 + f.random.uniform(i))},
    {"rows_1e-20", "positive times 1e-20", TRITUTOR_FORMULA(fill, (0.5 + f.random.unit(i)) * 1e-20)},
    {"rows_1e20", "positive times 1e20", TRITUTOR_FORMULA(fill, (0.5 + f.random.unit(i)) * 1e20)},
    {"rows_scales", "positive times a scale of the row, +-1e-20 to +-1e20: sums away from zero",
     TRITUTOR_FORMULA(fill, (0.5 + f.random.unit(i)) * row_scale(f, f.row(i)))},
    {"mean_1e4", "1e4 + normal: the mean drowns the deviation", TRITUTOR_FORMULA(fill, 1e4 + f.random.normal(i))},
    {"constant_rows", "one value for each row, a multiple of 1/64 in [0.5, 1.5): its sums are exact in any order",
     TRITUTOR_FORMULA(fill_real,
                      static_cast<double>(32 + (f.by_row().bits(static_cast<uint64_t>(f.row(i))) >> 58)) / 64)},
    {"large_logits", "q and k of this kind have q.k / sqrt(d) around 110, past exp's overflow at 88",
     TRITUTOR_FORMULA(fill, large_logit(f, i))},
    {"positive_integers", "whole numbers 1 to 8: products and sums are exact",
     TRITUTOR_FORMULA(fill, static_cast<double>(1 + f.random.bits(i) % 8))},
    {"random_bytes", "whole numbers 0 to 255", TRITUTOR_FORMULA(fill, static_cast<double>(f.random.bits(i) >> 56))},
};

#undef TRITUTOR_FORMULA

const Kind* find_kind(std::string_view name) {
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& k) { return k.name == name; });
  return kind == std::end(kKinds) ? nullptr : kind;
}

}  // namespace

bool is_input_kind(std::string_view kind) { return find_kind(kind) != nullptr; }

std::vector<std::string_view> input_kinds() {
  std::vector<std::string_view> names;
  for (const Kind& kind : kKinds) names.push_back(kind.name);
  return names;
}

Array make_input(std::string_view kind, Type type, std::vector<int64_t> shape, uint64_t seed, const Values& values) {
  const Kind* found = find_kind(kind);
  if (found == nullptr) {
    throw std::invalid_argument(
        fmt::format("no input kind \"{}\"; there are: {}", kind, fmt::join(input_kinds(), ", ")));
  }
  Array array(type, std::move(shape));
  if (array.count() == 0) return array;
  const int64_t columns = array.shape.empty() ? 1 : std::max<int64_t>(1, array.shape.back());
  found->make(array, Frame{Random(seed), array.count(), columns, type, values});
  return array;
}

}  // namespace reference
