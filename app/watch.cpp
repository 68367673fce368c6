#include "app/watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string_view>

#include "app/commands.h"

namespace tritutor {

namespace fs = std::filesystem;

bool has_screen() {
  const char* term = std::getenv("TERM");
  const bool more_than_lines = term != nullptr && *term != 0 && std::string_view(term) != "dumb";
  return more_than_lines && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
}

std::vector<std::string> call(const Session& session, const std::vector<std::string>& command, bool color) {
  std::vector<std::string> words = {"--color", color ? "always" : "never"};
  if (!session.curriculum_file.empty()) words.insert(words.end(), {"--curriculum", session.curriculum_file});
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

std::vector<std::string> command_on(const std::string& command, const Exercise& exercise, DialectId dialect) {
  return {command, exercise.id, "--dialect", std::string(name_of(dialect))};
}

std::vector<std::string> command_on_file(const std::string& command, const Watched& watched,
                                         const WatchArguments& arguments) {
  std::vector<std::string> words =
      watched.by_id ? command_on(command, *watched.exercise, watched.dialect)
                    : std::vector<std::string>{command, watched.file.string(), "--exercise", watched.exercise->id};
  if (arguments.profile != default_profile) words.insert(words.end(), {"--profile", arguments.profile});
  if (arguments.device != "auto") words.insert(words.end(), {"--device", arguments.device});
  return words;
}

Watched watched_of(const Session& session, const Exercise& exercise, DialectId dialect) {
  return {&exercise, session.workspace_or_error().file_of(exercise, dialect), dialect, true};
}

WatchStart watch_start(Session& session, const WatchArguments& arguments) {
  WatchStart start;
  const std::string& name = arguments.what.empty() ? arguments.exercise : arguments.what;
  start.exercise = name.empty() ? nullptr : session.curriculum().find(name);
  if (name.empty() || start.exercise != nullptr) return start;
  const Target target = target_of(session, arguments, "watch");
  start.exercise = target.exercise;
  start.file = Watched{target.exercise, target.file, target.dialect, target.by_id};
  return start;
}

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

void run_watch(Session& session, const WatchArguments& arguments) {
  if (has_screen()) {
    watch_on_screen(session, arguments);
  } else {
    watch_in_lines(session, arguments);
  }
}

void add_watch(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("watch", "Follow a file: each save is judged, on a screen with keys");
  auto arguments = std::make_shared<WatchArguments>();
  add_target_options(*command, *arguments);
  command->add_option("--edit-cmd", arguments->editor, "The editor of key e; absent: $VISUAL, $EDITOR or VS Code's own")
      ->type_name("CMD");
  command->footer(
      "Examples:\n"
      "  tritutor                             the next exercise's file\n"
      "  tritutor watch 2.3                   an exercise's file, put there where it is not\n"
      "  tritutor watch my.cu --exercise 1.1  any file\n\n"
      "Leave it open beside your editor. Keys: n next, h hint, s solution, l list, r reset, p progress, c check all,\n"
      "b bench, e edit, t task, Enter judges without a save, ? all keys, q quits. In VS Code's own terminal the file "
      "is\n"
      "opened by itself. Where the output is no terminal, or TERM is dumb, each run is one line.");
  command->callback([&session, arguments] { run_watch(session, *arguments); });
}

}  // namespace tritutor
