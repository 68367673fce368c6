// Logic, shifts and bit fields, bit by bit as the PTX ISA writes them down.

#include "vgpu/ops/op_testing.h"

namespace vgpu::isa_baseline {
void add_logic_ops(OpTable& table);
}

namespace vgpu::testing {
namespace {

using Function = std::function<Bits(const Sources& s)>;

OpCase make(const std::string& name, Row d, std::vector<Row> s, const Function& f) {
  return {name, {d}, std::move(s), [f](const Sources& sources, int64_t, Results& out) { out[0] = f(sources); }};
}

bool bit(Bits x, int i) { return (x >> i) & 1; }

/// A word of `n` bits, each computed from its position.
template <class F>
Bits word(int n, F f) {
  Bits w = 0;
  for (int i = 0; i < n; ++i) w |= Bits{f(i) ? 1u : 0u} << i;
  return w;
}

const std::vector<std::pair<std::string, Row>> kWords = {{"16", Row::b16}, {"32", Row::b32}, {"64", Row::b64}};

std::vector<OpCase> logic_cases() {
  std::vector<OpCase> cases;
  std::vector<std::pair<std::string, Row>> rows = {{".pred", Row::pred}};
  for (const auto& [n, row] : kWords) rows.emplace_back(".b" + n, row);
  for (const auto& [type, row] : rows) {
    const int n = row_bits(row);
    const auto bitwise = [&, n = n](const std::string& name, std::vector<Row> s, std::function<bool(bool, bool)> f) {
      cases.push_back(make(name + type, row, s, [=](const Sources& v) {
        return word(n, [&](int i) { return f(bit(v[0], i), bit(v.back(), i)); });
      }));
    };
    bitwise("and", {row, row}, [](bool a, bool b) { return a && b; });
    bitwise("or", {row, row}, [](bool a, bool b) { return a || b; });
    bitwise("xor", {row, row}, [](bool a, bool b) { return a != b; });
    bitwise("not", {row}, [](bool a, bool) { return !a; });
    if (row != Row::pred) {
      cases.push_back(make("cnot" + type, row, {row}, [](const Sources& s) { return Bits{s[0] == 0 ? 1u : 0u}; }));
    }
  }
  return cases;
}

std::vector<OpCase> shift_cases() {
  std::vector<OpCase> cases;
  for (const auto& [name, row] : kWords) {
    const int n = row_bits(row);
    cases.push_back(make("shl.b" + name, row, {row, Row::b32}, [=](const Sources& s) {
      return word(n, [&](int i) { return s[1] <= static_cast<Bits>(i) && bit(s[0], i - static_cast<int>(s[1])); });
    }));
    for (const std::string kind : {"b", "u", "s"}) {
      cases.push_back(make("shr." + kind + name, row, {row, Row::b32}, [=](const Sources& s) {
        return word(n, [&](int i) {
          const Bits from = s[1] + static_cast<Bits>(i);
          return from < static_cast<Bits>(n) ? bit(s[0], static_cast<int>(from)) : kind == "s" && bit(s[0], n - 1);
        });
      }));
    }
  }
  for (bool clamp : {false, true}) {
    const std::string mode = clamp ? ".clamp.b32" : ".wrap.b32";
    const auto amount = [=](Bits c) { return static_cast<int>(clamp ? std::min<Bits>(c, 32) : c % 32); };
    const std::vector<Row> s(3, Row::b32);
    cases.push_back(make("shf.l" + mode, Row::b32, s, [=](const Sources& v) {
      const int n = amount(v[2]);  // bits move up: position i comes from i - n of the upper word
      return word(32, [&](int i) { return i >= n ? bit(v[1], i - n) : bit(v[0], 32 + i - n); });
    }));
    cases.push_back(make("shf.r" + mode, Row::b32, s, [=](const Sources& v) {
      const int n = amount(v[2]);
      return word(32, [&](int i) { return i + n < 32 ? bit(v[0], i + n) : bit(v[1], i + n - 32); });
    }));
  }
  return cases;
}

/// One case for each of the 256 tables.
std::vector<OpCase> lop3_cases() {
  std::vector<OpCase> cases;
  for (int64_t table = 0; table < 256; ++table) {
    OpCase c = make("lop3.b32", Row::b32, std::vector<Row>(3, Row::b32), [=](const Sources& s) {
      return word(
          32, [&](int i) { return bit(static_cast<Bits>(table), 4 * bit(s[0], i) + 2 * bit(s[1], i) + bit(s[2], i)); });
    });
    c.imm = table;
    cases.push_back(c);
  }
  return cases;
}

/// Every pair of position and length that matters, on a few words, and operands of which only the low byte counts.
std::vector<Sources> field_tuples(Row row, bool insert) {
  std::vector<Sources> tuples;
  const Bits pattern = truncate((Bits{0x9b3f5a71c2d4e680u}), row), ones = truncate(~Bits{0}, row);
  for (Bits a : {pattern, pattern ^ ones, ones, Bits{1} << (row_bits(row) - 1)}) {
    for (unsigned p : {0u, 1u, 7u, 15u, 30u, 31u, 32u, 33u, 62u, 63u, 64u, 65u, 128u, 255u, 256u, 0xffffff04u}) {
      for (unsigned n : {0u, 1u, 2u, 8u, 16u, 31u, 32u, 33u, 63u, 64u, 65u, 200u, 255u, 256u, 0x80000003u}) {
        if (insert) tuples.push_back({a, truncate(a * 5 + 3, row), p, n});
        if (!insert) tuples.push_back({a, p, n});
      }
    }
  }
  return tuples;
}

/// A position or length: the low byte of the operand; of 64-bit forms all of it.
int64_t field_operand(Bits operand, int bits) {
  return static_cast<int64_t>(operand & (bits == 64 ? 0xffffffffu : 0xffu));
}

std::vector<OpCase> field_cases() {
  std::vector<OpCase> cases;
  for (const std::string width : {"32", "64"}) {
    const Row row = width == "32" ? Row::b32 : Row::b64;
    const int n = row_bits(row), top = n - 1;
    for (const std::string kind : {"u", "s"}) {
      OpCase bfe = make("bfe." + kind + width, row, {row, Row::b32, Row::b32}, [=](const Sources& s) {
        const int64_t position = field_operand(s[1], n), length = field_operand(s[2], n);
        const int end = static_cast<int>(std::min<int64_t>(position + length - 1, top));
        const bool sign = kind == "s" && length != 0 && bit(s[0], end);
        return word(n, [&](int i) {
          return i < length && position + i <= top ? bit(s[0], static_cast<int>(position) + i) : sign;
        });
      });
      bfe.tuples = field_tuples(row, false);
      cases.push_back(bfe);

      const auto leading = [=](const Sources& s) {  // -1: none
        const bool sign = kind == "s" && bit(s[0], top);
        for (int i = top; i >= 0; --i) {
          if (bit(s[0], i) != sign) return i;
        }
        return -1;
      };
      cases.push_back(make("bfind." + kind + width, Row::b32, {row},
                           [=](const Sources& s) { return static_cast<Bits>(leading(s)); }));
      cases.push_back(make("bfind.shiftamt." + kind + width, Row::b32, {row}, [=](const Sources& s) {
        return leading(s) < 0 ? ~Bits{0} : static_cast<Bits>(top - leading(s));
      }));
    }
    OpCase bfi = make("bfi.b" + width, row, {row, row, Row::b32, Row::b32}, [=](const Sources& s) {
      const int64_t position = field_operand(s[2], n), length = field_operand(s[3], n);
      return word(n, [&](int i) {
        return i >= position && i < position + length ? bit(s[0], i - static_cast<int>(position)) : bit(s[1], i);
      });
    });
    bfi.tuples = field_tuples(row, true);
    cases.push_back(bfi);
    cases.push_back(make("brev.b" + width, row, {row},
                         [=](const Sources& s) { return word(n, [&](int i) { return bit(s[0], top - i); }); }));
    cases.push_back(make("clz.b" + width, Row::b32, {row}, [=](const Sources& s) {
      unsigned zeros = 0;
      while (zeros < static_cast<unsigned>(n) && !bit(s[0], top - static_cast<int>(zeros))) ++zeros;
      return Bits{zeros};
    }));
    cases.push_back(make("popc.b" + width, Row::b32, {row}, [=](const Sources& s) {
      unsigned ones = 0;
      for (int i = 0; i < n; ++i) ones += bit(s[0], i);
      return Bits{ones};
    }));
  }
  return cases;
}

std::vector<OpCase> mask_cases() {
  std::vector<OpCase> cases;
  OpCase fns = make("fns.b32", Row::b32, std::vector<Row>(3, Row::b32), [](const Sources& s) -> Bits {
    // List the set bits in walking order from base; the |offset|-th is the answer.
    const int64_t base = static_cast<int64_t>(s[1]), offset = static_cast<int32_t>(s[2]);
    if (base > 31) return ~Bits{0};
    if (offset == 0) return bit(s[0], static_cast<int>(base)) ? s[1] : ~Bits{0};
    std::vector<int> found;
    for (int i = 0; i < 32; ++i) {
      if (bit(s[0], i) && (offset > 0 ? i >= base : i <= base)) found.push_back(i);
    }
    if (offset < 0) std::reverse(found.begin(), found.end());
    const int64_t index = std::abs(offset) - 1;
    return index < static_cast<int64_t>(found.size()) ? static_cast<Bits>(found[static_cast<size_t>(index)]) : ~Bits{0};
  });
  for (Bits mask : {0x0u, 0x1u, 0x80000000u, 0xffffffffu, 0x12345678u, 0x80010001u}) {
    for (Bits base : {0u, 1u, 3u, 16u, 30u, 31u, 32u, 0xffffffffu}) {
      for (Bits offset : {0u, 1u, 2u, 3u, 32u, 33u, 0xffffffffu, 0xfffffffeu, 0x80000000u, 0x7fffffffu}) {
        fns.tuples.push_back({mask, base, offset});
      }
    }
  }
  cases.push_back(fns);
  for (bool clamp : {false, true}) {
    const std::string mode = clamp ? ".clamp" : ".wrap";
    const auto amount = [=](Bits x) { return clamp ? x : x % 32; };
    cases.push_back(make("bmsk" + mode + ".b32", Row::b32, {Row::b32, Row::b32}, [=](const Sources& s) {
      return word(32, [&](int i) {
        const Bits at = static_cast<Bits>(i);
        return at >= amount(s[0]) && at < amount(s[0]) + amount(s[1]);
      });
    }));
    for (const std::string kind : {"u", "s"}) {
      cases.push_back(make("szext" + mode + "." + kind + "32", Row::b32, {Row::b32, Row::b32}, [=](const Sources& s) {
        const int length = static_cast<int>(std::min<Bits>(amount(s[1]), 32));
        const bool sign = kind == "s" && length > 0 && length < 32 && bit(s[0], length - 1);
        return word(32, [&](int i) { return i < length ? bit(s[0], i) : sign; });
      }));
    }
  }
  return cases;
}

std::vector<OpCase> prmt_cases() {
  const std::vector<Row> s(3, Row::b32);
  const auto byte = [](const Sources& v, int i) {
    return static_cast<unsigned>((i < 4 ? v[0] : v[1]) >> (8 * (i % 4))) & 0xff;
  };
  OpCase generic = make("prmt.b32", Row::b32, s, [=](const Sources& v) {
    Bits d = 0;
    for (int i = 0; i < 4; ++i) {
      const int selector = static_cast<int>(v[2] >> (4 * i)) & 15;
      const unsigned b = byte(v, selector & 7);
      d |= Bits{selector < 8 ? b : (b & 0x80 ? 0xffu : 0u)} << (8 * i);
    }
    return d;
  });
  std::vector<OpCase> cases = {generic};
  const auto mode = [&](const std::string& name, std::function<int(int n, int i)> source_of) {
    cases.push_back(make("prmt.b32." + name, Row::b32, s, [=](const Sources& v) {
      Bits d = 0;
      for (int i = 0; i < 4; ++i) d |= Bits{byte(v, source_of(static_cast<int>(v[2] & 3), i))} << (8 * i);
      return d;
    }));
  };
  mode("f4e", [](int n, int i) { return n + i; });
  mode("b4e", [](int n, int i) { return (n - i + 8) % 8; });
  mode("rc8", [](int n, int) { return n; });
  mode("ecl", [](int n, int i) { return std::max(n, i); });
  mode("ecr", [](int n, int i) { return std::min(n, i); });
  mode("rc16", [](int n, int i) { return 2 * (n % 2) + i % 2; });
  return cases;
}

void check_all(const std::vector<OpCase>& cases, size_t limit = 1024, size_t random = 256) {
  for (const OpCase& c : cases) check_case(c, limit, random);
}

}  // namespace

TEST_CASE("logic works bit by bit") { check_all(logic_cases()); }
TEST_CASE("shifts clamp at the width, funnel shifts clamp or wrap") { check_all(shift_cases()); }
TEST_CASE("lop3 follows each of its 256 tables") { check_all(lop3_cases(), 64, 64); }
TEST_CASE("bit fields that begin or end past the top bit") { check_all(field_cases()); }
TEST_CASE("masks of bits and sign extension, clamped and wrapped") { check_all(mask_cases()); }
TEST_CASE("prmt picks bytes and signs, and its modes") { check_all(prmt_cases()); }

TEST_CASE("known values of lop3, bfe and prmt") {
  for (const auto& [isa, table] : op_tables()) {
    CHECK(table->find("lop3.b32")->immediate_source == 3);
    CHECK(run_op(isa, *table, "lop3.b32", {{0xf0, 0xcc, 0xaa}}, 0xe8)[0][0] == 0xe8);  // a table is its value on these
    CHECK(run_op(isa, *table, "bfe.s32", {{0x80, 4, 4}})[0][0] == 0xfffffff8u);
    CHECK(run_op(isa, *table, "bfe.s32", {{0x80000000u, 31, 4}})[0][0] == 0xffffffffu);
    CHECK(run_op(isa, *table, "bfe.s32", {{0x80000000u, 40, 0}})[0][0] == 0);
    CHECK(run_op(isa, *table, "prmt.b32", {{0x33221100, 0x77665544, 0x7531}})[0][0] == 0x77553311u);
  }
}

TEST_CASE("every logic and bit field instruction has a test") {
  std::vector<OpCase> cases;
  for (const auto& list : {logic_cases(), shift_cases(), lop3_cases(), field_cases(), mask_cases(), prmt_cases()}) {
    cases.insert(cases.end(), list.begin(), list.end());
  }
  check_all_named(isa_baseline::add_logic_ops, cases);
}

}  // namespace vgpu::testing
