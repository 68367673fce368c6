#include "app/screen/links.h"

#include <doctest/doctest.h>

#include <map>

using namespace tritutor::screen;

namespace {

bool shows(const std::map<std::string, std::string>& set) {
  return shows_links([&](const char* name) {
    const auto found = set.find(name);
    return found == set.end() ? nullptr : found->second.c_str();
  });
}

}  // namespace

TEST_CASE("a file's address holds no character that an address cannot") {
  CHECK(file_uri("/home/me/level1/relu.cu", "box") == "file://box/home/me/level1/relu.cu");
  CHECK(file_uri("/my kernels/a#1%.cu", "") == "file:///my%20kernels/a%231%25.cu");
  CHECK(file_uri("/\x1b]8;;x\x1b\\", "") == "file:///%1B%5D8%3B%3Bx%1B%5C");
}

TEST_CASE("each place in the file becomes a link to its line") {
  const std::string end(link_end);
  CHECK(with_links("a.cu:7: race", "a.cu", "file:///a.cu") == "\x1b]8;;file:///a.cu#7\x1b\\a.cu:7" + end + ": race");
  CHECK(with_links("\x1b[1ma.cu:12:3\x1b[0m: error", "a.cu", "file:///a.cu") ==
        "\x1b[1m\x1b]8;;file:///a.cu#12\x1b\\a.cu:12:3" + end + "\x1b[0m: error");
  CHECK(with_links("a.cu:1 a.cu:2", "a.cu", "u") == "\x1b]8;;u#1\x1b\\a.cu:1" + end + " \x1b]8;;u#2\x1b\\a.cu:2" + end);
}

TEST_CASE("what is no place in the file stays as it is") {
  for (const char* text : {"edit a.cu, then:", "a.cu:", "a.cu:x", "other/a.cu:7", "data.cu:7", "b.cu:7", "a.cu"}) {
    CAPTURE(text);
    CHECK(with_links(text, "a.cu", "file:///a.cu") == text);
  }
  CHECK(with_links("a.cu:7", "a.cu", "") == "a.cu:7");
}

TEST_CASE("terminals that would show links as text get none") {
  CHECK(shows({{"TERM", "xterm-256color"}}));
  CHECK(shows({{"TERM", "tmux-256color"}}));
  CHECK(shows({{"TERM", "xterm-256color"}, {"VTE_VERSION", "7200"}}));
  CHECK_FALSE(shows({}));
  CHECK_FALSE(shows({{"TERM", "dumb"}}));
  CHECK_FALSE(shows({{"TERM", "linux"}}));
  CHECK_FALSE(shows({{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "Apple_Terminal"}}));
  CHECK_FALSE(shows({{"TERM", "xterm"}, {"VTE_VERSION", "4602"}}));
}

TEST_CASE("a link's begin and end are recognised") {
  CHECK(link_at("\x1b]8;;u\x1b\\text") == 8);
  CHECK(link_at(link_end) == link_end.size());
  CHECK(link_at("\x1b]8;;torn") == 0);
  CHECK(link_at("\x1b]0;title\x1b\\") == 0);
}
