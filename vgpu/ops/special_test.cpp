// The approximate functions against double precision, within the bounds the PTX ISA gives for each.

#include "vgpu/ops/float_testing.h"

namespace vgpu::testing {
namespace {

constexpr double kHuge = 0x1p126;

/// What a function should give for a flushed operand, in double.
using Exact = double (*)(double);
/// Whether `got` is near enough to `want` for operand x.
using Near = bool (*)(double x, double got, double want);

/// Units in the last place of f32 around x.
double ulp32(double x) { return std::ldexp(1.0, std::max(std::ilogb(std::fabs(x)), -126) - 23); }

bool within_ulp(double got, double want, double ulps) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::fabs(want) >= 0x1.ffffffp127) return std::isinf(got) && std::signbit(got) == std::signbit(want);
  if (want == 0) return got == 0;
  return std::fabs(got - want) <= ulps * ulp32(want);
}
bool within(double got, double want, double bound) { return std::fabs(got - want) <= bound; }

struct Function {
  const char* name;
  Exact exact;
  Near near;
  bool has_ftz = true;
};
const Function kFunctions[] = {
    {"rcp.approx", [](double x) { return 1 / x; },
     [](double, double got, double want) { return within_ulp(got, want, 1); }},
    {"sqrt.approx", [](double x) { return std::sqrt(x); },
     [](double, double got, double want) {
       return std::isfinite(want) ? within(got, want, want * 0x1p-23) : within_ulp(got, want, 0);
     }},
    {"rsqrt.approx", [](double x) { return 1 / std::sqrt(x); },
     [](double, double got, double want) {
       return std::isfinite(want) ? within(got, want, want * std::exp2(-22.9)) : within_ulp(got, want, 0);
     }},
    {"ex2.approx", [](double x) { return std::exp2(x); },
     [](double, double got, double want) { return want < 0x1p-160 ? got == 0 : within_ulp(got, want, 2); }},
    {"lg2.approx", [](double x) { return std::log2(x); },
     [](double x, double got, double want) {
       if (!std::isfinite(want)) return within_ulp(got, want, 0);
       return within(got, want, 0x1p-22 * (x > 0.5 && x < 2 ? 1 : std::fabs(want)));
     }},
    {"sin.approx", [](double x) { return std::sin(x); },
     [](double, double got, double want) {
       return std::isnan(want) ? std::isnan(got) : within(got, want, std::exp2(-20.9));
     }},
    {"cos.approx", [](double x) { return std::cos(x); },
     [](double, double got, double want) {
       return std::isnan(want) ? std::isnan(got) : within(got, want, std::exp2(-20.9));
     }},
    {"tanh.approx", [](double x) { return std::tanh(x); },
     [](double, double got, double want) {
       return std::isnan(want) ? std::isnan(got) : within(got, want, std::fabs(want) * 0x1p-11);
     },
     false},
};

bool accepts_f32(const Function& f, bool ftz, Bits source, Bits got) {
  const double x = value_of(ftz ? flush_bits(source, kF32) : source, kF32);
  double want = f.exact(x);
  const double value = value_of(got, kF32);
  if (std::isnan(want)) return got == nan_bits(kF32);
  if (ftz && is_subnormal_bits(got, kF32)) return false;
  if (ftz && std::fabs(want) < 0x1p-126) {  // flushed, or rounded up to the least normal
    return magnitude(got, kF32) == 0 || (f.near(x, value, want) && !is_subnormal_bits(got, kF32));
  }
  if (x == 0 && want == 0) return got == source || (ftz && magnitude(got, kF32) == 0);
  return f.near(x, value, want);
}

/// Calls the full-mask handler alone: for sweeps.
std::vector<Bits> sweep(const Op& op, const std::vector<Bits>& sources) {
  std::vector<Bits> results;
  RowFile file;
  OpRows rows;
  rows.d[0] = RowFile::offset(0);
  rows.s[0] = RowFile::offset(2);
  for (size_t start = 0; start < sources.size(); start += kLanes) {
    for (int l = 0; l < kLanes; ++l)
      file.set(rows.s[0], op.s[0], l, sources[std::min(start + static_cast<size_t>(l), sources.size() - 1)]);
    op.full(file.base(), rows, 0);
    for (int l = 0; l < kLanes; ++l) results.push_back(file.get(rows.d[0], op.d[0], l));
  }
  results.resize(sources.size());
  return results;
}

}  // namespace

std::vector<FloatCase> special_cases() {
  std::vector<FloatCase> cases;
  const auto add = [&](const std::string& name, const std::vector<Format>& s, auto accepts) {
    FloatCase c{name, s[0].row(), s, nullptr};
    c.accepts = accepts;
    cases.push_back(c);
  };
  for (const Function& f : kFunctions) {
    for (bool ftz : {false, true}) {
      if (ftz && !f.has_ftz) continue;
      add(f.name + std::string(ftz ? ".ftz.f32" : ".f32"), {kF32},
          [f, ftz](const Sources& s, Bits got) { return accepts_f32(f, ftz, s[0], got); });
    }
  }
  for (bool ftz : {false, true}) {
    for (bool full : {false, true}) {
      add(std::string(full ? "div.full" : "div.approx") + (ftz ? ".ftz.f32" : ".f32"), {kF32, kF32},
          [=](const Sources& s, Bits got) {
            const double a = value_of(ftz ? flush_bits(s[0], kF32) : s[0], kF32);
            const double b = value_of(ftz ? flush_bits(s[1], kF32) : s[1], kF32);
            double want = a / b;
            if (!full && std::fabs(b) > kHuge && std::isfinite(b))
              want = std::isinf(a) ? NAN : a * std::copysign(0.0, b);
            const double value = value_of(got, kF32);
            if (std::isnan(want)) return got == nan_bits(kF32);
            if (std::signbit(value) != std::signbit(want)) return false;
            if (ftz && std::fabs(want) < 0x1p-126) return value == 0 || std::fabs(value) == 0x1p-126;
            if (std::fabs(want) < 0x1p-149) return std::fabs(value) <= 0x1p-149;
            return within_ulp(value, want, 2);
          });
    }
  }
  for (const Format& f : {kF16, kBf16}) {
    for (bool pair : {false, true}) {
      const auto half = [&, f = f](const std::string& name, bool ftz, Exact exact, double bound) {
        FloatCase c{name + f.name + (pair ? "x2" : ""), pair ? Row::b32 : Row::b16, {f}, nullptr};
        c.paired = pair;
        c.accepts = [=](const Sources& s, Bits got) {
          const double want = exact(value_of(ftz ? flush_bits(s[0], f) : s[0], f));
          if (std::isnan(want)) return got == nan_bits(f);
          const double value = value_of(got, f);
          const double least = std::ldexp(1.0, f.emin), step = least * std::ldexp(1.0, 1 - f.precision);
          const Bits rounded = round_to(Quad{want}, f, Mode::nearest);
          if (magnitude(rounded, f) == infinity_bits(f)) return got == rounded;
          if (ftz && std::fabs(want) < least) return magnitude(got, f) == 0 || std::fabs(value) == least;
          return within(value, want, std::max(bound * std::fabs(want), step));
        };
        cases.push_back(c);
      };
      const bool f16 = f.name == ".f16";
      half(
          f16 ? "ex2.approx" : "ex2.approx.ftz", !f16, [](double x) { return std::exp2(x); },
          f16 ? std::exp2(-9.9) : 0x1p-7);
      half(
          "tanh.approx", false, [](double x) { return std::tanh(x); }, f16 ? std::exp2(-10.987) : 0x1p-8);
    }
  }
  add("rcp.approx.ftz.f64", {kF64}, [](const Sources& s, Bits got) {
    const double want = as_double(flush_bits(bits_from(1 / as_double(flush_bits(s[0], kF64))), kF64));
    if (std::isnan(want)) return is_nan_bits(got, kF64);
    if ((got & 0xffffffffu) != 0) return false;
    return std::isinf(want) || want == 0 ? got == bits_from(want)
                                         : within(as_double(got), want, std::fabs(want) * 0x1p-19);
  });
  for (bool ftz : {false, true}) {
    add(ftz ? "rsqrt.approx.ftz.f64" : "rsqrt.approx.f64", {kF64}, [ftz](const Sources& s, Bits got) {
      const double want = 1 / std::sqrt(as_double(ftz ? flush_bits(s[0], kF64) : s[0]));
      if (std::isnan(want)) return is_nan_bits(got, kF64);
      return std::isinf(want) || want == 0 ? got == bits_from(want)
                                           : within(as_double(got), want, want * (ftz ? 0x1p-19 : 0x1p-50));
    });
  }
  return cases;
}

TEST_CASE("approximate instructions keep the ISA's bounds on special and random operands") {
  for (const FloatCase& c : special_cases()) check_float_case(c, c.s.size() == 1 ? 400 : 3000, 1000);
}

TEST_CASE("approximate f32 functions keep their bounds over a dense sweep, alike in every build") {
  std::vector<Bits> sources;
  for (uint64_t b = 0; b < uint64_t{1} << 32; b += 8191) sources.push_back(b);  // every exponent
  for (uint32_t b = 0x3f000000; b < 0x40000000; b += 61) sources.push_back(b);  // 0.5 to 2
  for (int i = -200 * 512; i < 200 * 512; ++i) sources.push_back(bits_from(static_cast<float>(i) / 512 + 0x1p-12f));
  for (const Function& f : kFunctions) {
    for (bool ftz : {false, true}) {
      if (ftz && !f.has_ftz) continue;
      std::vector<Bits> first;
      for (const auto& [isa, table] : op_tables()) {
        const Op* op = table->find(f.name + std::string(ftz ? ".ftz.f32" : ".f32"));
        REQUIRE(op != nullptr);
        const std::vector<Bits> got = sweep(*op, sources);
        if (first.empty()) first = got;
        int wrong = 0;
        for (size_t i = 0; i < sources.size() && wrong < 3; ++i) {
          if (accepts_f32(f, ftz, sources[i], got[i]) && got[i] == first[i]) continue;
          FAIL_CHECK(isa << ": " << op->name << " " << hex(sources[i]) << ": " << hex(got[i]));
          ++wrong;
        }
      }
    }
  }
}

TEST_CASE("the edges of ex2 and lg2") {
  for (const auto& [isa, table] : op_tables()) {
    const auto bits = [](float x) { return bits_from(x); };
    const auto ex2 = run_op(isa, *table, "ex2.approx.f32",
                            {{bits(-INFINITY)}, {bits(INFINITY)}, {bits(0)}, {bits(-149)}, {bits(128)}, {bits(-127)}});
    const Bits want_ex2[] = {0, bits(INFINITY), bits(1), 1, bits(INFINITY), 0x00400000};
    for (size_t i = 0; i < 6; ++i) CHECK(ex2[i][0] == want_ex2[i]);
    const auto lg2 = run_op(isa, *table, "lg2.approx.f32",
                            {{bits(0)}, {bits(-0.0f)}, {bits(-1)}, {bits(INFINITY)}, {bits(1)}, {1}, {bits(8)}});
    const Bits want_lg2[] = {bits(-INFINITY), bits(-INFINITY), 0x7fffffff, bits(INFINITY), 0, bits(-149), bits(3)};
    for (size_t i = 0; i < 7; ++i) CHECK(lg2[i][0] == want_lg2[i]);
  }
}

}  // namespace vgpu::testing
