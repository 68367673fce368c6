// A terminal shows what others wrote and does nothing else with it.

#include "app/printable.h"

#include <doctest/doctest.h>

#include "app/terminal.h"

namespace tritutor {
namespace {

TEST_CASE("printable: plain text in any language stays as it is") {
  CHECK(printable("a\tb\nc") == "a\tb\nc");
  CHECK(printable("\xC3\xA9 \xE2\x82\xAC \xE4\xB8\xAD \xF0\x9F\x98\x80") ==
        "\xC3\xA9 \xE2\x82\xAC \xE4\xB8\xAD \xF0\x9F\x98\x80");
}

TEST_CASE("printable: what a terminal would obey is spelled out") {
  CHECK(printable("\x1b[2J\x1b]0;x\x07") == "\\x1b[2J\\x1b]0;x\\x07");
  CHECK(printable("a\rb\bc") == "a\\x0db\\x08c");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\u009b31m");  // C1 as UTF-8
  CHECK(printable("\xE2\x80\xAE"
                  "gpj") == "\\u202egpj");  // right to left
  CHECK(printable("\xE2\x81\xA6|\xE2\x80\x8B|\xEF\xBB\xBF") == "\\u2066|\\u200b|\\ufeff");
  CHECK(printable("\xE2\x80\xA8") == "\\u2028");  // a line of its own
}

TEST_CASE("printable: bytes that are no UTF-8 are spelled out, each") {
  CHECK(printable("\x9B"
                  "31m") == "\\x9b31m");  // a bare C1
  CHECK(printable("\xC3") == "\\xc3");
  CHECK(printable("\xE2\x82") == "\\xe2\\x82");
  CHECK(printable("\xC0\x80") == "\\xc0\\x80");           // longer than need be
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xF5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
}

TEST_CASE("printable_line: one line stays one") { CHECK(printable_line("a\nPASS") == "a\\nPASS"); }

TEST_CASE("printable_styled: a Style's colours stay, and no others") {
  const Style style(true);
  for (const std::string& text :
       {style.bold("x"), style.dim("x"), style.red("x"), style.green("x"), style.yellow("x"), style.cyan("x")}) {
    CHECK(printable_styled(text) == text);
  }
  CHECK(printable_styled("\x1b[8mhidden\x1b[H") == "\\x1b[8mhidden\\x1b[H");
}

}  // namespace
}  // namespace tritutor
