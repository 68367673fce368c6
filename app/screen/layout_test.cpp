#include "app/screen/layout.h"

#include <doctest/doctest.h>

#include "app/screen/fold.h"

using namespace tritutor;
using namespace tritutor::screen;

namespace {

const std::vector<KeyLabel> keys = {{"e", "edit"}, {"n", "next"}, {"h", "hint"}, {"?", "keys"}, {"q", "quit"}};

Page page_of(size_t lines) {
  Page page;
  page.title = "1.1 Vector scaling  level1/vector_scaling.cu";
  page.state = "watching";
  for (size_t i = 1; i <= lines; ++i) page.text.push_back("line " + std::to_string(i));
  page.status = "save the file";
  page.keys = keys;
  page.keys_kept = 2;
  return page;
}

}  // namespace

TEST_CASE("at 80x24 the text has 21 rows between title, status and keys") {
  const std::vector<std::string> rows = arrange(page_of(5), {80, 24}, Style());
  REQUIRE(rows.size() == 24);
  CHECK(rows[0].starts_with("1.1 Vector scaling  level1/vector_scaling.cu  "));
  CHECK(rows[0].ends_with("watching"));
  CHECK(columns_in(rows[0]) == 80);
  CHECK(rows[1] == "line 1");
  CHECK(rows[5] == "line 5");
  CHECK(rows[6].empty());
  CHECK(rows[22].starts_with("save the file"));
  CHECK(rows[23] == "e edit  n next  h hint  ? keys  q quit");
}

TEST_CASE("text that does not fit is shown from a row on, and says which") {
  Page page = page_of(30);
  page.first = 4;
  std::vector<std::string> rows = arrange(page, {80, 24}, Style());
  CHECK(rows[1] == "line 5");
  CHECK(rows[21] == "line 25");
  CHECK(rows[22].ends_with("5-25 of 30"));
  page.first = 1000;  // the screen has grown since
  rows = arrange(page, {80, 24}, Style());
  CHECK(rows[1] == "line 10");
  CHECK(rows[21] == "line 30");
  CHECK(last_first(30, {80, 24}) == 9);
  CHECK(last_first(3, {80, 24}) == 0);
}

TEST_CASE("at every size the screen is filled exactly, in and without colour") {
  Page page = page_of(100);
  page.text[1] = std::string(200, 'x');
  page.status = std::string(200, 's');
  for (int columns = 1; columns <= 130; columns += 3) {
    for (int rows = 1; rows <= 30; ++rows) {
      for (const bool color : {false, true}) {
        const std::vector<std::string> drawn = arrange(page, {columns, rows}, Style(color));
        REQUIRE(drawn.size() == static_cast<size_t>(rows));
        for (const std::string& row : drawn) REQUIRE(columns_in(row) <= columns);
      }
    }
  }
}

TEST_CASE("a narrow screen keeps the keys that matter, and those at the end") {
  CHECK(key_line(keys, 2, 40, Style()) == "e edit  n next  h hint  ? keys  q quit");
  CHECK(key_line(keys, 2, 37, Style()) == "e edit  n next  ? keys  q quit");
  CHECK(key_line(keys, 2, 14, Style()) == "? keys  q quit");
  CHECK(key_line(keys, 2, 10, Style()) == "? keys  q ");
}

TEST_CASE("the title gives way to the state") {
  const std::string row = arrange(page_of(1), {40, 10}, Style())[0];
  CHECK(row == "1.1 Vector scaling  level1/...  watching");
  CHECK(columns_in(row) == 40);
}
