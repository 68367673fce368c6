#include "app/list_pane.h"

#include <doctest/doctest.h>

using namespace tritutor;
using screen::Key;
using Kind = Key::Kind;
using Outcome = ListPane::Outcome;

namespace {

/// Two levels: 1.1 vector_scaling (passed), 1.2 relu; 4.1 tiled_matmul (passed), 4.2 matmul_bias.
struct Example {
  Exercise scaling, relu, tiled, bias;

  Example() {
    const auto set = [](Exercise& exercise, const char* id, const char* slug, const char* title) {
      exercise.id = id;
      exercise.slug = slug;
      exercise.title = title;
    };
    set(scaling, "1.1", "vector_scaling", "Vector scaling");
    set(relu, "1.2", "relu", "Rectifier");
    set(tiled, "4.1", "tiled_matmul", "Tiled matrix product");
    set(bias, "4.2", "matmul_bias", "With a bias");
  }

  ListPane pane(const std::string& selected = "") const {
    std::vector<ListLine> lines;
    lines.push_back({nullptr, "Level 1"});
    lines.push_back({&scaling, "  1.1 vector_scaling", true});
    lines.push_back({&relu, "  1.2 relu", false});
    lines.push_back({nullptr, "Level 4"});
    lines.push_back({&tiled, "  4.1 tiled_matmul", true});
    lines.push_back({&bias, "  4.2 matmul_bias", false});
    return {std::move(lines), selected};
  }
};

Outcome type(ListPane& pane, const std::string& letters) {
  Outcome outcome = Outcome::stays;
  for (const char letter : letters) outcome = pane.press({Kind::text, std::string(1, letter)}, 10);
  return outcome;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the list begins at the exercise that is worked on, and moves over headings") {
  const Example example;
  ListPane pane = example.pane("1.2");
  CHECK(pane.selected() == &example.relu);
  CHECK(pane.text(Style()) ==
        Lines{"Level 1", "  1.1 vector_scaling", "> 1.2 relu", "Level 4", "  4.1 tiled_matmul", "  4.2 matmul_bias"});
  pane.press({Kind::down, ""}, 10);
  CHECK(pane.selected() == &example.tiled);
  type(pane, "jj");
  CHECK(pane.selected() == &example.bias);
  pane.press({Kind::home, ""}, 10);
  CHECK(pane.selected() == &example.scaling);
  CHECK(pane.press({Kind::enter, ""}, 10) == Outcome::chosen);
  CHECK(example.pane("9.9").selected() == &example.scaling);
}

TEST_CASE("the filter goes round: all, not passed, passed") {
  const Example example;
  ListPane pane = example.pane();
  CHECK(pane.status() == "all exercises: 4");
  type(pane, "f");
  CHECK(pane.text(Style()) == Lines{"Level 1", "> 1.2 relu", "Level 4", "  4.2 matmul_bias"});
  CHECK(pane.status() == "not passed yet: 2");
  type(pane, "f");
  CHECK(pane.text(Style()) == Lines{"Level 1", "  1.1 vector_scaling", "Level 4", "> 4.1 tiled_matmul"});
  type(pane, "f");
  CHECK(pane.status() == "all exercises: 4");
  CHECK(pane.selected() == &example.tiled);
}

TEST_CASE("a search is by id, name, title, in any case; its letters are no commands") {
  const Example example;
  ListPane pane = example.pane();
  CHECK(type(pane, "/MATmul") == Outcome::stays);
  CHECK(pane.searching());
  CHECK(pane.text(Style()) == Lines{"Level 4", "> 4.1 tiled_matmul", "  4.2 matmul_bias"});
  CHECK(pane.status() == "search: MATmul_  (2 found)");
  type(pane, " b");
  CHECK(pane.selected() == &example.bias);
  pane.press({Kind::enter, ""}, 10);
  CHECK_FALSE(pane.searching());
  CHECK(pane.press({Kind::enter, ""}, 10) == Outcome::chosen);
  CHECK(type(pane, "/") == Outcome::stays);
  for (int i = 0; i < 8; ++i) pane.press({Kind::backspace, ""}, 10);
  CHECK(pane.selected() == &example.bias);
  type(pane, "rectifier");  // above it: the first that is found
  CHECK(pane.selected() == &example.relu);
}

TEST_CASE("nothing found is nothing chosen; Escape takes the search back, then closes") {
  const Example example;
  ListPane pane = example.pane();
  type(pane, "/xyz");
  pane.press({Kind::enter, ""}, 10);
  CHECK(pane.selected() == nullptr);
  CHECK(pane.text(Style()).empty());
  CHECK(pane.press({Kind::enter, ""}, 10) == Outcome::stays);
  CHECK(pane.press({Kind::escape, ""}, 10) == Outcome::stays);
  CHECK(pane.text(Style()).size() == 6);
  CHECK(pane.press({Kind::escape, ""}, 10) == Outcome::closed);
  CHECK(type(pane, "l") == Outcome::closed);
  CHECK(type(pane, "q") == Outcome::closed);
}

TEST_CASE("the selected line is on the screen, however low that is") {
  const Example example;
  for (const char* id : {"1.1", "1.2", "4.1", "4.2"}) {
    const ListPane pane = example.pane(id);
    const Lines text = pane.text(Style());
    for (int rows = 1; rows < 9; ++rows) {
      bool seen = false;
      for (size_t i = pane.first(rows); i < std::min(text.size(), pane.first(rows) + static_cast<size_t>(rows)); ++i)
        seen = seen || text[i].starts_with(">");
      CHECK(seen);
    }
  }
}
