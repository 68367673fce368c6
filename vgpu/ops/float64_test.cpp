// f64 arithmetic against quadruple precision, whose operations are software and round in the processor's direction:
// rounding twice in the same direction is rounding once. To nearest, the host's own double operations are the
// reference.

#include "vgpu/ops/float_testing.h"

namespace vgpu::testing {
namespace {

struct Rounded {
  const char* name;
  size_t arity;
  bool default_rounding;
  std::function<Quad(const volatile Quad*)> wide;
  std::function<double(const volatile double*)> host;
};

Bits f64_reference(const Rounded& o, Mode mode, const Sources& s) {
  volatile Quad wide[3] = {0, 0, 0};
  volatile double operands[3] = {0, 0, 0};
  for (size_t i = 0; i < s.size(); ++i) {
    operands[i] = as_double(s[i]);
    wide[i] = as_double(s[i]);
  }
  if (mode == Mode::nearest) return bits_from(o.host(operands));
  return bits_from(with_rounding(mode, [&] {
    volatile Quad q = o.wide(wide);
    volatile double d = static_cast<double>(q);
    return static_cast<double>(d);
  }));
}

/// The root in a direction is the double whose square is on the right side of x while its neighbour's is not.
bool is_sqrt(double x, double r, Mode mode) {
  if (std::isnan(x) || x < 0) return std::isnan(r);
  if (x == 0 || std::isinf(x)) return bits_from(r) == bits_from(x);
  // Scaled into a range where squares and neighbours are exact in quad: by an even power of two.
  const int shift = std::ilogb(x) / 2;
  const Quad target = Quad{std::ldexp(x, -2 * shift)};
  const double root = std::ldexp(r, -shift);
  const auto square = [](double y) { return Quad{y} * Quad{y}; };
  if (mode == Mode::up) return square(root) >= target && square(std::nextafter(root, 0.0)) < target;
  return square(root) <= target && square(std::nextafter(root, INFINITY)) > target;
}

}  // namespace

std::vector<FloatCase> f64_cases() {
  std::vector<FloatCase> cases;
  const auto add = [&](const std::string& name, size_t arity, auto expected) {
    cases.push_back({name, Row::b64, std::vector<Format>(arity, kF64), expected, true});
  };
  const Rounded operations[] = {
      {"add", 2, true, [](const volatile Quad* x) { return x[0] + x[1]; },
       [](const volatile double* x) { return x[0] + x[1]; }},
      {"sub", 2, true, [](const volatile Quad* x) { return x[0] - x[1]; },
       [](const volatile double* x) { return x[0] - x[1]; }},
      {"mul", 2, true, [](const volatile Quad* x) { return x[0] * x[1]; },
       [](const volatile double* x) { return x[0] * x[1]; }},
      {"fma", 3, false, [](const volatile Quad* x) { return x[0] * x[1] + x[2]; },
       [](const volatile double* x) { return std::fma(x[0], x[1], x[2]); }},
      {"mad", 3, false, [](const volatile Quad* x) { return x[0] * x[1] + x[2]; },
       [](const volatile double* x) { return std::fma(x[0], x[1], x[2]); }},
      {"div", 2, false, [](const volatile Quad* x) { return x[0] / x[1]; },
       [](const volatile double* x) { return x[0] / x[1]; }},
      {"rcp", 1, false, [](const volatile Quad* x) { return Quad{1} / x[0]; },
       [](const volatile double* x) { return 1.0 / x[0]; }},
  };
  for (const Rounded& o : operations) {
    for (Mode mode : kModes) {
      const auto expected = [=](const Sources& s) { return f64_reference(o, mode, s); };
      add(o.name + mode_name(mode) + ".f64", o.arity, expected);
      if (mode == Mode::nearest && o.default_rounding) add(o.name + std::string(".f64"), o.arity, expected);
    }
  }
  add("sqrt.rn.f64", 1, [](const Sources& s) { return bits_from(std::sqrt(as_double(s[0]))); });
  for (Mode mode : {Mode::zero, Mode::down, Mode::up}) {
    FloatCase c{"sqrt" + mode_name(mode) + ".f64", Row::b64, {kF64}, nullptr};
    c.accepts = [mode](const Sources& s, Bits got) { return is_sqrt(as_double(s[0]), as_double(got), mode); };
    cases.push_back(c);
  }
  for (bool max : {false, true}) {
    add(max ? "max.f64" : "min.f64", 2, [max](const Sources& s) -> Bits {
      const double a = as_double(s[0]), b = as_double(s[1]);
      if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? nan_bits(kF64) : s[std::isnan(a)];
      if (a == b) return std::signbit(a) != max ? s[0] : s[1];
      return (a < b) != max ? s[0] : s[1];
    });
  }
  add("abs.f64", 1, [](const Sources& s) { return magnitude(s[0], kF64); });
  add("neg.f64", 1, [](const Sources& s) { return s[0] ^ sign_bit(kF64); });
  add("copysign.f64", 2, [](const Sources& s) { return magnitude(s[1], kF64) | (s[0] & sign_bit(kF64)); });
  const std::pair<const char*, bool (*)(double)> tests[] = {
      {"finite", [](double x) { return std::isfinite(x); }},
      {"infinite", [](double x) { return std::isinf(x); }},
      {"number", [](double x) { return !std::isnan(x); }},
      {"notanumber", [](double x) { return std::isnan(x); }},
      {"normal", [](double x) { return std::isnormal(x) || x == 0; }},
      {"subnormal", [](double x) { return std::fpclassify(x) == FP_SUBNORMAL; }},
  };
  for (const auto& [name, test] : tests) {
    cases.push_back({std::string("testp.") + name + ".f64", Row::pred, {kF64}, [test = test](const Sources& s) {
                       return Bits{test(as_double(s[0]))};
                     }});
  }
  return cases;
}

TEST_CASE("f64 instructions round as quadruple precision says, in every direction") {
  for (const FloatCase& c : f64_cases()) check_float_case(c, c.s.size() == 1 ? 400 : 1000, 600);
}

TEST_CASE("a directed f64 instruction leaves the processor rounding to nearest") {
  for (const auto& [isa, table] : op_tables()) {
    (void)run_op(isa, *table, "add.rp.f64", {{bits_from(1.0), bits_from(1e-30)}});
    CHECK(std::fegetround() == FE_TONEAREST);
  }
}

}  // namespace vgpu::testing
