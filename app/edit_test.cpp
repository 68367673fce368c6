// Which editor is the learner's.

#include "app/edit.h"

#include <doctest/doctest.h>

#include <map>

namespace tritutor {
namespace {

std::string chosen(const std::string& given, const std::map<std::string, std::string>& variables) {
  return edit_command(given, [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST_CASE("the editor is the one that is named, then $VISUAL, then $EDITOR, then that of the terminal") {
  CHECK(chosen("nano", {{"VISUAL", "emacs"}, {"EDITOR", "vi"}}) == "nano");
  CHECK(chosen("", {{"VISUAL", "emacs -nw"}, {"EDITOR", "vi"}}) == "emacs -nw");
  CHECK(chosen("", {{"VISUAL", ""}, {"EDITOR", "vi"}, {"TERM_PROGRAM", "vscode"}}) == "vi");
  CHECK(chosen("", {{"TERM_PROGRAM", "vscode"}}) == "code -r");
  CHECK(chosen("", {{"TERM_PROGRAM", "tmux"}}).empty());
  CHECK(chosen("", {}).empty());
}

}  // namespace
}  // namespace tritutor
