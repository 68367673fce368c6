// tritutor cheatsheet: kernel template, launches and functions in both dialects.

#include <algorithm>

#include "app/commands.h"
#include "app/notes/markdown_view.h"
#include "app/notes/note.h"
#include "app/notes/pager.h"

namespace tritutor {

void add_cheatsheet(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("cheatsheet", "Kernel template, launches and functions, CUDA C++ and Triton");
  command->footer("Example:\n  tritutor cheatsheet");
  command->callback([&session] {
    const Note sheet = read_note(session.home().root / "notes", "cheatsheet");
    page(view_markdown(sheet.text, session.style(), std::min(session.width(), 100)), session.rows(), session.width());
  });
}

}  // namespace tritutor
