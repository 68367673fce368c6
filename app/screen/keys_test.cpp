#include "app/screen/keys.h"

#include <doctest/doctest.h>

using namespace tritutor::screen;
using Kind = Key::Kind;

namespace {

Key letter(const char* text) { return {Kind::text, text}; }

/// All keys of some bytes that come one by one.
std::vector<Key> one_by_one(std::string_view bytes) {
  KeyDecoder decoder;
  std::vector<Key> keys;
  for (const char byte : bytes) {
    for (const Key& key : decoder.feed(std::string_view(&byte, 1))) keys.push_back(key);
  }
  CHECK_FALSE(decoder.waiting());
  return keys;
}

}  // namespace

TEST_CASE("letters, and what stands for itself") {
  CHECK(KeyDecoder().feed("nq") == std::vector<Key>{letter("n"), letter("q")});
  CHECK(KeyDecoder().feed("\r\n\t\x7f\b\x0c") == std::vector<Key>{{Kind::enter, ""},
                                                                  {Kind::enter, ""},
                                                                  {Kind::tab, ""},
                                                                  {Kind::backspace, ""},
                                                                  {Kind::backspace, ""},
                                                                  {Kind::control, "l"}});
}

TEST_CASE("arrows and their like, in every spelling, whole and split anywhere") {
  const std::pair<const char*, Kind> spellings[] = {
      {"\x1b[A", Kind::up},         {"\x1bOA", Kind::up},           {"\x1b[1;5A", Kind::up},
      {"\x1b[B", Kind::down},       {"\x1bOB", Kind::down},         {"\x1b[5~", Kind::page_up},
      {"\x1b[6~", Kind::page_down}, {"\x1b[6;5~", Kind::page_down}, {"\x1b[H", Kind::home},
      {"\x1b[1~", Kind::home},      {"\x1b[7~", Kind::home},        {"\x1bOF", Kind::end},
      {"\x1b[4~", Kind::end},       {"\x1bOM", Kind::enter},        {"\x1b[3~", Kind::other},
      {"\x1b[[A", Kind::other},     {"\x1b[200~", Kind::other},     {"\x1b[?1;2c", Kind::other},
  };
  for (const auto& [bytes, kind] : spellings) {
    CAPTURE(bytes + 1);
    const std::vector<Key> want = {{kind, ""}, letter("q")};
    CHECK(KeyDecoder().feed(std::string(bytes) + "q") == want);
    CHECK(one_by_one(std::string(bytes) + "q") == want);
  }
}

TEST_CASE("a lone ESC is a key once nothing follows it") {
  KeyDecoder decoder;
  CHECK(decoder.feed("\x1b").empty());
  CHECK(decoder.waiting());
  CHECK(decoder.give_up() == std::vector<Key>{{Kind::escape, ""}});
  CHECK_FALSE(decoder.waiting());
  CHECK(decoder.give_up().empty());
  CHECK(decoder.feed("\x1bq") == std::vector<Key>{{Kind::escape, ""}, letter("q")});
  CHECK(decoder.feed("\x1b\x1b[A") == std::vector<Key>{{Kind::escape, ""}, {Kind::up, ""}});
}

TEST_CASE("a beginning that never ends is dropped, and what comes after it is read") {
  KeyDecoder decoder;
  CHECK(decoder.feed("\x1b[12").empty());
  CHECK(decoder.give_up().empty());
  CHECK(decoder.feed("n") == std::vector<Key>{letter("n")});
  CHECK(decoder.feed("\x1b[1\x1b[A") == std::vector<Key>{{Kind::other, ""}, {Kind::up, ""}});
  CHECK(decoder.feed("\x1b[" + std::string(40, '1')) == std::vector<Key>{{Kind::other, ""}});
}

TEST_CASE("characters beyond ASCII, split over reads; what is no UTF-8 is no key") {
  CHECK(one_by_one("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80") ==
        std::vector<Key>{letter("\xC3\xBC"), letter("\xE2\x82\xAC"), letter("\xF0\x9F\x98\x80")});
  CHECK(
      KeyDecoder().feed("\x80q\xC3q\xFFq") ==
      std::vector<Key>{{Kind::other, ""}, letter("q"), {Kind::other, ""}, letter("q"), {Kind::other, ""}, letter("q")});
}
