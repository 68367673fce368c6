// cvt: every pair of types in every register width, against exact values rounded or clamped by definition.

#include "vgpu/ops/float_testing.h"

namespace vgpu::testing {
namespace {

using Wide = __int128;

const Format kIntegers[] = {{".u8", 8, 0, 0, false},   {".s8", 8},   {".u16", 16, 0, 0, false}, {".s16", 16},
                            {".u32", 32, 0, 0, false}, {".s32", 32}, {".u64", 64, 0, 0, false}, {".s64", 64}};

Wide least(const Format& f) { return f.is_signed ? -(Wide{1} << (f.bits - 1)) : 0; }
Wide greatest(const Format& f) { return (Wide{1} << (f.is_signed ? f.bits - 1 : f.bits)) - 1; }
Wide clamp_to(Wide x, const Format& f) { return std::clamp(x, least(f), greatest(f)); }

/// The low bits of a register as an integer of the format.
Wide integer_of(Bits b, const Format& f) {
  const Bits low = b & ((Bits{1} << f.bits) - 1);
  return f.is_signed && (low & sign_bit(f)) != 0 ? static_cast<Wide>(low) - (Wide{1} << f.bits)
                                                 : static_cast<Wide>(low);
}

/// The widths of register an integer type may stand in, and how its name says so.
std::vector<int> widths(const Format& f) {
  std::vector<int> w;
  for (int bits : {16, 32, 64}) {
    if (bits >= f.bits) w.push_back(bits);
  }
  return w;
}
std::string width_name(const Format& f, int width) { return width == f.bits ? "" : "@" + std::to_string(width); }
Row row_of_bits(int bits) { return static_cast<Row>(bits / 8); }
/// Operand values for an integer of a format in a register: any bits above it.
Format register_of(int width) { return {".b" + std::to_string(width), width, 0, 0, false}; }

std::string integral_mode(Mode m) { return mode_name(m) + "i"; }

double round_integral(double x, Mode m) {
  return m == Mode::nearest ? std::nearbyint(x)
         : m == Mode::zero  ? std::trunc(x)
         : m == Mode::down  ? std::floor(x)
                            : std::ceil(x);
}

void add_integer_cases(std::vector<FloatCase>& cases) {
  for (const Format& d : kIntegers) {
    for (const Format& s : kIntegers) {
      for (int dw : widths(d)) {
        for (int sw : widths(s)) {
          const std::string types = width_name(d, dw) + d.name + s.name + width_name(s, sw);
          cases.push_back({"cvt" + types, row_of_bits(dw), {register_of(sw)}, [=](const Sources& v) {
                             const Bits low = static_cast<Bits>(integer_of(v[0], s));
                             return static_cast<Bits>(integer_of(low, d));
                           }});
          if (least(d) <= least(s) && greatest(d) >= greatest(s)) continue;
          cases.push_back({"cvt.sat" + types, row_of_bits(dw), {register_of(sw)}, [=](const Sources& v) {
                             return static_cast<Bits>(clamp_to(integer_of(v[0], s), d));
                           }});
        }
      }
    }
  }
}

void add_to_integer_cases(std::vector<FloatCase>& cases) {
  for (const Format& s : {kF16, kBf16, kF32, kF64}) {
    for (const Format& d : kIntegers) {
      for (int dw : widths(d)) {
        for (Mode mode : kModes) {
          for (bool ftz : {false, true}) {
            if (ftz && s.name != ".f32") continue;
            const auto expected = [=](const Sources& v) -> Bits {
              const double x = value_of(ftz ? flush_bits(v[0], s) : v[0], s);
              if (std::isnan(x)) {
                const bool zero = s.bits < 64 && d.bits < 64;
                return static_cast<Bits>(zero ? 0 : integer_of(sign_bit(d), d));
              }
              const double r = round_integral(x, mode);
              if (std::fabs(r) > 0x1p100) return static_cast<Bits>(r < 0 ? least(d) : greatest(d));
              return static_cast<Bits>(clamp_to(static_cast<Wide>(r), d));
            };
            for (const char* sat : {"", ".sat"}) {
              cases.push_back(
                  {"cvt" + integral_mode(mode) + (ftz ? ".ftz" : "") + sat + width_name(d, dw) + d.name + s.name,
                   row_of_bits(dw),
                   {s},
                   expected});
            }
          }
        }
      }
    }
  }
}

void add_from_integer_cases(std::vector<FloatCase>& cases) {
  for (const Format& d : {kF16, kBf16, kF32, kF64}) {
    for (const Format& s : kIntegers) {
      for (int sw : widths(s)) {
        for (Mode mode : kModes) {
          for (const char* ftz : {"", ".ftz"}) {
            if (*ftz != 0 && d.name != ".f32") continue;
            for (bool sat : {false, true}) {
              cases.push_back(
                  {"cvt" + mode_name(mode) + ftz + (sat ? ".sat" : "") + d.name + s.name + width_name(s, sw),
                   d.row(),
                   {register_of(sw)},
                   [=](const Sources& v) {
                     const Bits b = round_to(static_cast<Quad>(integer_of(v[0], s)), d, mode);
                     return sat ? saturate_bits(b, d) : b;
                   }});
            }
          }
        }
      }
    }
  }
}

/// round_to() takes what is too large to the greatest finite value in some directions; an infinity stays one.
Bits convert_float(Bits b, const Format& s, const Format& d, Mode mode) {
  if (magnitude(b, s) == infinity_bits(s)) return infinity_bits(d) | ((b & sign_bit(s)) != 0 ? sign_bit(d) : 0);
  const double x = value_of(b, s);
  return round_to(Quad{x}, d, mode, std::signbit(x));
}

void add_float_cases(std::vector<FloatCase>& cases) {
  const Format all[] = {kF16, kBf16, kF32, kF64};
  for (const Format& s : all) {
    for (const Format& d : all) {
      const bool same = s.name == d.name, has_f32 = s.name == ".f32" || d.name == ".f32";
      const bool exact = same || (d.precision >= s.precision && d.emin <= s.emin);
      for (bool ftz : {false, true}) {
        if (ftz && !has_f32) continue;
        for (bool sat : {false, true}) {
          const auto add = [&](const std::string& rounding, auto value) {
            cases.push_back({"cvt" + rounding + (ftz ? ".ftz" : "") + (sat ? ".sat" : "") + d.name + s.name,
                             d.row(),
                             {s},
                             [=](const Sources& v) {
                               const bool flushes = ftz && s.name == ".f32" && d.name != ".f16";  // as an H100 does
                               const Bits in = flushes ? flush_bits(v[0], s) : v[0];
                               Bits b = value(in);
                               if (ftz && d.name == ".f32") b = flush_bits(b, d);
                               return sat ? saturate_bits(b, d) : b;
                             },
                             d.name == ".f64"});
          };
          if (exact) add("", [=](Bits b) { return convert_float(b, s, d, Mode::nearest); });
          for (Mode mode : kModes) {
            if (!exact) add(mode_name(mode), [=](Bits b) { return convert_float(b, s, d, mode); });
            if (same) {
              add(integral_mode(mode), [=](Bits b) {
                const double x = round_integral(value_of(b, s), mode);
                return std::isinf(x) ? b : round_to(Quad{x}, d, Mode::nearest, std::signbit(x));
              });
            }
          }
        }
      }
    }
  }
}

void add_narrow_cases(std::vector<FloatCase>& cases) {
  for (const Format& d : {kF16, kBf16, kTf32}) {
    for (Mode mode : {Mode::nearest, Mode::zero, Mode::away}) {
      if ((mode == Mode::away) != (d.name == ".tf32") && mode == Mode::away) continue;
      for (bool relu : {false, true}) {
        if (relu && mode == Mode::away) continue;  // there is none
        for (bool satfinite : {false, true}) {
          const std::string modifiers =
              "cvt" + mode_name(mode) + (relu ? ".relu" : "") + (satfinite ? ".satfinite" : "") + d.name;
          const auto one = [=](Bits v) {
            Bits b = convert_float(v, kF32, d, mode);
            if (is_nan_bits(v, kF32) && mode == Mode::away)  // as an H100 does
              return (v & ~Bits{0x1fff}) - (satfinite ? 0x2000 : 0);
            if (is_nan_bits(v, kF32)) b = nan_bits(d);
            if (satfinite && magnitude(b, d) == infinity_bits(d))
              b = (b & sign_bit(d)) | round_to(Quad{std::numeric_limits<double>::max()}, d, Mode::zero);
            return relu ? relu_bits(b, d) : b;
          };
          const bool plain_half = !relu && !satfinite && d.name != ".tf32";  // among the float cases
          if (!plain_half) {
            cases.push_back({modifiers + ".f32", d.row(), {kF32}, [=](const Sources& v) { return one(v[0]); }});
          }
          if (d.name == ".tf32") continue;
          cases.push_back({modifiers + "x2.f32", Row::b32, {kF32, kF32}, [=](const Sources& v) {
                             return one(v[0]) << 16 | one(v[1]);
                           }});
        }
      }
    }
  }
}

void add_pack_cases(std::vector<FloatCase>& cases) {
  const Format word = register_of(32);
  for (bool is_signed : {false, true}) {
    for (int bits : {2, 4, 8, 16}) {
      const Format field{(is_signed ? ".s" : ".u") + std::to_string(bits), bits, 0, 0, is_signed};
      const Format s32 = kIntegers[5];
      const auto expected = [=](const Sources& v) {
        const Bits low = (Bits{1} << bits) - 1;
        const Bits a = static_cast<Bits>(clamp_to(integer_of(v[0], s32), field)) & low;
        const Bits b = static_cast<Bits>(clamp_to(integer_of(v[1], s32), field)) & low;
        return (v.size() == 3 ? v[2] << (2 * bits) : 0) | a << bits | b;
      };
      cases.push_back({"cvt.pack.sat" + field.name + ".s32" + (bits == 16 ? "" : ".b32"), Row::b32,
                       std::vector<Format>(bits == 16 ? 2 : 3, word), expected});
    }
  }
}

}  // namespace

std::vector<FloatCase> convert_cases() {
  std::vector<FloatCase> cases;
  add_integer_cases(cases);
  add_to_integer_cases(cases);
  add_from_integer_cases(cases);
  add_float_cases(cases);
  add_narrow_cases(cases);
  add_pack_cases(cases);
  return cases;
}

TEST_CASE("cvt gives the exact value, rounded, clamped or truncated once") {
  for (const FloatCase& c : convert_cases()) check_float_case(c, 280, 72);
}

TEST_CASE("every f16 and bf16 widens to its value, and rounds back from it and from its neighbourhood") {
  for (const Format& half : {kF16, kBf16}) {
    for (const auto& [isa, table] : op_tables()) {
      std::vector<Sources> all, floats;
      for (unsigned b = 0; b < 0x10000; ++b) all.push_back({b});
      const auto widened = run_op(isa, *table, "cvt.f32" + half.name, all);
      int wrong = 0;
      for (size_t b = 0; b < 0x10000; ++b) {
        wrong += widened[b][0] != convert_float(b, half, kF32, Mode::nearest);
        // The half, the midpoint to the next one, and both sides of it.
        const Bits next = is_nan_bits(b, half) || is_nan_bits(b + 1, half) || magnitude(b, half) + 1 == sign_bit(half)
                              ? widened[b][0]
                              : widened[b + 1][0];
        const Bits middle = bits_from(static_cast<float>(
            (static_cast<double>(as_float(widened[b][0])) + static_cast<double>(as_float(next))) / 2));
        for (Bits f : {widened[b][0], middle, middle - 1, middle + 1}) floats.push_back({f});
      }
      CHECK_MESSAGE(wrong == 0, isa << half.name);
      for (Mode mode : kModes) {
        const auto narrowed = run_op(isa, *table, "cvt" + mode_name(mode) + half.name + ".f32", floats);
        int bad = 0;
        for (size_t i = 0; i < floats.size() && bad < 3; ++i) {
          const Bits want = convert_float(floats[i][0], kF32, half, mode);
          if (narrowed[i][0] == want) continue;
          FAIL_CHECK(isa << half.name << mode_name(mode) << " " << hex(floats[i][0]) << ": " << hex(narrowed[i][0])
                         << ", want " << hex(want));
          ++bad;
        }
      }
    }
  }
}

TEST_CASE("NaN to an integer is 0, and the top bit alone from f64 or to 64 bits") {
  for (const auto& [isa, table] : op_tables()) {
    CHECK(run_op(isa, *table, "cvt.rzi.s32.f32", {{0x7fc00000}})[0][0] == 0);
    CHECK(run_op(isa, *table, "cvt.rzi.u64.f32", {{0x7fc00000}})[0][0] == uint64_t{1} << 63);
    CHECK(run_op(isa, *table, "cvt.rzi.s32.f64", {{uint64_t{0x7ff8} << 48}})[0][0] == 0x80000000u);
  }
}

}  // namespace vgpu::testing
