#include "vgpu/ptx/lexer.h"

#include <doctest/doctest.h>

#include <bit>
#include <vector>

#include "vgpu/ptx/literal.h"
#include "vgpu/ptx/parser.h"

using namespace vgpu::ptx;

namespace {

std::vector<std::string> texts(std::string_view source) {
  Lexer lexer(source);
  std::vector<std::string> result;
  for (Token t = lexer.next(); t.kind != Token::Kind::end; t = lexer.next()) result.emplace_back(t.text);
  return result;
}

Literal literal(std::string_view source) { return parse_literal(Lexer(source).next()); }

int failing_line(std::string_view source) {
  Lexer lexer(source);
  try {
    while (lexer.next().kind != Token::Kind::end) {
    }
  } catch (const ParseError& error) {
    return error.line();
  }
  return 0;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("an opcode's modifiers split at dots, and :: stays inside") {
  CHECK(texts("ld.global.nc.L1::no_allocate.L2::128B.v4.f32 {%r1}") ==
        Strings{"ld", ".global", ".nc", ".L1::no_allocate", ".L2::128B", ".v4", ".f32", "{", "%r1", "}"});
  CHECK(texts("mma.sync.aligned.m16n8k8") == Strings{"mma", ".sync", ".aligned", ".m16n8k8"});
  CHECK(texts("tex.2d") == Strings{"tex", ".2d"});
}

TEST_CASE("names may hold %, $ and _, and a label's colon is no part of them") {
  CHECK(texts("$L__BB0_2: %SP _ __x$1 %tid.x") == Strings{"$L__BB0_2", ":", "%SP", "_", "__x$1", "%tid", ".x"});
  CHECK(texts("shfl %r1|%p1") == Strings{"shfl", "%r1", "|", "%p1"});
  CHECK(texts("%r<109>;") == Strings{"%r", "<", "109", ">", ";"});
}

TEST_CASE("comments vanish, lines are counted through them") {
  Lexer lexer("a // b\n/* c\n d */ e\n\"f // g\"");
  CHECK(lexer.next().line == 1);
  const Token e = lexer.next();
  CHECK(e.text == "e");
  CHECK(e.line == 3);
  const Token f = lexer.next();
  CHECK(f.text == "\"f // g\"");
  CHECK(f.line == 4);
  CHECK(lexer.next().kind == Token::Kind::end);
  CHECK(lexer.next().kind == Token::Kind::end);
  CHECK(texts("/**/x/***/y/*/*/z") == Strings{"x", "y", "z"});
}

TEST_CASE("numbers are one token, a sign or an operator is not part of them") {
  CHECK(texts("[%rd1+-16]") == Strings{"[", "%rd1", "+", "-", "16", "]"});
  CHECK(texts("1.5e-3,1e+4,0x1E+2,0f3F800000") ==
        Strings{"1.5e-3", ",", "1e+4", ",", "0x1E", "+", "2", ",", "0f3F800000"});
  CHECK(texts("12abc") == Strings{"12abc"});
}

TEST_CASE("integer literals in every base, with and without U") {
  CHECK(literal("0").bits == 0);
  CHECK(literal("42U").bits == 42);
  CHECK(literal("0x1fU").bits == 31);
  CHECK(literal("0XFFFFFFFFFFFFFFFF").bits == UINT64_MAX);
  CHECK(literal("18446744073709551615").bits == UINT64_MAX);
  CHECK(literal("017").bits == 15);
  CHECK(literal("0b101").bits == 5);
  CHECK(literal("0B11U").bits == 3);
  CHECK(literal("0").kind == Literal::Kind::integer);
}

TEST_CASE("float literals keep their bits, decimals become doubles") {
  CHECK(literal("0f3FC00000").kind == Literal::Kind::float32);
  CHECK(literal("0f3FC00000").bits == 0x3FC00000);
  CHECK(literal("0FfF800000").bits == 0xFF800000);
  CHECK(literal("0d3FF8000000000000").kind == Literal::Kind::float64);
  CHECK(literal("0d3FF8000000000000").bits == 0x3FF8000000000000);
  for (const auto& [text, value] : {std::pair{"1.5", 1.5}, {"1e3", 1000.0}, {"2.5E-2", 0.025}, {"0.0", 0.0}}) {
    CHECK(literal(text).kind == Literal::Kind::float64);
    CHECK(std::bit_cast<double>(literal(text).bits) == value);
  }
}

TEST_CASE("bad numbers are refused") {
  for (const char* text :
       {"18446744073709551616", "0x10000000000000000", "08", "0x", "0b", "0b2", "0f3F80000", "0f3F8000000",
        "0fXF800000", "0d3FF8", "12abc", "1e999", "1.5.", "0xU", "12UU", "1.5U", "0u"})
    CHECK_THROWS_AS(
        {
          Lexer lexer(text);
          parse_literal(lexer.next());
          if (lexer.next().kind != Token::Kind::end) throw ParseError(1, "a second token");
        },
        ParseError);
}

TEST_CASE("escapes in strings") {
  CHECK(unquote(R"("C:\\a \"b\" \n\t\101\x41\q")") == "C:\\a \"b\" \n\tAAq");
  CHECK(unquote("\"\"").empty());
  CHECK(texts(R"("a\"b" c)") == Strings{R"("a\"b")", "c"});
}

TEST_CASE("what is no token names its line") {
  CHECK(failing_line("a\n\n#") == 3);
  CHECK(failing_line("a\n\"open\nb") == 2);
  CHECK(failing_line("\"open\\") == 1);
  CHECK(failing_line("a\n/* open\n\n") == 2);
  CHECK(failing_line("/*/") == 1);
  CHECK(failing_line("\n. x") == 2);
  CHECK(failing_line("a\n$") == 2);
  CHECK(failing_line(std::string_view("a\0b", 3)) == 1);
  CHECK(failing_line("\xff") == 1);
}
