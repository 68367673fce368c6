#include "app/screen/fold.h"

#include <doctest/doctest.h>

using namespace tritutor::screen;

using Rows = std::vector<std::string>;

TEST_CASE("lines that fit are rows; longer ones break at the width") {
  CHECK(fold("one\n\ntwo\n", 10) == Rows{"one", "", "two"});
  CHECK(fold("no line feed", 20) == Rows{"no line feed"});
  CHECK(fold("", 10).empty());
  CHECK(fold("12345678", 8) == Rows{"12345678"});
  CHECK(fold("123456789\n", 8) == Rows{"12345678", "9"});
  CHECK(fold("\xC3\xA4\xC3\xB6\xC3\xBC", 2) == Rows{"\xC3\xA4\xC3\xB6", "\xC3\xBC"});
}

TEST_CASE("a line breaks before its last word, unless that is most of the row") {
  CHECK(fold("one two three", 10) == Rows{"one two", "three"});
  CHECK(fold("one two three", 7) == Rows{"one two", "three"});
  CHECK(fold("a incomprehensible", 8) == Rows{"a incomp", "rehensib", "le"});
  CHECK(fold("\x1b[1mone two\x1b[0m three", 6) == Rows{"\x1b[1mone\x1b[0m", "\x1b[1mtwo\x1b[0m", "three"});
}

TEST_CASE("tabs become spaces up to the next stop, so that carets stay under what they point at") {
  CHECK(fold("a\tb", 40) == Rows{"a       b"});
  CHECK(fold("12345678\tb", 40) == Rows{"12345678        b"});
}

TEST_CASE("a colour takes no room, ends with its row and goes on in the next") {
  CHECK(fold("\x1b[1mabcd\x1b[0mef", 3) == Rows{"\x1b[1mabc\x1b[0m", "\x1b[1md\x1b[0mef"});
  CHECK(columns_in("\x1b[1;31mFAIL\x1b[0m  \xC3\xA4") == 7);
}

TEST_CASE("so does a link") {
  const std::string begin = "\x1b]8;;file:///x#7\x1b\\", end = "\x1b]8;;\x1b\\";
  CHECK(fold(begin + "abcd" + end + "e", 3) == Rows{begin + "abc" + end, begin + "d" + end + "e"});
  CHECK(columns_in(begin + "abcd" + end) == 4);
}

TEST_CASE("clip keeps what fits of one line") {
  CHECK(clip("abcdef", 4) == "abcd");
  CHECK(clip("ab\ncd", 4) == "ab");
  CHECK(clip("\x1b[1mabcdef\x1b[0m", 4) == "\x1b[1mabcd\x1b[0m");
  CHECK(clip("one two three", 10) == "one two th");
  CHECK(clip("", 4).empty());
}
