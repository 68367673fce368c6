#pragma once
// Which file a command is about, which exercise that is for, and where it runs: what submit and bench share.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "app/profiles.h"
#include "app/session.h"

namespace tritutor {

struct TargetArguments {
  std::string what;                  ///< FILE, id or slug; empty: the next exercise
  std::string exercise;              ///< --exercise
  std::optional<DialectId> dialect;  ///< --dialect
  std::string device = "auto";
  std::string profile = default_profile;  ///< --profile
};

/// The options of that name.
void add_target_options(CLI::App& command, TargetArguments& arguments);

/// For the end of a command's help: the profiles there are; empty where they cannot be read, which the command itself
/// says then.
std::string profiles_help(Session& session);

/// A kernel file of an exercise.
struct Target {
  const Exercise* exercise = nullptr;
  std::filesystem::path file;
  std::optional<Workspace> workspace;  ///< nullopt: nothing is recorded
  bool by_id = false;                  ///< the file is the workspace's own
  DialectId dialect = DialectId::cuda;
  std::string words;  ///< what a command about the exercise is given: "1.1", "1.1 --dialect triton"
};

/// "tritutor submit 1.1": the call of `command` for the same file.
std::string call_of(const std::string& command, const Target& target, const TargetArguments& arguments);

/// Throws CommandError, whose next step is a call of `command` ("submit").
Target target_of(Session& session, const TargetArguments& arguments, const std::string& command);

}  // namespace tritutor
