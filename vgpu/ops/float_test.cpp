// f32 arithmetic against the processor's own rounding modes.

#include "vgpu/ops/float_testing.h"

namespace vgpu::testing {
namespace {

using Operation = std::function<float(const volatile float*)>;

/// The host's operation in a direction, with PTX's flushing, saturation and NaN around it.
Bits f32_reference(const Operation& operation, Mode mode, bool ftz, bool sat, const Sources& s) {
  volatile float operands[3] = {0, 0, 0};
  for (size_t i = 0; i < s.size(); ++i) operands[i] = as_float(ftz ? flush_bits(s[i], kF32) : s[i]);
  const float result = with_rounding(mode, [&] {
    volatile float r = operation(operands);
    return static_cast<float>(r);
  });
  Bits b = std::isnan(result) ? nan_bits(kF32) : bits_from(result);
  if (ftz) b = flush_bits(b, kF32);
  return sat ? saturate_bits(b, kF32) : b;
}

Bits min_max_reference(bool max, bool nan, bool xorsign, bool ftz, const Format& f, const Sources& s) {
  Bits a = ftz ? flush_bits(s[0], f) : s[0], b = ftz ? flush_bits(s[1], f) : s[1];
  const Bits sign = xorsign ? (a ^ b) & sign_bit(f) : 0;
  if (xorsign) a = magnitude(a, f), b = magnitude(b, f);
  const bool na = is_nan_bits(a, f), nb = is_nan_bits(b, f);
  if ((na && nb) || (nan && (na || nb))) return nan_bits(f);
  if (na) return b | sign;
  if (nb) return a | sign;
  const double x = value_of(a, f), y = value_of(b, f);
  const bool a_below = x < y || (x == y && std::signbit(x) && !std::signbit(y));
  return (a_below != max ? a : b) | sign;
}

}  // namespace

std::vector<FloatCase> f32_cases() {
  std::vector<FloatCase> cases;
  const auto add = [&](const std::string& name, size_t arity, auto expected) {
    cases.push_back({name, Row::b32, std::vector<Format>(arity, kF32), expected});
  };
  struct Rounded {
    const char* name;
    size_t arity;
    bool sat, default_rounding;
    Operation operation;
  };
  const Rounded operations[] = {
      {"add", 2, true, true, [](const volatile float* x) { return x[0] + x[1]; }},
      {"sub", 2, true, true, [](const volatile float* x) { return x[0] - x[1]; }},
      {"mul", 2, true, true, [](const volatile float* x) { return x[0] * x[1]; }},
      {"fma", 3, true, false, [](const volatile float* x) { return std::fma(x[0], x[1], x[2]); }},
      {"mad", 3, true, false, [](const volatile float* x) { return std::fma(x[0], x[1], x[2]); }},
      {"div", 2, false, false, [](const volatile float* x) { return x[0] / x[1]; }},
      {"rcp", 1, false, false, [](const volatile float* x) { return 1.0f / x[0]; }},
      {"sqrt", 1, false, false, [](const volatile float* x) { return std::sqrt(x[0]); }},
  };
  for (const Rounded& o : operations) {
    for (Mode mode : kModes) {
      for (bool ftz : {false, true}) {
        for (bool sat : {false, true}) {
          if (sat && !o.sat) continue;
          const auto expected = [=, operation = o.operation](const Sources& s) {
            return f32_reference(operation, mode, ftz, sat, s);
          };
          const std::string modifiers = std::string(ftz ? ".ftz" : "") + (sat ? ".sat" : "") + ".f32";
          add(o.name + mode_name(mode) + modifiers, o.arity, expected);
          if (mode == Mode::nearest && o.default_rounding) add(o.name + modifiers, o.arity, expected);
        }
      }
    }
  }
  for (bool ftz : {false, true}) {
    const std::string f = ftz ? ".ftz" : "";
    for (bool max : {false, true}) {
      for (bool nan : {false, true}) {
        for (bool xorsign : {false, true}) {
          add((max ? "max" : "min") + f + (nan ? ".NaN" : "") + (xorsign ? ".xorsign.abs" : "") + ".f32", 2,
              [=](const Sources& s) { return min_max_reference(max, nan, xorsign, ftz, kF32, s); });
        }
      }
    }
    add("abs" + f + ".f32", 1, [=](const Sources& s) { return magnitude(ftz ? flush_bits(s[0], kF32) : s[0], kF32); });
    add("neg" + f + ".f32", 1,
        [=](const Sources& s) { return (ftz ? flush_bits(s[0], kF32) : s[0]) ^ sign_bit(kF32); });
  }
  add("copysign.f32", 2, [](const Sources& s) { return magnitude(s[1], kF32) | (s[0] & sign_bit(kF32)); });
  const std::pair<const char*, bool (*)(float)> tests[] = {
      {"finite", [](float x) { return std::isfinite(x); }},
      {"infinite", [](float x) { return std::isinf(x); }},
      {"number", [](float x) { return !std::isnan(x); }},
      {"notanumber", [](float x) { return std::isnan(x); }},
      {"normal", [](float x) { return std::isnormal(x) || x == 0; }},
      {"subnormal", [](float x) { return std::fpclassify(x) == FP_SUBNORMAL; }},
  };
  for (const auto& [name, test] : tests) {
    cases.push_back({std::string("testp.") + name + ".f32", Row::pred, {kF32}, [test = test](const Sources& s) {
                       return Bits{test(as_float(s[0]))};
                     }});
  }
  return cases;
}

TEST_CASE("f32 instructions give the host's result in every rounding, flushed and saturated as PTX says") {
  for (const FloatCase& c : f32_cases()) check_float_case(c, c.s.size() == 1 ? 400 : 1200, 800);
}

TEST_CASE("f32 min and max order zeros and give the operand that is a number") {
  for (const auto& [isa, table] : op_tables()) {
    const std::vector<Sources> tuples = {
        {0x80000000, 0}, {0, 0x80000000}, {0x7fc00001, 0x3f800000}, {0x3f800000, 0xffc00000}, {0x7f800001, 0xffc00000}};
    const auto min = run_op(isa, *table, "min.f32", tuples), max = run_op(isa, *table, "max.f32", tuples);
    const Bits want_min[] = {0x80000000, 0x80000000, 0x3f800000, 0x3f800000, 0x7fffffff};
    const Bits want_max[] = {0, 0, 0x3f800000, 0x3f800000, 0x7fffffff};
    for (size_t i = 0; i < tuples.size(); ++i) {
      CHECK(min[i][0] == want_min[i]);
      CHECK(max[i][0] == want_max[i]);
    }
  }
}

}  // namespace vgpu::testing
