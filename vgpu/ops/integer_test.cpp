// Integer instructions against arithmetic on 128-bit numbers, where nothing of up to 64 bits overflows: operands are
// sign- or zero-extended to 128 bits, the result is cut to the row.

#include "vgpu/ops/op_testing.h"

namespace vgpu::isa_baseline {
void add_integer_ops(OpTable& table);
}

namespace vgpu::testing {
namespace {

using Signed = __int128;

struct Type {
  std::string name;
  int bits;
  bool is_signed;
  Row row() const { return static_cast<Row>(bits / 8); }
  Row wide_row() const { return static_cast<Row>(bits / 4); }
  Signed min() const { return is_signed ? -(Signed{1} << (bits - 1)) : 0; }
  Signed max() const { return (Signed{1} << (is_signed ? bits - 1 : bits)) - 1; }
  /// The number that the low `bits` of x stand for.
  Signed value(Bits x) const {
    const Bits low = x & ((Bits{1} << bits) - 1);
    return is_signed && (low >> (bits - 1)) ? static_cast<Signed>(low) - (Signed{1} << bits) : static_cast<Signed>(low);
  }
  Signed saturate(Signed x) const { return x < min() ? min() : x > max() ? max() : x; }
};

const Type kU16{".u16", 16, false}, kS16{".s16", 16, true}, kU32{".u32", 32, false}, kS32{".s32", 32, true},
    kU64{".u64", 64, false}, kS64{".s64", 64, true};
const std::vector<Type> kAll = {kU16, kS16, kU32, kS32, kU64, kS64};

using Binary = std::function<Bits(const Type& t, Signed a, Signed b)>;
using Ternary = std::function<Bits(const Type& t, Signed a, Signed b, Signed c)>;

OpCase binary(const std::string& base, const Type& t, const Binary& f) {
  return {base + t.name, {t.row()}, {t.row(), t.row()}, [=](const Sources& s, int64_t, Results& d) {
            d[0] = f(t, t.value(s[0]), t.value(s[1]));
          }};
}
OpCase ternary(const std::string& base, const Type& t, const Ternary& f) {
  return {base + t.name, {t.row()}, {t.row(), t.row(), t.row()}, [=](const Sources& s, int64_t, Results& d) {
            d[0] = f(t, t.value(s[0]), t.value(s[1]), t.value(s[2]));
          }};
}

/// a * b modulo 2^128, of which the bits up to twice the type's width are the exact product's.
Bits product(Signed a, Signed b) { return static_cast<Bits>(a) * static_cast<Bits>(b); }
/// The product's upper half.
Bits high(const Type& t, Signed a, Signed b) { return product(a, b) >> t.bits; }

Bits quotient(const Type&, Signed a, Signed b) { return b == 0 ? ~Bits{0} : static_cast<Bits>(a / b); }
Bits remainder(const Type&, Signed a, Signed b) { return b == 0 ? ~Bits{0} : static_cast<Bits>(a % b); }
Bits distance(Signed a, Signed b) { return static_cast<Bits>(a < b ? b - a : a - b); }

/// Numbers of 24 bits: what mul24 sees of its operands.
Type low24(const Type& t) { return {"", 24, t.is_signed}; }
Bits product24(const Type& t, Signed a, Signed b) {
  const Type n = low24(t);
  return product(n.value(static_cast<Bits>(a)), n.value(static_cast<Bits>(b)));
}

void append(std::vector<OpCase>& cases, std::vector<OpCase> more) {
  for (OpCase& c : more) cases.push_back(std::move(c));
}

std::vector<OpCase> arithmetic_cases() {
  std::vector<OpCase> cases;
  const auto bits = [](Signed x) { return static_cast<Bits>(x); };
  for (const Type& type : kAll) {
    append(
        cases,
        {binary("add", type, [=](const Type&, Signed a, Signed b) { return bits(a + b); }),
         binary("sub", type, [=](const Type&, Signed a, Signed b) { return bits(a - b); }),
         binary("mul.lo", type, [](const Type&, Signed a, Signed b) { return product(a, b); }),
         binary("mul.hi", type, high), binary("div", type, quotient), binary("rem", type, remainder),
         binary("min", type, [=](const Type&, Signed a, Signed b) { return bits(b < a ? b : a); }),
         binary("max", type, [=](const Type&, Signed a, Signed b) { return bits(b < a ? a : b); }),
         ternary("mad.lo", type, [=](const Type&, Signed a, Signed b, Signed c) { return product(a, b) + bits(c); }),
         ternary("mad.hi", type, [=](const Type& t, Signed a, Signed b, Signed c) { return high(t, a, b) + bits(c); }),
         ternary("sad", type, [=](const Type&, Signed a, Signed b, Signed c) { return distance(a, b) + bits(c); })});
  }
  for (const Type& t : {kU16, kS16, kU32, kS32}) {
    append(cases,
           {{"mul.wide" + t.name,
             {t.wide_row()},
             {t.row(), t.row()},
             [=](const Sources& s, int64_t, Results& d) { d[0] = product(t.value(s[0]), t.value(s[1])); }},
            {"mad.wide" + t.name,
             {t.wide_row()},
             {t.row(), t.row(), t.wide_row()},
             [=](const Sources& s, int64_t, Results& d) { d[0] = product(t.value(s[0]), t.value(s[1])) + s[2]; }}});
  }
  for (const Type& t : {kS16, kS32, kS64}) {
    append(
        cases,
        {{"neg" + t.name, {t.row()}, {t.row()}, [=](const Sources& s, int64_t, Results& d) { d[0] = Bits{0} - s[0]; }},
         {"abs" + t.name, {t.row()}, {t.row()}, [=](const Sources& s, int64_t, Results& d) {
            d[0] = distance(t.value(s[0]), 0);
          }}});
  }
  return cases;
}

std::vector<OpCase> saturating_and_24_bit_cases() {
  const auto bits = [](Signed x) { return static_cast<Bits>(x); };
  std::vector<OpCase> cases = {
      binary("add.sat", kS32, [=](const Type& t, Signed a, Signed b) { return bits(t.saturate(a + b)); }),
      binary("sub.sat", kS32, [=](const Type& t, Signed a, Signed b) { return bits(t.saturate(a - b)); }),
      ternary(
          "mad.hi.sat", kS32,
          [=](const Type& t, Signed a, Signed b, Signed c) { return bits(t.saturate(t.value(high(t, a, b)) + c)); }),
      ternary("mad24.hi.sat", kS32, [=](const Type& t, Signed a, Signed b, Signed c) {
        return bits(t.saturate(t.value(product24(t, a, b) >> 16) + c));
      })};
  for (const Type& type : {kU32, kS32}) {
    append(cases, {binary("mul24.lo", type, product24),
                   binary("mul24.hi", type, [](const Type& t, Signed a, Signed b) { return product24(t, a, b) >> 16; }),
                   ternary("mad24.lo", type,
                           [=](const Type& t, Signed a, Signed b, Signed c) { return product24(t, a, b) + bits(c); }),
                   ternary("mad24.hi", type, [=](const Type& t, Signed a, Signed b, Signed c) {
                     return (product24(t, a, b) >> 16) + bits(c);
                   })});
  }
  return cases;
}

/// Element i of a word cut into elements of `bits` bits.
Signed element(Bits word, int bits, int i, bool is_signed) {
  return Type{"", bits, is_signed}.value(word >> (bits * i));
}

std::vector<OpCase> dot_product_cases() {
  std::vector<OpCase> cases;
  const std::vector<Row> words(3, Row::b32);
  for (bool a : {false, true}) {
    for (bool b : {false, true}) {
      const std::string types = std::string(a ? ".s32" : ".u32") + (b ? ".s32" : ".u32");
      cases.push_back({"dp4a" + types, {Row::b32}, words, [=](const Sources& s, int64_t, Results& d) {
                         Signed sum = static_cast<Signed>(s[2]);
                         for (int i = 0; i < 4; ++i) sum += element(s[0], 8, i, a) * element(s[1], 8, i, b);
                         d[0] = static_cast<Bits>(sum);
                       }});
      for (int upper : {0, 1}) {
        cases.push_back(
            {(upper ? "dp2a.hi" : "dp2a.lo") + types, {Row::b32}, words, [=](const Sources& s, int64_t, Results& d) {
               Signed sum = static_cast<Signed>(s[2]);
               for (int i = 0; i < 2; ++i) sum += element(s[0], 16, i, a) * element(s[1], 8, 2 * upper + i, b);
               d[0] = static_cast<Bits>(sum);
             }});
      }
    }
  }
  return cases;
}

/// The forms of one sum through the carry flag. `sum` gives it from the sources and the carry in, in 128 bits, where
/// bit `width` is the carry out; a difference is the sum with b's complement and 1.
void add_chain(std::vector<OpCase>& cases, const std::string& first, const std::string& next, const Type& t,
               std::vector<Row> rows, const std::function<Bits(const Sources&, Bits carry)>& sum) {
  const size_t n = rows.size();
  const auto out = [=](Bits total, Results& d) {
    d[0] = total;
    d[1] = (total >> t.bits) & 1;
  };
  cases.push_back({first + ".cc" + t.name, {t.row(), Row::pred}, rows, [=](const Sources& s, int64_t, Results& d) {
                     out(sum(s, 0), d);
                   }});
  rows.push_back(Row::pred);
  cases.push_back(
      {next + t.name, {t.row()}, rows, [=](const Sources& s, int64_t, Results& d) { d[0] = sum(s, s[n]); }});
  cases.push_back({next + ".cc" + t.name, {t.row(), Row::pred}, rows, [=](const Sources& s, int64_t, Results& d) {
                     out(sum(s, s[n]), d);
                   }});
}

std::vector<OpCase> carry_cases() {
  std::vector<OpCase> cases;
  for (const Type& t : {kU32, kS32, kU64, kS64}) {
    const std::vector<Row> two(2, t.row()), three(3, t.row());
    const auto cut = [=](Bits x) { return truncate(x, t.row()); };
    add_chain(cases, "add", "addc", t, two, [](const Sources& s, Bits carry) { return s[0] + s[1] + carry; });
    // sub.cc starts a chain with a carry of 1, which add_chain() gives as 0: it is asked for by its own carry.
    const auto complement = [=](const Sources& s) { return s[0] + cut(~s[1]); };
    add_chain(cases, "sub", "subc", t, two, [=](const Sources& s, Bits carry) { return complement(s) + carry; });
    cases[cases.size() - 3].expected = [=](const Sources& s, int64_t, Results& d) {
      d[0] = complement(s) + 1;
      d[1] = (d[0] >> t.bits) & 1;
    };
    add_chain(cases, "mad.lo", "madc.lo", t, three,
              [=](const Sources& s, Bits carry) { return cut(product(t.value(s[0]), t.value(s[1]))) + s[2] + carry; });
    add_chain(cases, "mad.hi", "madc.hi", t, three,
              [=](const Sources& s, Bits carry) { return cut(high(t, t.value(s[0]), t.value(s[1]))) + s[2] + carry; });
  }
  return cases;
}

void check_all(const std::vector<OpCase>& cases) {
  for (const OpCase& c : cases) check_case(c);
}

}  // namespace

TEST_CASE("integer arithmetic of every width is that of 128-bit numbers, cut off") { check_all(arithmetic_cases()); }
TEST_CASE("saturating and 24-bit forms") { check_all(saturating_and_24_bit_cases()); }
TEST_CASE("dot products of bytes and halves, every combination of signs") { check_all(dot_product_cases()); }
TEST_CASE("carry chains: the flag is the sum's next bit, of a difference as well") { check_all(carry_cases()); }

TEST_CASE("one family of a carry chain reads the other's flag as an H100 does") {
  for (const auto& [isa, table] : op_tables()) {
    CHECK(run_op(isa, *table, "sub.cc.u32", {{3, 5}})[0] == Results{0xfffffffeu, 0});  // borrows
    CHECK(run_op(isa, *table, "sub.cc.u32", {{5, 3}})[0] == Results{2, 1});
    CHECK(run_op(isa, *table, "subc.u32", {{5, 1, 1}})[0][0] == 4);  // after add.cc with a carry
    CHECK(run_op(isa, *table, "subc.u32", {{5, 1, 0}})[0][0] == 3);
    CHECK(run_op(isa, *table, "sub.cc.u64", {{0, 0}})[0] == Results{0, 1});
  }
}

TEST_CASE("instructions of a carry chain tell the decoder of the flag") {
  const OpTable& table = op_table();
  CHECK((!table.find("add.s32")->carry_in && !table.find("add.s32")->carry_out));
  CHECK((!table.find("add.cc.u32")->carry_in && table.find("add.cc.u32")->carry_out));
  CHECK((table.find("addc.u32")->carry_in && !table.find("addc.u32")->carry_out));
  CHECK((table.find("madc.hi.cc.u64")->carry_in && table.find("madc.hi.cc.u64")->carry_out));
}

TEST_CASE("division by zero gives all ones twice, the least number by -1 itself and 0") {
  for (const auto& [isa, table] : op_tables()) {
    CHECK(run_op(isa, *table, "div.s32", {{7, 0}, {0x80000000u, 0xffffffffu}})[0][0] == 0xffffffffu);
    CHECK(run_op(isa, *table, "rem.s32", {{7, 0}})[0][0] == 0xffffffffu);
    CHECK(run_op(isa, *table, "rem.u16", {{7, 0}})[0][0] == 0xffffu);
    CHECK(run_op(isa, *table, "rem.s64", {{7, 0}})[0][0] == ~uint64_t{0});
    CHECK(run_op(isa, *table, "div.s32", {{0x80000000u, 0xffffffffu}})[0][0] == 0x80000000u);
    CHECK(run_op(isa, *table, "rem.s32", {{0x80000000u, 0xffffffffu}})[0][0] == 0);
    CHECK(run_op(isa, *table, "div.u64", {{7, 0}})[0][0] == ~uint64_t{0});
  }
}

TEST_CASE("32-bit quotients next to multiples of the divisor, where a rounded one would be off by one") {
  std::vector<Sources> tuples;
  std::mt19937_64 generator(5);
  for (int i = 0; i < 4096; ++i) {
    const uint32_t divisor = static_cast<uint32_t>(generator() >> (32 + generator() % 32)) | 1;
    const uint32_t multiple =
        divisor * static_cast<uint32_t>((uint64_t{generator() >> 32} * (~0u / divisor + uint64_t{1})) >> 32);
    for (uint32_t a : {multiple - 1, multiple, multiple + 1}) tuples.push_back({a, divisor});
  }
  for (const Type& t : {kU32, kS32}) {
    check_op("div" + t.name, tuples, binary("", t, quotient).expected);
    check_op("rem" + t.name, tuples, binary("", t, remainder).expected);
  }
}

TEST_CASE("every integer instruction has a test") {
  std::vector<OpCase> cases;
  append(cases, arithmetic_cases());
  append(cases, saturating_and_24_bit_cases());
  append(cases, dot_product_cases());
  append(cases, carry_cases());
  check_all_named(isa_baseline::add_integer_ops, cases);
}

}  // namespace vgpu::testing
