// Module variables and their initialisers.

#include <doctest/doctest.h>

#include "vgpu/ptx/parser.h"

using namespace vgpu::ptx;

namespace {

const std::string header = ".version 8.0\n.target sm_80\n.address_size 64\n";
using Bytes = std::vector<uint8_t>;

Variable variable(const std::string& declaration) { return parse(header + declaration).variables.at(0); }

std::string error_of(const std::string& declaration) {
  try {
    parse(header + declaration);
  } catch (const ParseError& error) {
    return error.what();
  }
  return {};
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("spaces, sizes and alignments") {
  const Variable a = variable(".visible .global .align 16 .f32 a[2][3];");
  CHECK(a.space == Space::global);
  CHECK(a.type == "f32");
  CHECK(a.bytes == 24);
  CHECK(a.alignment == 16);
  CHECK(a.init.empty());
  CHECK_FALSE(a.external);
  CHECK(variable(".const .b64 c;").space == Space::constant);
  CHECK(variable(".const .b64 c;").alignment == 8);
  CHECK(variable(".shared .align 4 .b8 s[0x10];").bytes == 16);
  CHECK(variable(".global .v4 .f32 v[2];").bytes == 32);
  CHECK(variable(".global .v4 .f32 v[2];").alignment == 16);
  CHECK(variable(".weak .global .attribute(.managed) .u32 m;").bytes == 4);
}

TEST_CASE("dynamic shared memory is external and of size 0") {
  const Variable v = variable(".extern .shared .align 16 .b8 smem[];");
  CHECK(v.space == Space::shared);
  CHECK(v.external);
  CHECK(v.bytes == 0);
  CHECK(v.alignment == 16);
}

TEST_CASE("a definition replaces an external declaration, twice is an error") {
  const Module m =
      parse(header + ".extern .global .u32 x;\n.global .u32 y;\n.global .u32 x = 3;\n.extern .global .u32 y;");
  REQUIRE(m.variables.size() == 2);
  CHECK(m.variables[0].init == Bytes{3, 0, 0, 0});
  CHECK_FALSE(m.variables[0].external);
  CHECK_FALSE(m.variables[1].external);
  CHECK(has(error_of(".global .u32 x;\n.global .u32 x;"), "line 5: the variable 'x' is defined twice"));
}

TEST_CASE("integers are stored little-endian, missing ones are zero") {
  CHECK(variable(".global .u32 x = 0x01020304;").init == Bytes{4, 3, 2, 1});
  CHECK(variable(".global .s16 x = -2;").init == Bytes{0xFE, 0xFF});
  CHECK(variable(".global .b8 x[5] = {1, 2, 255};").init == Bytes{1, 2, 255, 0, 0});
  CHECK(variable(".global .b64 x = 0xFFFFFFFFFFFFFFFE;").init == Bytes{254, 255, 255, 255, 255, 255, 255, 255});
  CHECK(variable(".global .b8 x[] = {7, 8, 9};").bytes == 3);
  CHECK(variable(".global .b128 x = -2;").init[15] == 255);
}

TEST_CASE("nested braces follow the dimensions") {
  CHECK(variable(".global .u8 x[2][3] = {{1}, {2, 3}};").init == Bytes{1, 0, 0, 2, 3, 0});
  CHECK(variable(".global .u8 x[2][3] = {1, 2, 3, 4};").init == Bytes{1, 2, 3, 4, 0, 0});
  CHECK(variable(".global .u8 x[][2] = {{1, 2}, {3}};").init == Bytes{1, 2, 3, 0});
  CHECK(variable(".global .v2 .u8 x[2] = {{1, 2}, {3, 4}};").init == Bytes{1, 2, 3, 4});
  CHECK(has(error_of(".global .u8 x[2][3] = {{1, 2, 3, 4}};"), "too many initial values for 'x'"));
  CHECK(has(error_of(".global .u8 x[2] = {1, 2, 3};"), "too many initial values"));
  CHECK(has(error_of(".global .u8 x = {1};"), "more braces than dimensions"));
}

TEST_CASE("floats take the variable's width") {
  const Bytes one_f32{0, 0, 0x80, 0x3F};
  CHECK(variable(".global .f32 x = 0f3F800000;").init == one_f32);
  CHECK(variable(".global .b32 x = 0f3F800000;").init == one_f32);
  CHECK(variable(".global .f32 x = 1.0;").init == one_f32);
  CHECK(variable(".global .f32 x = 1;").init == one_f32);
  CHECK(variable(".global .f32 x = -1.0;").init == Bytes{0, 0, 0x80, 0xBF});
  CHECK(variable(".global .f64 x = 0f3F800000;").init == Bytes{0, 0, 0, 0, 0, 0, 0xF0, 0x3F});
  CHECK(variable(".global .f64 x = 0dBFF0000000000000;").init == Bytes{0, 0, 0, 0, 0, 0, 0xF0, 0xBF});
  CHECK(has(error_of(".global .u8 x = 1.0;"), "a float cannot initialise a .u8"));
}

TEST_CASE("values that do not fit are refused") {
  CHECK(variable(".global .u8 x = 255;").init == Bytes{255});
  CHECK(variable(".global .s8 x = -128;").init == Bytes{128});
  CHECK(has(error_of(".global .u8 x = 256;"), "does not fit into .u8"));
  CHECK(has(error_of(".global .s8 x = -129;"), "does not fit into .s8"));
}

TEST_CASE("addresses: variables, functions, offsets, generic()") {
  const Module m = parse(header + R"(
.global .u32 x;
.func f { ret; }
.global .u64 t[4] = {f, x+4, generic(x), generic(x)-8};
.const .u64 late = later;
.global .u32 later;)");
  const Variable& t = m.variables.at(1);
  CHECK(t.init == Bytes(32, 0));
  REQUIRE(t.addresses.size() == 4);
  CHECK(t.addresses[0].symbol == "f");
  CHECK(t.addresses[1].offset == 8);
  CHECK(t.addresses[1].addend == 4);
  CHECK_FALSE(t.addresses[1].generic);
  CHECK(t.addresses[2].generic);
  CHECK(t.addresses[3].offset == 24);
  CHECK(t.addresses[3].addend == -8);
  CHECK(has(error_of(".global .u64 p = nothing;"), "'nothing', which is not declared"));
  CHECK(has(error_of(".global .u32 x; .global .u32 p = x;"), "does not fit into .u32"));
  CHECK(has(error_of(".global .u32 x; .global .b8 p[8] = {0xFF(x)};"), "masked addresses"));
}

TEST_CASE("only global and constant variables have initialisers") {
  CHECK(has(error_of(".shared .u32 x = 3;"), "'x' cannot have an initialiser"));
  CHECK(has(error_of(".extern .global .u32 x = 3;"), "'x' cannot have an initialiser"));
}

TEST_CASE("sizes have limits, whatever the text claims") {
  CHECK(variable(".global .b8 x[4294967296];").bytes == 1ull << 32);
  CHECK(has(error_of(".global .b8 x[4294967297];"), "'x' is larger than 4 GiB"));
  CHECK(has(error_of(".global .b8 x[99999999999];"), "'x' is larger than 4 GiB"));
  CHECK(has(error_of(".global .b32 x[65536][65536];"), "'x' is larger than 4 GiB"));
  CHECK(has(error_of(".global .b8 x[][4294967296][4294967296] = {1};"), "'x' is larger than 4 GiB"));
  CHECK(has(error_of(".global .b8 x[4294967296] = {1};"), "64 MiB"));
  CHECK(has(error_of(".global .b8 x[0][4294967296] = {{1}};"), "too many initial values"));
  std::string many;
  for (int i = 0; i < 5; ++i) many += ".global .b8 x" + std::to_string(i) + "[16777216] = {1};\n";
  CHECK(has(error_of(many), "line 8: 'x4': more than 64 MiB"));
  CHECK(has(error_of(".global .align 3 .b8 x;"), "power of two"));
  CHECK(has(error_of(".global .align 0 .b8 x;"), "power of two"));
  CHECK(has(error_of(".entry k() { .reg .b32 %r<2000000000>; }"), "'k' has more than 2^20 registers"));
  CHECK(has(error_of(".entry k() { .reg .b32 %r<18446744073709551615>; }"), "'k' has more than 2^20 registers"));
  CHECK(has(error_of(".file 2000000000 \"x\""), "a file number is too large"));
}
