#include "app/watch_help.h"

#include "app/terminal.h"

namespace tritutor {

namespace {

constexpr screen::KeyLabel all_keys[] = {
    {"Enter", "judge the file now, without a save"},
    {"e", "edit: the file in your editor (--edit-cmd, $VISUAL, $EDITOR)"},
    {"t", "task: what the exercise asks for"},
    {"h", "hint: one more each time"},
    {"s", "solution: ours, once yours has passed"},
    {"n", "next: the next exercise that is not passed"},
    {"l", "list: choose any exercise; / searches, f filters"},
    {"p", "progress: how far you are"},
    {"b", "bench: the file's time over a range of sizes"},
    {"c", "check all: judges every file that was submitted before"},
    {"r", "reset: the starting file again; asks first, and keeps yours"},
    {"q", "quit; Ctrl-C stops what runs, else quits"},
};

constexpr size_t key_columns = 7;

}  // namespace

std::string watch_help(int width, const Style& style) {
  std::string text = wrap("Each save of the file is judged.", width) + "\n";
  for (const screen::KeyLabel& key : all_keys) {
    const std::string hanging = wrap(key.does, width, std::string(key_columns, ' '));
    text += style.bold(key.key) + std::string(key_columns - key.key.size(), ' ') + hanging.substr(key_columns);
  }
  return text + "\n" +
         wrap(
             "Up, Down, PgUp, PgDn, Home and End scroll; Ctrl-L draws the screen anew. A place such as "
             "level1/relu.cu:7 is a link where the terminal knows links.",
             width);
}

}  // namespace tritutor
