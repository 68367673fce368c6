#pragma once
// tritutor watch, and tritutor alone: follows a file, and judges each save of it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/target.h"

namespace tritutor {

struct WatchArguments : TargetArguments {
  std::string editor;  ///< --edit-cmd
};

/// What is worked on.
struct Watched {
  const Exercise* exercise = nullptr;
  std::filesystem::path file;
  DialectId dialect = DialectId::cuda;
  bool by_id = true;  ///< the file is the workspace's own
};

/// A save is judged when nothing was written for so long.
inline constexpr std::chrono::milliseconds quiet_after_save{200};

/// Whether a screen can be shown: standard input and output are a terminal that knows more than lines.
bool has_screen();

/// The arguments with which this program runs one of its own commands for the same session.
std::vector<std::string> call(const Session& session, const std::vector<std::string>& command, bool color);
/// A command about an exercise in a dialect: {"hint", "1.1", "--dialect", "cuda"}.
std::vector<std::string> command_on(const std::string& command, const Exercise& exercise, DialectId dialect);
/// submit or bench for a file.
std::vector<std::string> command_on_file(const std::string& command, const Watched& watched,
                                         const WatchArguments& arguments);

/// The workspace's file of an exercise. Throws CommandError where there is no workspace.
Watched watched_of(const Session& session, const Exercise& exercise, DialectId dialect);

/// Where to begin.
struct WatchStart {
  const Exercise* exercise = nullptr;  ///< nullptr: the next one
  std::optional<Watched> file;         ///< nullopt: the workspace's, which may not be there yet
};

/// Throws CommandError where there is no such file or exercise.
WatchStart watch_start(Session& session, const WatchArguments& arguments);

/// "17:30:02", now and here.
std::string time_of_day();

/// On a screen where there can be one, else a line for each run.
void run_watch(Session& session, const WatchArguments& arguments);
void watch_on_screen(Session& session, const WatchArguments& arguments);
void watch_in_lines(Session& session, const WatchArguments& arguments);

}  // namespace tritutor
