#pragma once
// What the tests of the floating-point families share: formats decoded and rounded from their definition in quadruple
// precision (independently of the handlers' bit tricks), operand values that break things, and the cases of each
// family.

#include <cfenv>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "vgpu/ops/op_testing.h"

namespace vgpu::testing {

#if __LDBL_MANT_DIG__ == 113
using Quad = long double;
#else
using Quad = __float128;
#endif

/// A numeric type of PTX.
struct Format {
  std::string name;   ///< ".f16"
  int bits;           ///< of a lane
  int precision = 0;  ///< significant bits with the hidden one; 0: an integer
  int emin = 0;       ///< exponent of the least normal
  bool is_signed = true;
  bool is_float() const { return precision != 0; }
  int emax() const { return 1 - emin; }  ///< exponent of the greatest
  Row row() const { return static_cast<Row>(bits < 16 ? 2 : bits / 8); }
};
inline const Format kF16{".f16", 16, 11, -14}, kBf16{".bf16", 16, 8, -126}, kF32{".f32", 32, 24, -126},
    kF64{".f64", 64, 53, -1022}, kTf32{".tf32", 32, 11, -126};

/// The directions, and `away`: to nearest with ties away from zero.
enum class Mode { nearest, zero, down, up, away };
inline constexpr Mode kModes[] = {Mode::nearest, Mode::zero, Mode::down, Mode::up};
inline std::string mode_name(Mode m) {
  const char* names[] = {".rn", ".rz", ".rm", ".rp", ".rna"};
  return names[static_cast<int>(m)];
}
/// Runs `body` with the processor's rounding set.
template <class F>
auto with_rounding(Mode m, F body) {
  const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  std::fesetround(modes[static_cast<int>(m)]);
  const auto r = body();
  std::fesetround(FE_TONEAREST);
  return r;
}

// ---- bits and values

inline Bits sign_bit(const Format& f) { return Bits{1} << (f.bits - 1); }
inline int fraction_bits(const Format& f) { return f.name == ".tf32" ? 23 : f.precision - 1; }
inline Bits infinity_bits(const Format& f) {
  return ((Bits{1} << (f.bits - 1 - fraction_bits(f))) - 1) << fraction_bits(f);
}
inline Bits magnitude(Bits b, const Format& f) { return b & (sign_bit(f) - 1); }
inline bool is_nan_bits(Bits b, const Format& f) { return magnitude(b, f) > infinity_bits(f); }
inline bool is_subnormal_bits(Bits b, const Format& f) {
  return magnitude(b, f) != 0 && magnitude(b, f) < (Bits{1} << fraction_bits(f));
}
inline Bits nan_bits(const Format& f) { return sign_bit(f) - 1; }  ///< canonical
inline Bits flush_bits(Bits b, const Format& f) { return is_subnormal_bits(b, f) ? b & sign_bit(f) : b; }

/// The value of a float's bits, from the definition.
inline double value_of(Bits b, const Format& f) {
  const int fraction = fraction_bits(f);
  const auto m = static_cast<uint64_t>(b & ((Bits{1} << fraction) - 1));
  const int e = static_cast<int>(magnitude(b, f) >> fraction);
  double x;
  if (is_nan_bits(b, f)) {
    x = NAN;
  } else if (magnitude(b, f) == infinity_bits(f)) {
    x = INFINITY;
  } else {
    x = e == 0 ? std::ldexp(static_cast<double>(m), f.emin - fraction)
               : std::ldexp(static_cast<double>(m | (uint64_t{1} << fraction)), e - 1 + f.emin - fraction);
  }
  return (b & sign_bit(f)) != 0 ? -x : x;
}

/// x, an exact value, as the bits of a format. `negative_zero`: the sign of a zero.
inline Bits round_to(Quad x, const Format& f, Mode mode, bool negative_zero = false) {
  if (x != x) return nan_bits(f);
  const bool negative = x < 0 || (x == 0 && negative_zero);
  const Bits sign = negative ? sign_bit(f) : 0;
  const Quad a = x < 0 ? -x : x;
  if (a == 0) return sign;
  if (a > Quad{std::numeric_limits<double>::max()}) return sign | infinity_bits(f);
  const double rough = static_cast<double>(a);  // may be the power of two above
  int e = rough == 0 ? f.emin : std::ilogb(rough);
  if (a < Quad{std::ldexp(1.0, e)}) --e;
  if (e < f.emin) e = f.emin;
  const int step = e - f.precision + 1;  // exponent of the last place
  Quad scaled = a;
  for (int left = -step; left != 0;) {
    const int part = std::clamp(left, -1000, 1000);
    scaled *= Quad{std::ldexp(1.0, part)};
    left -= part;
  }
  auto n = static_cast<uint64_t>(scaled);
  const Quad rest = scaled - Quad(n);
  const Quad half{0.5};
  const bool up = mode == Mode::nearest ? rest > half || (rest == half && n % 2 == 1)
                  : mode == Mode::away  ? rest >= half
                  : mode == Mode::zero  ? false
                  : mode == Mode::down  ? rest > 0 && negative
                                        : rest > 0 && !negative;
  n += up ? 1 : 0;
  if (n == uint64_t{1} << f.precision) n /= 2, ++e;
  if (e > f.emax()) {
    const bool finite = mode == Mode::zero || (mode == Mode::down && !negative) || (mode == Mode::up && negative);
    const int spare = fraction_bits(f) - f.precision + 1;
    return sign | (finite ? infinity_bits(f) - (Bits{1} << spare) : infinity_bits(f));
  }
  const bool normal = n >= uint64_t{1} << (f.precision - 1);
  const Bits exponent = normal ? static_cast<Bits>(e - f.emin + 1) : 0;
  const Bits fraction = Bits{n} - (normal ? Bits{1} << (f.precision - 1) : 0);
  const int shift = fraction_bits(f) - f.precision + 1;
  return sign | exponent << fraction_bits(f) | fraction << shift;
}

inline Bits saturate_bits(Bits b, const Format& f) {
  if (is_nan_bits(b, f) || (b & sign_bit(f)) != 0) return 0;
  const Bits one = round_to(Quad{1}, f, Mode::nearest);
  return b > one ? one : b;
}
inline Bits relu_bits(Bits b, const Format& f) { return !is_nan_bits(b, f) && (b & sign_bit(f)) != 0 ? 0 : b; }

inline float as_float(Bits b) { return __builtin_bit_cast(float, static_cast<uint32_t>(b)); }
inline double as_double(Bits b) { return __builtin_bit_cast(double, static_cast<uint64_t>(b)); }
inline Bits bits_from(float x) { return __builtin_bit_cast(uint32_t, x); }
inline Bits bits_from(double x) { return __builtin_bit_cast(uint64_t, x); }

// ---- operands

/// Zeros, subnormals, the limits, infinities, NaNs, halves and the edges of the integer types, of both signs.
inline std::vector<Bits> float_values(const Format& f) {
  const int fraction = fraction_bits(f);
  const Bits least = Bits{1} << fraction, inf = infinity_bits(f);
  const Bits one = round_to(Quad{1}, f, Mode::nearest);
  std::vector<Bits> v = {0,   1,       2,       3,       least - 1, least,   least + 1,  one - 1,
                         one, one + 1, inf - 1, inf - 2, inf,       inf + 1, nan_bits(f)};
  for (double x : {0.25,         0.5,       0.75,         1.5,
                   2.0,          2.5,       3.0,          3.5,
                   7.0,          100.3,     126.5,        127.5,
                   128.0,        254.5,     255.5,        256.0,
                   1e-3,         32767.5,   32768.0,      65504.0,
                   65519.0,      65520.0,   65535.5,      65536.0,
                   0x1p-24,      0x1p-25,   0x1.8p-25,    0x1p-14,
                   2147483647.5, 0x1p31,    4294967295.0, 0x1p32,
                   0x1p53,       0x1p62,    0x1p63,       0x1p64,
                   0x1.001p0,    0x1.002p0, 0x1.003p0,    0x1.006p0,
                   0x1.01p0,     0x1.03p0,  0x1.000001p0, 0x1.000003p0,
                   0x1.ffep0,    0x1.fffp0, 0x1p-126,     0x1.fep-134,
                   0x1p-134,     0x1p126,   0x1p127,      0x1.fffffefp127,
                   0x1p-149,     0x1p-150,  0x1.1p-150}) {
    v.push_back(round_to(Quad{x}, f, Mode::nearest));
    v.push_back(round_to(Quad{x}, f, Mode::zero));
  }
  const size_t positive = v.size();
  for (size_t i = 0; i < positive; ++i) v.push_back(v[i] | sign_bit(f));
  std::sort(v.begin(), v.end());
  v.erase(std::unique(v.begin(), v.end()), v.end());
  return v;
}
inline std::vector<Bits> format_values(const Format& f) {
  return f.is_float() ? float_values(f) : special_values(f.row());
}
/// Any bits, or bits of an exponent near 1, so that sums cancel and conversions hit.
inline Bits random_value(const Format& f, std::mt19937_64& generator) {
  const Bits any = truncate(generator(), f.row());
  if (!f.is_float() || generator() % 2 == 0)
    return any >> (f.is_float() ? 0 : generator() % static_cast<unsigned>(f.bits));
  const Bits one = round_to(Quad{1}, f, Mode::nearest);
  const int spread = f.precision > 11 ? 12 : 6;
  const Bits range = Bits{static_cast<unsigned>(spread)} << fraction_bits(f);
  return (any & sign_bit(f)) | (one - range / 2 + magnitude(any, f) % range);
}

/// Specials crossed (thinned out past `limit`) and `random` more, deterministic.
inline std::vector<Sources> float_tuples(const std::vector<Format>& formats, size_t limit, size_t random) {
  std::mt19937_64 generator(7);
  std::vector<std::vector<Bits>> values;
  size_t product = 1;
  for (const Format& f : formats) {
    values.push_back(format_values(f));
    product *= values.back().size();
  }
  std::vector<Sources> tuples;
  for (size_t k = 0; k < std::min(product, limit); ++k) {
    size_t index = product <= limit ? k : generator() % product;
    Sources t;
    for (const std::vector<Bits>& v : values) t.push_back(v[index % v.size()]), index /= v.size();
    tuples.push_back(t);
  }
  for (size_t k = 0; k < random; ++k) {
    Sources t;
    for (const Format& f : formats) t.push_back(random_value(f, generator));
    tuples.push_back(t);
  }
  return tuples;
}

// ---- cases

/// An instruction, its operands' formats and what it must give.
struct FloatCase {
  std::string name;
  Row d;
  std::vector<Format> s;
  std::function<Bits(const Sources&)> expected;
  bool any_nan = false;  ///< f64: a NaN's payload and sign are free
  /// For an approximation: whether `got` is near enough, in place of `expected`.
  std::function<bool(const Sources&, Bits got)> accepts = nullptr;
  bool paired = false;  ///< halves, two to a word: `s` and `expected` speak of one
};

/// Holds a case against every table: specials crossed and random operands, full and under masks.
inline void check_float_case(const FloatCase& c, size_t limit, size_t random) {
  std::vector<Sources> tuples = float_tuples(c.s, limit, random);
  const size_t count = tuples.size();
  std::vector<Sources> sources = tuples;
  if (c.paired) {  // the upper half holds the tuple some way on
    for (size_t i = 0; i < count; ++i) {
      for (size_t k = 0; k < c.s.size(); ++k) sources[i][k] |= tuples[(i + 5) % count][k] << 16;
    }
  }
  for (const auto& [isa, table] : op_tables()) {
    const Op* op = table->find(c.name);
    if (op == nullptr) {
      FAIL_CHECK(isa << ": no instruction " << c.name);
      return;
    }
    CHECK_MESSAGE(op->d[0] == c.d, c.name);
    for (size_t k = 0; k < c.s.size(); ++k) CHECK_MESSAGE(op->s[k] == (c.paired ? Row::b32 : c.s[k].row()), c.name);
    const std::vector<Results> got = run_op(isa, *table, c.name, sources);
    int wrong = 0;
    for (size_t i = 0; i < count && wrong < 3; ++i) {
      Bits want = 0;
      bool good;
      if (c.accepts) {
        good = c.accepts(tuples[i], c.paired ? got[i][0] & 0xffff : got[i][0]) &&
               (!c.paired || c.accepts(tuples[(i + 5) % count], got[i][0] >> 16));
      } else {
        want = c.expected(tuples[i]);
        if (c.paired) want |= c.expected(tuples[(i + 5) % count]) << 16;
        want = truncate(want, c.d);
        good = got[i][0] == want || (c.any_nan && is_nan_bits(want, kF64) && is_nan_bits(got[i][0], kF64));
      }
      if (good) continue;
      std::string text;
      for (Bits s : sources[i]) text += " " + hex(s);
      FAIL_CHECK(isa << ": " << c.name << text << ": " << hex(got[i][0]) << (c.accepts ? "" : ", want " + hex(want)));
      ++wrong;
    }
  }
}

// The cases of each family, for its test and for the test that none is missing (float_coverage_test.cpp).
std::vector<FloatCase> f32_cases();      // float_test.cpp
std::vector<FloatCase> f64_cases();      // float64_test.cpp
std::vector<FloatCase> half_cases();     // half_test.cpp
std::vector<FloatCase> special_cases();  // special_test.cpp
std::vector<FloatCase> convert_cases();  // convert_test.cpp

}  // namespace vgpu::testing
