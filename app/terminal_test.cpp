#include "app/terminal.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace tritutor;

TEST_CASE("wrap breaks between words and keeps to the width") {
  CHECK(wrap("one two three four", 9) == "one two\nthree\nfour\n");
  CHECK(wrap("exactly ten", 11) == "exactly ten\n");
  CHECK(wrap("", 20) == "\n");
}

TEST_CASE("a word longer than the line is broken") {
  CHECK(wrap("a incomprehensibilities b", 6) == "a\nincomp\nrehens\nibilit\nies b\n");
  CHECK(wrap("  code stays\nlonglonglong", 8, "    ") == "      code stays\n    long\n    long\n    long\n");
  CHECK(wrap("\xC3\xA4\xC3\xA4\xC3\xA4", 2) == "\xC3\xA4\xC3\xA4\n\xC3\xA4\n");
}

TEST_CASE("wrap keeps paragraphs, code lines and hanging items") {
  CHECK(wrap("first\n\nsecond", 20) == "first\n\nsecond\n");
  CHECK(wrap("  y[i] = a very long line of code", 10) == "  y[i] = a very long line of code\n");
  CHECK(wrap("- an item that wraps", 12) == "- an item\n  that wraps\n");
  CHECK(wrap("indented text here", 12, "    ") == "    indented\n    text\n    here\n");
}

TEST_CASE("columns count characters, not bytes") {
  CHECK(columns_of("Größe") == 5);
  CHECK(wrap("ää öö üü", 5) == "ää öö\nüü\n");
  CHECK(pad("ü", 3) == "ü  ");
}

TEST_CASE("fit cuts at characters and says that it did") {
  CHECK(fit("short", 10) == "short");
  CHECK(fit("exactly", 7) == "exactly");
  CHECK(fit("too long for it", 10) == "too lon...");
  CHECK(fit("ÄÖÜäöüß", 6) == "ÄÖÜ...");
  CHECK(fit("cut after a space", 13) == "cut after...");
}

TEST_CASE("colour only where it is wanted") {
  CHECK(Style(false).red("x") == "x");
  CHECK(Style(true).red("x") == "\x1b[1;31mx\x1b[0m");
  CHECK(Style(true).red("").empty());
  CHECK(wants_color("always", -1));
  CHECK_FALSE(wants_color("never", 1));
  CHECK_FALSE(wants_color("auto", -1));  // no terminal there
}

TEST_CASE("rows count what a terminal breaks, and no colours") {
  CHECK(rows_of("a\n\nb\n", 80) == 3);
  CHECK(rows_of("1234567890\n", 10) == 1);
  CHECK(rows_of("12345678901\n", 10) == 2);
  CHECK(rows_of("12345678901", 10) == 2);
  CHECK(rows_of(Style(true).red("1234567890") + "\n", 10) == 1);
  CHECK(rows_of("\xC3\xA4\xC3\xA4\n", 2) == 1);
}
