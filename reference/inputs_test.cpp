#include "reference/inputs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <stdexcept>

using namespace reference;

namespace {

std::vector<double> values_of(const Array& array) {
  std::vector<double> out;
  for (int64_t i = 0; i < array.count(); ++i) out.push_back(array.at(i));
  return out;
}

std::vector<double> make(std::string_view kind, std::vector<int64_t> shape, uint64_t seed = 7) {
  return values_of(make_input(kind, Type::f32, std::move(shape), seed, {}));
}

template <class Test>
bool all(const std::vector<double>& values, const Test& test) {
  return std::all_of(values.begin(), values.end(), test);
}

double mean(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double deviation(const std::vector<double>& v) {
  const double m = mean(v);
  double squares = 0;
  for (const double x : v) squares += (x - m) * (x - m);
  return std::sqrt(squares / static_cast<double>(v.size()));
}

int64_t place_of_maximum(const std::vector<double>& v) { return std::max_element(v.begin(), v.end()) - v.begin(); }

/// FNV-1a.
uint64_t hash_of(const Array& array) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const std::byte b : array.bytes) hash = (hash ^ static_cast<uint64_t>(b)) * 0x100000001b3ull;
  return hash;
}

}  // namespace

TEST_CASE("An unknown kind is refused with the list of kinds") {
  CHECK_FALSE(is_input_kind("gaussian"));
  CHECK_THROWS_WITH_AS(make_input("gaussian", Type::f32, {4}, 1, {}),
                       doctest::Contains("no input kind \"gaussian\"; there are: uniform, positive"),
                       std::invalid_argument);
}

TEST_CASE("Every kind can make every type and any shape, and never a NaN") {
  CHECK(input_kinds().size() == 30);
  for (const std::string_view kind : input_kinds()) {
    CHECK(is_input_kind(kind));
    for (const Type type : {Type::f32, Type::f64, Type::f16, Type::i32, Type::u32, Type::i64, Type::u64, Type::u8}) {
      for (const std::vector<int64_t>& shape :
           {std::vector<int64_t>{}, {0}, {1}, {2}, {33}, {1, 7}, {7, 1}, {3, 5, 40}}) {
        const auto values = values_of(make_input(kind, type, shape, 3, {}));
        if (!all(values, [](double v) { return !std::isnan(v); })) FAIL_CHECK("NaN in ", std::string(kind));
      }
    }
  }
}

TEST_CASE("The same arguments give the same bytes, another seed gives others") {
  for (const std::string_view kind : {"uniform", "normal", "specials", "huge_cancel", "ties", "large_logits"}) {
    CAPTURE(kind);
    CHECK(make(kind, {1000}, 5) == make(kind, {1000}, 5));
    CHECK(make(kind, {1000}, 5) != make(kind, {1000}, 6));
  }
  // A longer array begins like a shorter one: element i is a function of the seed and i.
  const auto long_one = make("normal", {1000});
  CHECK(make("normal", {10}) == std::vector<double>(long_one.begin(), long_one.begin() + 10));
}

TEST_CASE("The bytes are the same on every machine") {
  // Taken once; a change here changes every stored seed's meaning.
  CHECK(hash_of(make_input("uniform", Type::f32, {4096}, 1, {})) == 0xa6c3d0dca5523962ull);
  CHECK(hash_of(make_input("normal", Type::f32, {4096}, 1, {})) == 0x760bd748a479ed0dull);
  CHECK(hash_of(make_input("specials", Type::f32, {4096}, 1, {})) == 0x8df5b6461b94ce6dull);
  CHECK(hash_of(make_input("large_logits", Type::f32, {64, 64}, 1, {{"d", 64}})) == 0x60726e4a28e2eedeull);
  CHECK(hash_of(make_input("uniform", Type::f16, {4096}, 1, {})) == 0x32a6a94f79791dc4ull);
}

TEST_CASE("uniform, positive, negative, normal") {
  const auto uniform = make("uniform", {100000});
  CHECK(all(uniform, [](double v) { return v >= -1 && v < 1; }));
  CHECK(std::fabs(mean(uniform)) < 0.01);
  CHECK(deviation(uniform) == doctest::Approx(1 / std::sqrt(3.0)).epsilon(0.01));
  CHECK(all(make("positive", {100000}), [](double v) { return v >= 0.5 && v < 1.5; }));
  CHECK(all(make("negative", {100000}), [](double v) { return v >= -2 && v < -0.5; }));
  const auto normal = make("normal", {100000});
  CHECK(std::fabs(mean(normal)) < 0.02);
  CHECK(deviation(normal) == doctest::Approx(1).epsilon(0.01));
  const auto beyond_two = std::count_if(normal.begin(), normal.end(), [](double v) { return std::fabs(v) > 2; });
  CHECK(static_cast<double>(beyond_two) / 1e5 == doctest::Approx(0.0455).epsilon(0.1));
}

TEST_CASE("Zeros, infinities, denormals: what each kind promises is there") {
  const auto has = [](const std::vector<double>& v, const auto& test) { return std::any_of(v.begin(), v.end(), test); };
  const auto minus_zero = [](double v) { return v == 0 && std::signbit(v); };
  const auto plus_zero = [](double v) { return v == 0 && !std::signbit(v); };
  const auto denormal = [](double v) { return v != 0 && std::fabs(v) < 0x1p-126; };
  const auto plus_inf = [](double v) { return std::isinf(v) && v > 0; };
  const auto minus_inf = [](double v) { return std::isinf(v) && v < 0; };
  const auto zeros = make("signed_zeros", {100});
  CHECK(has(zeros, minus_zero));
  CHECK(has(zeros, plus_zero));
  const auto infinities = make("infinities", {100});
  CHECK(has(infinities, plus_inf));
  CHECK(has(infinities, minus_inf));
  const auto specials = make("specials", {400});
  CHECK(has(specials, minus_zero));
  CHECK(has(specials, plus_zero));
  CHECK(has(specials, plus_inf));
  CHECK(has(specials, minus_inf));
  CHECK(has(specials, denormal));
  CHECK(all(std::vector<double>(specials.begin() + 96, specials.begin() + 192), [](double v) { return v < 0; }));
  CHECK(all(make("denormals", {1000}), denormal));
  CHECK(all(values_of(make_input("denormals", Type::f16, {1000}, 1, {})),
            [](double v) { return v != 0 && std::fabs(v) < 0x1p-14; }));
  CHECK(all(make("all_minus_inf", {10}), minus_inf));
}

TEST_CASE("huge_cancel: the pairs cancel exactly, and the rest adds up to far more than their rounding") {
  for (const int64_t n : {4, 100, 10007}) {
    const auto v = make("huge_cancel", {n});
    const auto huge = [](double x) { return std::fabs(x) == 1e8; };
    CHECK(std::count(v.begin(), v.end(), 1e8) == std::count(v.begin(), v.end(), -1e8));
    CHECK(std::count_if(v.begin(), v.end(), huge) == 2 * std::min<int64_t>(8, n / 4));
    CHECK(all(v, [&](double x) { return huge(x) || (x >= 500 && x < 1500); }));
  }
}

TEST_CASE("spikes: few elements hold half of the sum, at places that the seed draws") {
  for (const uint64_t seed : {1, 2}) {
    const auto v = values_of(make_input("spikes", Type::f32, {1 << 20}, seed, {}));
    double all_of_it = 0, spikes = 0;
    int64_t count = 0;
    for (const double x : v) {
      all_of_it += x;
      if (x < 1.5) continue;
      spikes += x;
      ++count;
    }
    CHECK(count <= 64);
    CHECK(count > 60);
    CHECK(spikes / all_of_it == doctest::Approx(0.5).epsilon(0.15));
  }
  CHECK(make("spikes", {5000}) != values_of(make_input("spikes", Type::f32, {5000}, 99, {})));
}

TEST_CASE("ties: few values, the maximum in every block of 32 or more, never first") {
  const auto v = make("ties", {10007});
  CHECK(std::set<double>(v.begin(), v.end()).size() <= 4);
  CHECK(v.front() < 3);
  int64_t blocks_with = 0;
  for (size_t block = 0; block + 32 <= v.size(); block += 32) {
    const auto begin = v.begin() + static_cast<std::ptrdiff_t>(block);
    blocks_with += std::count(begin, begin + 32, 3.0) >= 2 ? 1 : 0;
  }
  CHECK(blocks_with > 250);  // of 312; two or more of 32 draws at 1/8 have probability 0.92
}

TEST_CASE("One maximum, first, last, or inside the partial block of any size") {
  for (const int64_t n : {1, 2, 33, 1000, 1025, 10007, 4096}) {
    CAPTURE(n);
    CHECK(place_of_maximum(make("max_first", {n})) == 0);
    CHECK(place_of_maximum(make("max_last", {n})) == n - 1);
    const int64_t place = place_of_maximum(make("max_tail", {n}));
    for (const int64_t block : {32, 64, 128, 256, 512, 1024}) {
      if (n % block != 0) CHECK(place >= n / block * block);
    }
  }
}

TEST_CASE("Kinds by row") {
  const auto row = [](const std::vector<double>& v, size_t r) {
    return std::vector<double>(v.begin() + static_cast<std::ptrdiff_t>(1000 * r),
                               v.begin() + static_cast<std::ptrdiff_t>(1000 * (r + 1)));
  };
  const auto mixed = make("rows_mixed_1e4", {4, 1000});
  CHECK(mean(row(mixed, 0)) == doctest::Approx(1e4).epsilon(1e-4));
  CHECK(mean(row(mixed, 1)) == doctest::Approx(-1e4).epsilon(1e-4));
  CHECK(deviation(row(mixed, 2)) == doctest::Approx(1).epsilon(0.1));
  const auto shifted = make("mean_1e4", {4, 1000});
  CHECK(mean(shifted) == doctest::Approx(1e4).epsilon(1e-4));
  CHECK(deviation(shifted) == doctest::Approx(1).epsilon(0.1));
  CHECK(all(make("rows_minus_50", {4, 10}), [](double v) { return v >= -51 && v < -49; }));
  const auto constant = make("constant_rows", {4, 1000});
  for (size_t r = 0; r < 4; ++r) CHECK(deviation(row(constant, r)) == 0);
  CHECK(constant[0] != constant[1000]);
  const auto scales = make("rows_scales", {8, 1000});
  std::set<int> exponents;
  for (size_t r = 0; r < 8; ++r)
    exponents.insert(static_cast<int>(std::floor(std::log10(std::fabs(mean(row(scales, r)))) + 0.5)));
  CHECK(exponents.count(-20) == 1);
  CHECK(exponents.count(20) == 1);
  CHECK(exponents.count(0) == 1);
}

TEST_CASE("large_logits: q.k / sqrt(d) passes exp's overflow for every pair, and keys still differ") {
  for (const int64_t d : {16, 64, 80, 256}) {
    CAPTURE(d);
    const Values values = {{"d", static_cast<double>(d)}};
    const Array q = make_input("large_logits", Type::f32, {8, d}, 1, values);
    const Array k = make_input("large_logits", Type::f32, {40, d}, 2, values);
    double least = 1e9, most = 0;
    for (int64_t i = 0; i < 8; ++i) {
      for (int64_t j = 0; j < 40; ++j) {
        double logit = 0;
        for (int64_t e = 0; e < d; ++e) logit += q.at(i * d + e) * k.at(j * d + e);
        least = std::min(least, logit / std::sqrt(static_cast<double>(d)));
        most = std::max(most, logit / std::sqrt(static_cast<double>(d)));
      }
    }
    CHECK(least > 88.8);
    CHECK(most < 140);
    CHECK(most - least > 1);
  }
}

TEST_CASE("Integers get whole numbers of a useful range") {
  const auto i = values_of(make_input("uniform", Type::i32, {1000}, 1, {}));
  CHECK(*std::min_element(i.begin(), i.end()) < -80);
  CHECK(*std::max_element(i.begin(), i.end()) > 80);
  const auto bytes = values_of(make_input("random_bytes", Type::u8, {10000}, 1, {}));
  CHECK(std::set<double>(bytes.begin(), bytes.end()).size() == 256);
  CHECK(all(values_of(make_input("positive_integers", Type::i32, {1000}, 1, {})),
            [](double v) { return v >= 1 && v <= 8; }));
  CHECK(values_of(make_input("iota", Type::i32, {4}, 1, {})) == std::vector<double>{0, 1, 2, 3});
}
