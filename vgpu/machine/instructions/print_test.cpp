// printf from a kernel.

#include <bit>
#include <cmath>
#include <cstdio>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

std::string bytes_of(const std::string& name, const std::string& text) {
  std::string variable = ".global .align 1 .b8 " + name + "[" + std::to_string(text.size() + 1) + "] = {";
  for (const char c : text) {
    variable += std::to_string(static_cast<int>(static_cast<unsigned char>(c)));
    variable += ',';
  }
  return variable + "0};\n";
}

/// What `format` prints in one thread, with arguments stored by `arguments` at [args + ...]; the result is printed
/// last.
std::string printed(const std::string& format, const std::string& arguments) {
  const std::string module = ".extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);\n" +
                             bytes_of("format", format) + bytes_of("word", "text");
  Machine m(kernel(".local .align 8 .b8 args[64]; " + arguments +
                       "mov.u64 %rd1, args; cvta.local.u64 %rd1, %rd1; mov.u64 %rd2, format; cvta.global.u64 %rd2, "
                       "%rd2; { .param .b64 f; .param .b64 a; .param .b32 r;"
                       "st.param.b64 [f], %rd2; st.param.b64 [a], %rd1; call.uni (r), vprintf, (f, a); ld.param.b32 "
                       "%r1, [r]; } st.global.b32 [%o], %r1;",
                   "", module));
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out)[0] == result.printed.size());
  return result.printed;
}

std::string hex64(double x) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "0x%016llx", static_cast<unsigned long long>(std::bit_cast<uint64_t>(x)));
  return digits;
}

}  // namespace

TEST_CASE("every conversion, as C's printf gives it") {
  CHECK(printed("plain 100%%\n", "") == "plain 100%\n");
  CHECK(printed("%d|%5d|%-5d|%05d|%+d|%i",
                "st.local.v2.b32 [args], {-7, 42}; st.local.v2.b32 [args+8], {42, 42}; st.local.v2.b32 [args+16], {42, "
                "-1};") == "-7|   42|42   |00042|+42|-1");
  CHECK(
      printed("%u %x %X %#x %o",
              "st.local.v2.b32 [args], {-1, 255}; st.local.v2.b32 [args+8], {255, 255}; st.local.b32 [args+16], 8;") ==
      "4294967295 ff FF 0xff 10");
  CHECK(printed("%lld %llu %lx %ld",
                "st.local.b64 [args], -5000000000; st.local.b64 [args+8], -1; st.local.b64 [args+16], 0x123456789a; "
                "st.local.b64 [args+24], 7;") == "-5000000000 18446744073709551615 123456789a 7");
  const std::string floats = "st.local.b64 [args], " + hex64(3.14159) + "; st.local.b64 [args+8], " + hex64(-2.5) +
                             "; st.local.b64 [args+16], " + hex64(1e-7) + ";";
  CHECK(printed("%5.2f %f %g", floats) == " 3.14 -2.500000 1e-07");
  CHECK(printed("%e %.0f %G", floats) == "3.141590e+00 -2 1E-07");
  CHECK(printed("%c%c %s! %5s|%-6s|%.2s",
                "st.local.v2.b32 [args], {72, 105}; mov.u64 %rd9, word; st.local.b64 [args+8], %rd9; st.local.b64 "
                "[args+16], %rd9; st.local.b64 [args+24], %rd9; st.local.b64 [args+32], %rd9;") ==
        "Hi text!  text|text  |te");
  CHECK(printed("%*d|%-*d|%.*f",
                "st.local.v2.b32 [args], {6, 1}; st.local.v2.b32 [args+8], {4, 2}; st.local.b32 [args+16], 1; "
                "st.local.b64 [args+24], " +
                    hex64(0.25) + ";") == "     1|2   |0.2");
  CHECK(printed("%p", "st.local.b64 [args], 0x1f00;") == "0x1f00");
  CHECK(printed("%f %f %f", "st.local.b64 [args], " + hex64(HUGE_VAL) + "; st.local.b64 [args+8], " + hex64(-HUGE_VAL) +
                                "; st.local.b64 [args+16], " + hex64(0.0) + ";") == "inf -inf 0.000000");
}

TEST_CASE("arguments lie at their natural alignment") {
  CHECK(printed("%d %f %d %lld", "st.local.b32 [args], 1; st.local.b64 [args+8], " + hex64(2.5) +
                                     "; st.local.b32 [args+16], 3; st.local.b64 [args+24], 4;") == "1 2.500000 3 4");
}

TEST_CASE("threads print in order, blocks in order, whatever the number of host threads") {
  for (const uint32_t threads : {1u, 4u}) {
    const std::string module =
        ".extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);\n" + bytes_of("format", "%d ");
    Machine m(
        kernel(".local .align 8 .b8 args[8]; st.local.b32 [args], %t; and.b32 %r2, %t, 15; setp.ne.u32 %p1, %r2, 0; "
               "@%p1 ret; mov.u64 %rd1, args; cvta.local.u64 %rd1, %rd1; mov.u64 %rd2, format;"
               "{ .param .b64 f; .param .b64 a; .param .b32 r; st.param.b64 [f], %rd2; st.param.b64 [a], %rd1; call "
               "(r), vprintf, (f, a); }",
               "", module));
    m.limits.threads = threads;
    const Address out = m.zeros<uint64_t>("out", 1);
    std::string expected;
    for (int t = 0; t < 8192; t += 16) expected += std::to_string(t) + " ";
    CHECK(m.run(128, 64, out, out).printed == expected);
  }
}
