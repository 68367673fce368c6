// atom and red: every operation and type, in every space, with every order and scope.

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

/// One operation on one type: what memory holds after, from what it held and the operands. Bits in low bytes.
struct Form {
  std::string text;  ///< "add.u32"
  int bytes;
  std::function<uint64_t(uint64_t old, uint64_t b, uint64_t c)> expected;
  std::vector<uint64_t> values;  ///< tried in every combination of old and b
};

template <class T>
uint64_t to_bits(T value) {
  uint64_t result = 0;
  std::memcpy(&result, &value, sizeof(T));
  return result;
}
template <class T>
T from_bits(uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

const std::vector<uint64_t> kWords = {0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345678, 0xfffffffe};
const std::vector<uint64_t> kLongs = {
    0, 1, 0x7fffffffffffffff, 0x8000000000000000, ~uint64_t{0}, 0xffffffff, 0x123456789abcdef0, 0x100000000};

uint64_t word(uint64_t x) { return x & 0xffffffff; }

std::vector<Form> integer_forms() {
  using U = uint64_t;
  const auto s32 = [](U x) { return static_cast<int64_t>(static_cast<int32_t>(x)); };
  const auto s64 = [](U x) { return static_cast<int64_t>(x); };
  std::vector<Form> forms;
  for (const char* type : {"u32", "s32"}) {
    forms.push_back({std::string("add.") + type, 4, [](U a, U b, U) { return word(a + b); }, kWords});
  }
  forms.push_back({"add.u64", 8, [](U a, U b, U) { return a + b; }, kLongs});
  forms.push_back({"min.u32", 4, [](U a, U b, U) { return a < b ? a : b; }, kWords});
  forms.push_back({"max.u32", 4, [](U a, U b, U) { return a > b ? a : b; }, kWords});
  forms.push_back({"min.s32", 4, [=](U a, U b, U) { return s32(a) < s32(b) ? a : b; }, kWords});
  forms.push_back({"max.s32", 4, [=](U a, U b, U) { return s32(a) > s32(b) ? a : b; }, kWords});
  forms.push_back({"min.u64", 8, [](U a, U b, U) { return a < b ? a : b; }, kLongs});
  forms.push_back({"max.u64", 8, [](U a, U b, U) { return a > b ? a : b; }, kLongs});
  forms.push_back({"min.s64", 8, [=](U a, U b, U) { return s64(a) < s64(b) ? a : b; }, kLongs});
  forms.push_back({"max.s64", 8, [=](U a, U b, U) { return s64(a) > s64(b) ? a : b; }, kLongs});
  // inc: d = old >= b ? 0 : old + 1. dec: d = (old == 0 || old > b) ? b : old - 1.
  forms.push_back({"inc.u32", 4, [](U a, U b, U) { return a >= b ? 0 : a + 1; }, kWords});
  forms.push_back({"dec.u32", 4, [](U a, U b, U) { return a == 0 || a > b ? b : a - 1; }, kWords});
  for (const int bytes : {4, 8}) {
    const std::string type = bytes == 4 ? "b32" : "b64";
    const auto& values = bytes == 4 ? kWords : kLongs;
    forms.push_back({"and." + type, bytes, [](U a, U b, U) { return a & b; }, values});
    forms.push_back({"or." + type, bytes, [](U a, U b, U) { return a | b; }, values});
    forms.push_back({"xor." + type, bytes, [](U a, U b, U) { return a ^ b; }, values});
    forms.push_back({"exch." + type, bytes, [](U, U b, U) { return b; }, values});
    forms.push_back({"cas." + type, bytes, [](U a, U b, U c) { return a == b ? c : a; }, values});
  }
  forms.push_back({"cas.b16", 2, [](U a, U b, U c) { return a == b ? c : a; }, {0, 1, 0x7fff, 0x8000, 0xffff}});
  return forms;
}

constexpr int kPerRun = 32;

/// Memory after and values returned, for up to 32 operations that each have a place of 16 bytes of their own.
struct Outcome {
  std::vector<uint64_t> memory, returned;
};

/// `where`: ".global", ".shared", "generic global" or "generic shared".
Outcome run_atomic(const std::string& op, const std::string& modifiers, const std::string& where, int bytes, bool red,
                   const std::vector<uint64_t>& old, const std::vector<uint64_t>& b, uint64_t c, uint32_t mask) {
  const bool shared = where.find("shared") != std::string::npos;
  const bool generic = where.find("generic") != std::string::npos;
  const std::string prepare =
      shared ? std::string(".shared .align 16 .b8 s[512]; mov.u64 %rd10, s; add.u64 %rd10, %rd10, %rd9;") +
                   (generic ? "cvta.shared.u64 %rd10, %rd10;" : "")
             : "add.u64 %rd10, %in, %rd9;";
  const std::string space = generic ? "" : where;
  const std::string reg = bytes == 2 ? "rs" : bytes == 4 ? "r" : "rd";
  const bool cas = op.rfind("cas", 0) == 0;
  const std::string body = with(
      "mul.wide.u32 %rd9, %t, 16; {prepare} add.u64 %rd11, %in, %rd9;"
      "ld.global.b64 %rd12, [%rd11]; st{s}.b64 [%rd10], %rd12;"
      "ld.param.u64 %rd13, [bs]; add.u64 %rd13, %rd13, %t8; ld.global.b{bits} %{r}1, [%rd13];"
      "ld.param.b{bits} %{r}2, [c];"
      "ld.param.u32 %r10, [mask]; mov.u32 %r11, %lanemask_eq; and.b32 %r10, %r10, %r11; setp.ne.u32 %p1, %r10, 0;"
      "mov.b{bits} %{r}3, 17;"
      "@%p1 {instruction}{modifiers}{s}.{op} {d}[%rd10], %{r}1{swap};"
      "st.global.b{bits} [%o], %{r}3; ld{s}.b64 %rd14, [%rd10]; st.global.b64 [%o+256], %rd14;",
      {{"prepare", prepare},
       {"instruction", red ? "red" : "atom"},
       {"modifiers", modifiers},
       {"s", space},
       {"op", op},
       {"swap", cas ? ", %{r}2" : ""},
       {"d", red ? "" : "%{r}3, "},
       {"r", reg},
       {"bits", std::to_string(bytes * 8)}});
  CAPTURE(body);
  Machine m(kernel(body, ", .param .u64 bs, .param .u64 c, .param .u32 mask"));
  std::vector<uint64_t> places(64), operands(32);
  for (size_t i = 0; i < old.size(); ++i) {
    places[2 * i] = old[i];
    operands[i] = b[i];
  }
  const Address in = m.buffer("in", places), bs = m.buffer("b", operands), out = m.zeros<uint64_t>("out", 64);
  m.run(1, kPerRun, out, in, bs, c, mask);
  const auto all = m.values<uint64_t>(out);
  return {{all.begin() + 32, all.end()}, {all.begin(), all.begin() + 32}};
}

void check_form(const Form& form, const std::string& modifiers, const std::string& where, bool red) {
  constexpr uint32_t kMask = 0xfffefff7u;  // two lanes stay out
  constexpr uint64_t kSwap = 0x0badcafe;
  const uint64_t swap = form.bytes == 2 ? kSwap & 0xffff : kSwap;
  std::vector<uint64_t> old, b;
  for (const uint64_t x : form.values) {
    for (const uint64_t y : form.values) {
      old.push_back(x);
      b.push_back(y);
    }
  }
  CAPTURE(form.text);
  CAPTURE(where);
  for (size_t first = 0; first < old.size(); first += kPerRun) {
    const size_t count = std::min<size_t>(kPerRun, old.size() - first);
    const auto at = static_cast<ptrdiff_t>(first);
    const auto end = static_cast<ptrdiff_t>(first + count);
    const std::vector<uint64_t> x(old.begin() + at, old.begin() + end), y(b.begin() + at, b.begin() + end);
    const Outcome got = run_atomic(form.text, modifiers, where, form.bytes, red, x, y, swap, kMask);
    for (size_t i = 0; i < count; ++i) {
      const bool on = kMask >> i & 1;
      CAPTURE(i);
      CAPTURE(x[i]);
      CAPTURE(y[i]);
      CHECK(got.memory[i] == (on ? form.expected(x[i], y[i], swap) : x[i]));
      CHECK(got.returned[i] == (on && !red ? x[i] : 17));
    }
  }
}

}  // namespace

TEST_CASE("integer atomics in every space: memory, the value returned, lanes masked off") {
  for (const Form& form : integer_forms()) {
    for (const char* where : {".global", ".shared", "generic global", "generic shared"}) {
      check_form(form, "", where, false);
      const bool exchange = form.text.rfind("exch", 0) == 0 || form.text.rfind("cas", 0) == 0;
      if (!exchange) check_form(form, "", where, true);
    }
  }
}

TEST_CASE("orders and scopes change no value") {
  const Form add = integer_forms()[0];
  for (const char* modifiers :
       {".relaxed", ".acquire", ".release", ".acq_rel", ".relaxed.cta", ".relaxed.gpu", ".relaxed.sys", ".acquire.gpu",
        ".release.gpu", ".acq_rel.gpu", ".acq_rel.sys", ".acq_rel.cta", ".gpu", ".sys", ".cta"}) {
    check_form(add, modifiers, ".global", false);
    check_form(add, modifiers, "generic global", false);
  }
  check_form(add, ".relaxed.gpu", ".global", true);
  check_form(add, ".release.gpu", ".global", true);
}

TEST_CASE("f32 and f64 addition rounds to nearest even") {
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<uint64_t> floats;
  for (const float x : {0.0f, -0.0f, 1.0f, -1.0f, 16777216.0f, 3.402823466e38f, inf, -inf})
    floats.push_back(to_bits(x));
  const auto sum32 = [](uint64_t a, uint64_t b, uint64_t) {
    const float sum = from_bits<float>(a) + from_bits<float>(b);
    return std::isnan(sum) ? uint64_t{0x7fffffff} : to_bits(sum);  // the canonical NaN
  };
  std::vector<uint64_t> doubles;
  for (const double x : {0.0, -0.0, 1.0, 9007199254740992.0, 1e308, HUGE_VAL, -1e308, 4.9e-324}) {
    doubles.push_back(to_bits(x));
  }
  for (const char* where : {".global", ".shared", "generic global", "generic shared"}) {
    for (const bool red : {false, true}) {
      check_form({"add.f32", 4, sum32, floats}, "", where, red);
      check_form({"add.f64", 8,
                  [](uint64_t a, uint64_t b, uint64_t) {
                    const double sum = from_bits<double>(a) + from_bits<double>(b);
                    return to_bits(sum);
                  },
                  doubles},
                 "", where, red);
    }
  }
}

TEST_CASE("f32 addition flushes subnormals in global memory and keeps them in shared memory") {
  // PTX ISA, atom: ".add.f32 on global memory flushes subnormal inputs and results to sign-preserving zero".
  const std::vector<uint64_t> old = {0x00000001, 0x807fffff, 0x00800001, 0x80000003};
  const std::vector<uint64_t> b = {0x00000002, 0x00000000, 0x80800000, 0x80000004};
  for (const char* where : {".global", "generic global"}) {
    const Outcome got = run_atomic("add.f32", "", where, 4, false, old, b, 0, ~0u);
    CHECK(got.memory[0] == 0);
    CHECK(got.memory[1] == 0);           // -0 + 0
    CHECK(got.memory[2] == 0);           // the difference is a subnormal
    CHECK(got.memory[3] == 0x80000000);  // -0 + -0
  }
  for (const char* where : {".shared", "generic shared"}) {
    const Outcome got = run_atomic("add.f32", "", where, 4, false, old, b, 0, ~0u);
    CHECK(got.memory[0] == 3);
    CHECK(got.memory[1] == 0x807fffff);
    CHECK(got.memory[2] == 1);
    CHECK(got.memory[3] == 0x80000007);
  }
}

TEST_CASE("half-precision addition: known sums, subnormals kept, each half of a pair alone") {
  struct Sum {
    const char* op;
    int bytes;
    uint64_t a, b, sum;
  };
  constexpr Sum kSums[] = {{"add.noftz.f16", 2, 0x3c00, 0x3c00, 0x4000},  // 1 + 1 = 2
                           {"add.noftz.f16", 2, 0x0001, 0x0001, 0x0002},  // subnormals
                           {"add.noftz.f16", 2, 0x7bff, 0x7bff, 0x7c00},  // 65504 + 65504 = inf
                           {"add.noftz.f16", 2, 0x6800, 0x3c00, 0x6800},  // 2048 + 1 = 2048: a tie goes to even
                           {"add.noftz.f16", 2, 0x6801, 0x3c00, 0x6802},  // 2050 + 1 = 2052: likewise
                           {"add.noftz.f16", 2, 0x7c00, 0xfc00, 0x7fff},  // inf - inf: the canonical NaN
                           {"add.noftz.f16x2", 4, 0x3c007bff, 0xbc003c00, 0x00007bff},  // {65504 + 1, 1 - 1}
                           {"add.noftz.f16x2", 4, 0x00013c00, 0x00023c00, 0x00034000},
                           {"add.noftz.bf16", 2, 0x3f80, 0x3f80, 0x4000},  // 1 + 1 = 2
                           {"add.noftz.bf16", 2, 0x4380, 0x3f80, 0x4380},  // 256 + 1 = 256
                           {"add.noftz.bf16", 2, 0x0001, 0x0002, 0x0003},
                           {"add.noftz.bf16x2", 4, 0x3f804380, 0x3f803f80, 0x40004380},
                           {"add.noftz.bf16x2", 4, 0x7f7f0000, 0x7f7f8000, 0x7f800000}};
  for (const Sum& s : kSums) {
    for (const char* where : {".global", ".shared", "generic global"}) {
      for (const bool red : {false, true}) {
        CAPTURE(s.op);
        const Outcome got = run_atomic(s.op, "", where, s.bytes, red, {s.a}, {s.b}, 0, 1);
        CHECK(got.memory[0] == s.sum);
        CHECK(got.returned[0] == (red ? 17 : s.a));
      }
    }
  }
}

TEST_CASE("exch and cas of 128 bits: the whole value decides") {
  const std::string body =
      "mov.b128 %q1, {%rd11, %rd12}; mov.b128 %q2, {%rd13, %rd14}; mov.b128 %q3, {%rd11, %rd15};"
      "atom.global.cas.b128 %q4, [%out], %q3, %q2; mov.b128 {%rd1, %rd2}, %q4; st.global.v2.b64 [%out+16], {%rd1, "
      "%rd2};"
      "atom.global.cas.b128 %q4, [%out], %q1, %q2; mov.b128 {%rd1, %rd2}, %q4; st.global.v2.b64 [%out+32], {%rd1, "
      "%rd2};"
      "atom.global.exch.b128 %q4, [%out], %q3; mov.b128 {%rd1, %rd2}, %q4; st.global.v2.b64 [%out+48], {%rd1, %rd2};";
  Machine m(
      kernel("mov.u64 %rd11, 11; mov.u64 %rd12, 22; mov.u64 %rd13, 33; mov.u64 %rd14, 44; mov.u64 %rd15, 23;" + body));
  const Address out = m.buffer<uint64_t>("out", {11, 22, 0, 0, 0, 0, 0, 0});
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out) == std::vector<uint64_t>{11, 23, 11, 22, 11, 22, 33, 44});
}

TEST_CASE("lanes that meet take their turns: each gets another value, none is lost") {
  const auto in = lanes([](uint32_t l) { return l + 1; });
  for (const char* guard : {"", "@%p1 "}) {
    const std::string body = with(
        "ld.global.b32 %r1, [%i]; setp.ne.u32 %p1, %t, 3;"
        "mov.u32 %r2, 0; {g}atom.global.add.u32 %r2, [%in+256], %r1; st.global.b32 [%o], %r2;",
        {{"g", guard}});
    Machine m(kernel(body));
    auto values = in;
    values.push_back(100);
    const Address from = m.buffer("in", values), out = m.zeros<uint64_t>("out", 32);
    m.run(1, 32, out, from);
    const auto got = m.values<uint64_t>(out);
    uint64_t sum = 100;
    for (uint32_t l = 0; l < 32; ++l) {
      if (*guard && l == 3) continue;
      CHECK(got[l] == sum);
      sum += l + 1;
    }
    CHECK(m.values<uint64_t>(from)[32] == sum);
  }
}

TEST_CASE("the result of an atomic may be a sink or its own operand") {
  const auto in = lanes([](uint32_t l) { return l; });
  CHECK(run_warp_of("atom.global.add.u32 _, [%i], 5; ld.global.b32 %r1, [%i]; st.global.b32 [%o], %r1;", in)[4] == 9);
  CHECK(run_warp_of("mov.u32 %r1, 5; atom.global.add.u32 %r1, [%i], %r1; st.global.b32 [%o], %r1;", in) == in);
  CHECK(run_warp_of("atom.global.exch.b64 %i, [%i], 5; st.global.b64 [%o], %i;", in) == in);
  CHECK(run_warp_of("atom.global.cas.b32 %r1, [%i+0], 3, 8; ld.global.b32 %r1, [%i]; st.global.b32 [%o], %r1;", in) ==
        lanes([](uint32_t l) { return l == 3 ? 8 : l; }));
}

TEST_CASE("atomics count over all blocks") {
  for (const uint32_t threads : {1u, 4u}) {
    Machine m(kernel("red.global.add.u32 [%out], 1; atom.global.max.u32 %r1, [%out+4], %t;"));
    m.limits.threads = threads;
    const Address out = m.zeros<uint32_t>("out", 2);
    m.run(40, 100, out, out);
    CHECK(m.values<uint32_t>(out) == std::vector<uint32_t>{4000, 3999});
  }
}
