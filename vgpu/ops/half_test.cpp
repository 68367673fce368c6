// f16 and bf16 arithmetic against exact values rounded once by definition, and every f16 there is.

#include "vgpu/ops/float_testing.h"

namespace vgpu::testing {
namespace {

/// a * b + c rounded once. Quad holds a product exactly but not every sum: it is found rounded down and up, and where
/// the two disagree on the result the value lies beside a midpoint that one of them is.
Bits fma_reference(double a, double b, double c, const Format& f) {
  volatile Quad va = a, vb = b, vc = c;
  const auto sum = [&](Mode m) {
    return with_rounding(m, [&] {
      volatile Quad s = va * vb + vc;
      return static_cast<Quad>(s);
    });
  };
  const Quad low = sum(Mode::down), high = sum(Mode::up);
  if (low != low) return nan_bits(f);
  if (low == 0 && high == 0) {  // the sign of an exact zero: of equal signs, or plus
    const double zero = a * b + c;
    return round_to(Quad{0}, f, Mode::nearest, std::signbit(zero) && a * b == 0);
  }
  const Bits below = round_to(low, f, Mode::nearest), above = round_to(high, f, Mode::nearest);
  if (below == above) return below;
  const Quad middle = (Quad{value_of(below, f)} + Quad{value_of(above, f)}) / 2;
  return low >= middle ? above : below;
}

using Operands = std::array<double, 3>;  // a, b, c of a * b + c
struct Arithmetic {
  const char* name;
  size_t arity;
  Operands (*operands)(const std::vector<double>&);
};

}  // namespace

std::vector<FloatCase> half_cases() {
  std::vector<FloatCase> cases;
  const auto add = [&](const std::string& base, const Format& f, size_t arity, auto expected) {
    const std::vector<Format> s(arity, f);
    cases.push_back({base + f.name, Row::b16, s, expected});
    cases.push_back({base + f.name + "x2", Row::b32, s, expected});
    cases.back().paired = true;
  };
  const Arithmetic operations[] = {
      {"add", 2,
       [](const std::vector<double>& x) {
         return Operands{x[0], 1, x[1]};
       }},
      {"sub", 2,
       [](const std::vector<double>& x) {
         return Operands{x[1], -1, x[0]};
       }},
      {"mul", 2,
       [](const std::vector<double>& x) {
         return Operands{x[0], x[1], -0.0};
       }},
      {"fma", 3,
       [](const std::vector<double>& x) {
         return Operands{x[0], x[1], x[2]};
       }},
  };
  for (const Format& f : {kF16, kBf16}) {
    const bool f16 = f.name == ".f16";
    for (const Arithmetic& o : operations) {
      for (bool ftz : {false, true}) {
        for (const char* clamp : {"", ".sat", ".relu"}) {
          const bool is_fma = o.arity == 3, sat = std::string(clamp) == ".sat", relu = std::string(clamp) == ".relu";
          if ((!f16 && (ftz || sat)) || (relu && !is_fma)) continue;
          const auto expected = [=](const Sources& s) {
            std::vector<double> x;
            for (Bits b : s) x.push_back(value_of(ftz ? flush_bits(b, f) : b, f));
            // mul adds a zero that must not show in the sign of the product.
            const Operands v = o.operands(x);
            Bits r = fma_reference(v[0], v[1], v[2], f);
            if (std::string(o.name) == "mul" && magnitude(r, f) == 0)
              r = std::signbit(v[0]) != std::signbit(v[1]) ? sign_bit(f) : 0;
            if (ftz) r = flush_bits(r, f);
            return sat ? saturate_bits(r, f) : (relu ? relu_bits(r, f) : r);
          };
          const std::string modifiers = std::string(ftz ? ".ftz" : "") + clamp;
          add(o.name + std::string(".rn") + modifiers, f, o.arity, expected);
          if (!is_fma) add(o.name + modifiers, f, o.arity, expected);
        }
      }
    }
    for (bool ftz : {false, true}) {
      if (ftz && !f16) continue;
      const std::string z = ftz ? ".ftz" : "";
      const auto in = [ftz, f](Bits b) { return ftz ? flush_bits(b, f) : b; };
      for (bool max : {false, true}) {
        for (bool nan : {false, true}) {
          for (bool xorsign : {false, true}) {
            add((max ? "max" : "min") + z + (nan ? ".NaN" : "") + (xorsign ? ".xorsign.abs" : ""), f, 2,
                [=](const Sources& s) -> Bits {
                  Bits a = in(s[0]), b = in(s[1]);
                  const Bits sign = xorsign ? (a ^ b) & sign_bit(f) : 0;
                  if (xorsign) a = magnitude(a, f), b = magnitude(b, f);
                  const bool na = is_nan_bits(a, f), nb = is_nan_bits(b, f);
                  if ((na && nb) || (nan && (na || nb))) return nan_bits(f);
                  if (na || nb) return (na ? b : a) | sign;
                  const double x = value_of(a, f), y = value_of(b, f);
                  const bool below = x < y || (x == y && std::signbit(x) && !std::signbit(y));
                  return (below != max ? a : b) | sign;
                });
          }
        }
      }
      add("abs" + z, f, 1, [=](const Sources& s) { return magnitude(in(s[0]), f); });
      add("neg" + z, f, 1, [=](const Sources& s) { return in(s[0]) ^ sign_bit(f); });
    }
  }
  return cases;
}

TEST_CASE("half arithmetic rounds the exact result once") {
  for (const FloatCase& c : half_cases()) check_float_case(c, c.s.size() == 1 ? 300 : 700, 500);
}

TEST_CASE("bf16 fma keeps what lies far below a midpoint") {
  // The addend is the least subnormal: far past the last bit of a double beside 1.
  for (const auto& [isa, table] : op_tables()) {
    const Bits x = 0x3f88, y = 0x3f88;  // 1.0625 * 1.0625 = 1.12890625 = midway between 1.125 and 1.1328125
    const auto got = run_op(isa, *table, "fma.rn.bf16", {{x, y, 0x0001}, {x, y, 0x8001}, {x, y, 0}});
    CHECK(got[0][0] == 0x3f91);
    CHECK(got[1][0] == 0x3f90);
    CHECK(got[2][0] == 0x3f90);  // the even one
  }
}

}  // namespace vgpu::testing
