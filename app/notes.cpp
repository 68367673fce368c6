// tritutor notes [TOPIC]: what to read before and beside the exercises, in the terminal or as HTML.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "app/commands.h"
#include "app/notes/markdown_view.h"
#include "app/notes/note.h"
#include "app/notes/notes_html.h"
#include "app/notes/pager.h"
#include "app/output.h"

namespace tritutor {

namespace {

void print_all(const std::filesystem::path& folder, const Style& style, int width) {
  const std::string indent(15, ' ');
  for (const std::string& name : note_names()) {
    const Note note = read_note(folder, name);
    print("{} {}", style.bold(pad(name, indent.size() - 1)),
          wrap(view_inline(note.summary, style), std::min(width, 100), indent).substr(indent.size()));
  }
  print("\nOne of them: tritutor notes fundamentals\nA section: tritutor notes patterns#softmax\n");
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != 0;
}

/// Where pages lie that nobody asked for elsewhere: $TRITUTOR_CACHE, else tritutor/ in $XDG_CACHE_HOME or ~/.cache.
std::filesystem::path html_folder() {
  if (is_set("TRITUTOR_CACHE") && std::string_view(std::getenv("TRITUTOR_CACHE")) != "off")
    return std::filesystem::path(std::getenv("TRITUTOR_CACHE")) / "notes";
  if (is_set("XDG_CACHE_HOME")) return std::filesystem::path(std::getenv("XDG_CACHE_HOME")) / "tritutor" / "notes";
  if (is_set("HOME")) return std::filesystem::path(std::getenv("HOME")) / ".cache" / "tritutor" / "notes";
  throw CommandError(status_usage, "nothing says where the pages should lie. Name a folder: --to DIR");
}

/// In the browser that BROWSER names, or the desktop's; on a machine without one nothing happens.
void open_in_browser(const std::filesystem::path& file) {
  const bool desktop = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
  if (!is_set("BROWSER") && !desktop) return;
  setenv("TRITUTOR_PAGE", file.c_str(), 1);  // so that no shell reads the path as anything else
  const std::string command = is_set("BROWSER") ? "$BROWSER" : "xdg-open";
  const int status = std::system((command + " \"$TRITUTOR_PAGE\" >/dev/null 2>&1 &").c_str());
  static_cast<void>(status);  // the path is printed all the same
}

void show_html(Session& session, const std::string& topic, const std::string& to) {
  const std::filesystem::path notes = session.home().root / "notes";
  if (!topic.empty()) topic_text(notes, topic);  // a topic that is not there is said first
  const std::filesystem::path folder =
      std::filesystem::absolute(to.empty() ? html_folder() : std::filesystem::path(to));
  write_html(notes, folder);
  const size_t hash = std::min(topic.find('#'), topic.size());
  const std::filesystem::path file = folder / (topic.empty() ? "index.html" : topic.substr(0, hash) + ".html");
  print("{}\n", shown(file));
  if (session.rows() > 0) open_in_browser(file);
}

}  // namespace

void add_notes(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("notes", "Read about kernels: fundamentals, patterns, debugging, ...");
  auto topic = std::make_shared<std::string>();
  command->add_option("topic", *topic, "The note, or a section of one; absent: all are listed")->type_name("TOPIC");
  auto html = std::make_shared<bool>(false);
  auto to = std::make_shared<std::string>();
  CLI::Option* as_html = command->add_flag("--html", *html, "As HTML: all of them are written, the topic's is opened");
  command->add_option("--to", *to, "Where the HTML lies; absent: tritutor's cache folder")
      ->type_name("DIR")
      ->needs(as_html);
  command->footer(
      "Examples:\n  tritutor notes fundamentals\n  tritutor notes patterns#softmax\n  tritutor notes --html\n\n"
      "Long notes are shown by $PAGER, less where it is unset.");
  command->callback([&session, topic, html, to] {
    if (*html) return show_html(session, *topic, *to);
    const std::filesystem::path folder = session.home().root / "notes";
    if (topic->empty()) return print_all(folder, session.style(), session.width());
    const std::string text = topic_text(folder, *topic);
    page(view_markdown(text, session.style(), std::min(session.width(), 100)), session.rows(), session.width());
  });
}

}  // namespace tritutor
