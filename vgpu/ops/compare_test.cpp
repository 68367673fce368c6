// Comparisons, selection and moves. A comparison is held against how its two values are ordered: less, equal, greater
// or (a NaN) unordered, and the set of these for which its name says true.

#include <cmath>
#include <compare>
#include <limits>
#include <map>
#include <set>

#include "vgpu/ops/op_testing.h"

namespace vgpu::isa_baseline {
void add_compare_ops(OpTable& table);
}

namespace vgpu::testing {
namespace {

enum Order { less, equal, greater, unordered };

const std::map<std::string, std::set<Order>> kSigned = {{"eq", {equal}},   {"ne", {less, greater}},
                                                        {"lt", {less}},    {"le", {less, equal}},
                                                        {"gt", {greater}}, {"ge", {greater, equal}}};
const std::map<std::string, std::set<Order>> kBitwise = {{"eq", {equal}}, {"ne", {less, greater}}};

std::map<std::string, std::set<Order>> unsigned_comparisons() {
  std::map<std::string, std::set<Order>> all = kSigned;
  all["lo"] = all["lt"];
  all["ls"] = all["le"];
  all["hi"] = all["gt"];
  all["hs"] = all["ge"];
  return all;
}
std::map<std::string, std::set<Order>> float_comparisons() {
  std::map<std::string, std::set<Order>> all = kSigned;
  for (const auto& [name, orders] : kSigned) {
    all[name + "u"] = orders;
    all[name + "u"].insert(unordered);
  }
  all["num"] = {less, equal, greater};
  all["nan"] = {unordered};
  return all;
}

/// A binary floating-point format: sign, exponent, and fraction bits from the top.
struct Format {
  int exponent_bits, fraction_bits;
  double value(Bits raw, bool ftz) const {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = static_cast<int>(raw >> fraction_bits) & ((1 << exponent_bits) - 1);
    const Bits fraction = raw & ((Bits{1} << fraction_bits) - 1);
    const bool negative = (raw >> (exponent_bits + fraction_bits)) & 1;
    double magnitude;
    if (exponent == (1 << exponent_bits) - 1) {
      magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
      magnitude = ftz ? 0 : std::ldexp(static_cast<double>(fraction), 1 - bias - fraction_bits);
    } else {
      magnitude = std::ldexp(static_cast<double>(fraction | Bits{1} << fraction_bits), exponent - bias - fraction_bits);
    }
    return negative ? -magnitude : magnitude;
  }
  std::vector<Bits> special_values() const {
    const Bits one = ((Bits{1} << (exponent_bits - 1)) - 1) << fraction_bits,
               smallest_normal = Bits{1} << fraction_bits;
    const Bits infinity = ((Bits{1} << exponent_bits) - 1) << fraction_bits;
    std::vector<Bits> v = {0,
                           1,
                           smallest_normal - 1,
                           smallest_normal,
                           one,
                           one + 1,
                           infinity - 1,
                           infinity,
                           infinity + 1,
                           infinity | smallest_normal / 2};
    for (size_t i = v.size(); i-- > 0;) v.push_back(v[i] | Bits{1} << (exponent_bits + fraction_bits));
    return v;
  }
};

template <class T>
Order order_of(T a, T b) {
  const std::partial_ordering o = a <=> b;
  return o < 0 ? less : o > 0 ? greater : o == 0 ? equal : unordered;
}

/// A type as comparisons spell it, with the order of two of its values.
struct Type {
  std::string name, ftz;
  Row row;
  std::map<std::string, std::set<Order>> comparisons;
  std::function<Order(Bits, Bits)> order;
  std::vector<Bits> values;
  Bits one = 0;           ///< 1.0 of a half type, 0: not one
  std::string pair = {};  ///< the packed type of a half type
};

Type integer(const std::string& kind, Row row) {
  const int n = row_bits(row);
  const Bits flip = kind == "s" ? Bits{1} << (n - 1) : 0;  // biased, signed numbers order as unsigned ones do
  const auto order = [=](Bits a, Bits b) { return order_of(a ^ flip, b ^ flip); };
  const auto& comparisons = kind == "s" ? kSigned : kind == "b" ? kBitwise : unsigned_comparisons();
  return {"." + kind + std::to_string(n), "", row, comparisons, order, special_values(row)};
}
Type floating(const std::string& name, Row row, Format f, bool ftz, Bits one = 0, const std::string& pair = "") {
  const auto order = [=](Bits a, Bits b) { return order_of(f.value(a, ftz), f.value(b, ftz)); };
  return {name, ftz ? ".ftz" : "", row, float_comparisons(), order, f.special_values(), one, pair};
}

constexpr Format kF16{5, 10}, kBf16{8, 7}, kF32{8, 23}, kF64{11, 52};

std::vector<Type> types() {
  std::vector<Type> all;
  for (Row row : {Row::b16, Row::b32, Row::b64}) {
    for (const char* kind : {"b", "s", "u"}) all.push_back(integer(kind, row));
  }
  all.push_back(floating(".f32", Row::b32, kF32, false));
  all.push_back(floating(".f32", Row::b32, kF32, true));
  all.push_back(floating(".f64", Row::b64, kF64, false));
  all.push_back(floating(".f16", Row::b16, kF16, false, 0x3c00, ".f16x2"));
  all.push_back(floating(".f16", Row::b16, kF16, true, 0x3c00, ".f16x2"));
  all.push_back(floating(".bf16", Row::b16, kBf16, false, 0x3f80, ".bf16x2"));
  return all;
}

const std::map<std::string, std::function<bool(bool, bool)>> kBooleans = {
    {"", [](bool t, bool) { return t; }},
    {".and", [](bool t, bool c) { return t && c; }},
    {".or", [](bool t, bool c) { return t || c; }},
    {".xor", [](bool t, bool c) { return t != c; }},
};

/// Every special value with every other (with the upper halves of pairs in another order), both values of c if asked.
std::vector<Sources> comparison_tuples(const std::vector<Bits>& values, bool pair, bool boolean) {
  std::vector<Sources> tuples;
  const size_t n = values.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      Sources s = {values[i], values[j]};
      if (pair) s = {values[i] | values[(3 * i + j) % n] << 16, values[j] | values[(i + 5 * j) % n] << 16};
      if (boolean) s.push_back((i + j + i / 4) % 2);
      tuples.push_back(s);
    }
  }
  return tuples;
}

/// All spellings of one type's comparisons, of pairs if it is a half type.
std::vector<OpCase> comparison_cases(const Type& type) {
  std::vector<OpCase> cases;
  for (const auto& [comparison, orders] : type.comparisons) {
    const auto test = [=](Bits a, Bits b) { return orders.count(type.order(a, b)) == 1; };
    for (const auto& [boolean, f] : kBooleans) {
      const bool third = !boolean.empty();
      const auto combine = [=](bool t, const Sources& s) { return f(t, third && s[2] == 1); };
      const std::string stem = "." + comparison + boolean + type.ftz;

      std::vector<Row> rows(2, type.row);
      if (third) rows.push_back(Row::pred);
      const std::vector<Sources> tuples = comparison_tuples(type.values, false, third);
      const auto whole = [=](const Sources& s) { return test(s[0], s[1]); };
      cases.push_back({"setp" + stem + type.name,
                       {Row::pred},
                       rows,
                       [=](const Sources& s, int64_t, Results& d) { d[0] = combine(whole(s), s); },
                       0,
                       tuples});
      cases.push_back({"setp" + stem + type.name + "|",
                       {Row::pred, Row::pred},
                       rows,
                       [=](const Sources& s, int64_t, Results& d) {
                         d[0] = combine(whole(s), s);
                         d[1] = combine(!whole(s), s);
                       },
                       0,
                       tuples});
      const auto set = [&](const std::string& result, Row row, Bits value_if_true) {
        cases.push_back(
            {"set" + stem + result + type.name,
             {row},
             rows,
             [=](const Sources& s, int64_t, Results& d) { d[0] = combine(whole(s), s) ? value_if_true : 0; },
             0,
             tuples});
      };
      set(".u32", Row::b32, 0xffffffffu);
      set(".s32", Row::b32, 0xffffffffu);
      if (type.one == 0) {
        set(".f32", Row::b32, 0x3f800000u);
        continue;
      }
      set(".u16", Row::b16, 0xffff);
      set(".s16", Row::b16, 0xffff);
      set(type.name, Row::b16, type.one);

      std::vector<Row> pair_rows(2, Row::b32);
      if (third) pair_rows.push_back(Row::pred);
      const std::vector<Sources> pairs = comparison_tuples(type.values, true, third);
      const auto low = [=](const Sources& s) { return combine(test(s[0] & 0xffff, s[1] & 0xffff), s); };
      const auto high = [=](const Sources& s) { return combine(test(s[0] >> 16, s[1] >> 16), s); };
      cases.push_back({"setp" + stem + type.pair + "|",
                       {Row::pred, Row::pred},
                       pair_rows,
                       [=](const Sources& s, int64_t, Results& d) {
                         d[0] = low(s);
                         d[1] = high(s);
                       },
                       0,
                       pairs});
      for (const auto& [result, value] :
           std::vector<std::pair<std::string, Bits>>{{".u32", 0xffff}, {".s32", 0xffff}, {type.pair, type.one}}) {
        cases.push_back({"set" + stem + result + type.pair,
                         {Row::b32},
                         pair_rows,
                         [=, v = value](const Sources& s, int64_t, Results& d) {
                           d[0] = (low(s) ? v : 0) | (high(s) ? v << 16 : 0);
                         },
                         0,
                         pairs});
      }
    }
  }
  return cases;
}

const std::vector<std::pair<std::vector<std::string>, Row>> kMovable = {
    {{".b16", ".u16", ".s16"}, Row::b16},
    {{".b32", ".u32", ".s32", ".f32"}, Row::b32},
    {{".b64", ".u64", ".s64", ".f64"}, Row::b64},
};

std::vector<OpCase> selection_cases() {
  std::vector<OpCase> cases;
  for (const auto& [names, row] : kMovable) {
    for (const std::string& type : names) {
      cases.push_back({"selp" + type, {row}, {row, row, Row::pred}, [](const Sources& s, int64_t, Results& d) {
                         d[0] = s[s[2] == 1 ? 0 : 1];
                       }});
      cases.push_back({"slct" + type + ".s32", {row}, {row, row, Row::b32}, [](const Sources& s, int64_t, Results& d) {
                         d[0] = s[(s[2] >> 31) == 0 ? 0 : 1];
                       }});
      for (bool ftz : {false, true}) {
        OpCase c{std::string("slct") + (ftz ? ".ftz" : "") + type + ".f32",
                 {row},
                 {row, row, Row::b32},
                 [=](const Sources& s, int64_t, Results& d) {
                   const Order o = order_of(kF32.value(s[2], ftz), 0.0);
                   d[0] = s[o == greater || o == equal ? 0 : 1];
                 }};
        for (Bits v : kF32.special_values()) c.tuples.push_back({1, 2, v});
        cases.push_back(c);
      }
    }
  }
  return cases;
}

std::vector<OpCase> move_cases() {
  std::vector<OpCase> cases;
  const auto copy = [](const Sources& s, int64_t, Results& d) { d[0] = s[0]; };
  cases.push_back({"mov.pred", {Row::pred}, {Row::pred}, copy});
  cases.push_back({"mov.b128", {Row::b128}, {Row::b128}, copy});
  for (const auto& [names, row] : kMovable) {
    for (const std::string& type : names) cases.push_back({"mov" + type, {row}, {row}, copy});
  }
  for (const auto& [whole, element] :
       std::vector<std::pair<int, int>>{{16, 8}, {32, 16}, {64, 32}, {128, 64}, {32, 8}, {64, 16}, {128, 32}}) {
    const std::string name = ".b" + std::to_string(whole);
    const int n = whole / element, bits = element;
    const Row whole_row = static_cast<Row>(whole / 8), row = element == 8 ? Row::b16 : static_cast<Row>(element / 8);
    const Bits ones = (Bits{1} << element) - 1;
    cases.push_back({"pack" + std::to_string(n) + name,
                     {whole_row},
                     std::vector<Row>(static_cast<size_t>(n), row),
                     [=](const Sources& s, int64_t, Results& d) {
                       for (int i = n; i-- > 0;) d[0] = (d[0] << bits) + (s[static_cast<size_t>(i)] & ones);
                     }});
    if (n == 2) {
      cases.push_back({"unpack2" + name, {row, row}, {whole_row}, [=](const Sources& s, int64_t, Results& d) {
                         d[0] = s[0] & ones;
                         d[1] = (s[0] >> bits) & ones;
                       }});
    }
    for (int k = 0; k < n; ++k) {
      cases.push_back({"extract." + std::to_string(k) + ".b" + std::to_string(element) + name,
                       {row},
                       {whole_row},
                       [=](const Sources& s, int64_t, Results& d) { d[0] = (s[0] >> (k * bits)) & ones; }});
    }
  }
  return cases;
}

void check_all(const std::vector<OpCase>& cases) {
  for (const OpCase& c : cases) check_case(c, 256, 128);
}

}  // namespace

TEST_CASE("comparisons of integers") {
  for (const Type& type : types()) {
    if (type.comparisons.size() != float_comparisons().size()) check_all(comparison_cases(type));
  }
}
TEST_CASE("comparisons of floats: NaN, infinities, both zeros, subnormals kept and flushed") {
  for (const Type& type : types()) {
    if (type.comparisons.size() == float_comparisons().size()) check_all(comparison_cases(type));
  }
}
TEST_CASE("selection by a predicate, a sign, a float's sign") { check_all(selection_cases()); }
TEST_CASE("moves, packing and unpacking") { check_all(move_cases()); }

TEST_CASE("every comparison, selection and move has a test") {
  std::vector<OpCase> cases = selection_cases();
  for (const OpCase& c : move_cases()) cases.push_back(c);
  for (const Type& type : types()) {
    for (const OpCase& c : comparison_cases(type)) cases.push_back(c);
  }
  check_all_named(isa_baseline::add_compare_ops, cases);
}

}  // namespace vgpu::testing
