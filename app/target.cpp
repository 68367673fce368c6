#include "app/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/dialect_option.h"
#include "app/names.h"
#include "app/output.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

bool looks_like_file(const std::string& what) {
  std::error_code error;
  return what.find('/') != std::string::npos || what.ends_with(".cu") || what.ends_with(".py") ||
         fs::exists(what, error);
}

const Exercise& exercise_for(Session& session, const std::string& file, const std::string& command) {
  const FileExercise answer = exercise_of_file(session.curriculum(), file);
  if (answer.exercise != nullptr) return *answer.exercise;
  std::string message = fmt::format("cannot tell from its name which exercise {} is for.", file);
  if (!answer.suggestions.empty()) message += fmt::format(" Near: {}.", fmt::join(answer.suggestions, ", "));
  const std::string example =
      answer.suggestions.empty() ? "1.1" : answer.suggestions[0].substr(0, answer.suggestions[0].find(' '));
  throw CommandError(status_usage,
                     message + fmt::format(" Say it: tritutor {} {} --exercise {}", command, file, example));
}

Target file_target(Session& session, const TargetArguments& arguments, const std::string& command) {
  Target target;
  target.file = arguments.what;
  std::error_code error;
  if (!fs::exists(target.file, error)) {
    throw CommandError(status_usage,
                       fmt::format("there is no file {}. The next exercise's: tritutor next", arguments.what));
  }
  target.exercise = arguments.exercise.empty() ? &exercise_for(session, arguments.what, command)
                                               : &session.exercise(arguments.exercise);
  target.workspace = find_workspace(fs::absolute(target.file).parent_path());
  if (!target.workspace) target.workspace = session.workspace();
  target.dialect = dialect_id_of(target.file);
  if (arguments.dialect && *arguments.dialect != target.dialect) {
    throw CommandError(status_usage, fmt::format("{} is for {} by its name; leave out --dialect {}", arguments.what,
                                                 title_of(target.dialect), name_of(*arguments.dialect)));
  }
  target.by_id = target.workspace &&
                 fs::equivalent(target.file, target.workspace->file_of(*target.exercise, target.dialect), error);
  target.words = target.exercise->id + dialect_words(target.dialect, target.workspace);
  return target;
}

/// The learner's file of an exercise in the other dialect, where there is one.
struct Other {
  DialectId dialect = DialectId::cuda;
  fs::path file;
};

std::optional<Other> other_file(const Target& target) {
  std::error_code error;
  for (const DialectId dialect : every_dialect) {
    const fs::path file = target.workspace->file_of(*target.exercise, dialect);
    if (dialect != target.dialect && fs::exists(file, error)) return Other{dialect, file};
  }
  return std::nullopt;
}

/// Who edits one file and has the other judged would look for a mistake where there is none.
void warn_of_newer(const Target& target, const std::string& command) {
  const std::optional<Other> other = other_file(target);
  std::error_code error;
  if (!other || fs::last_write_time(other->file, error) <= fs::last_write_time(target.file, error)) return;
  print_error("{} is taken: this workspace is for {}.\n{} is newer: tritutor {} {} --dialect {}\n", shown(target.file),
              title_of(target.dialect), shown(other->file), command, target.exercise->id, name_of(other->dialect));
}

}  // namespace

Target target_of(Session& session, const TargetArguments& arguments, const std::string& command) {
  if (!arguments.what.empty() && session.curriculum().find(arguments.what) == nullptr &&
      looks_like_file(arguments.what)) {
    return file_target(session, arguments, command);
  }
  Target target;
  target.by_id = true;
  const std::string& name = arguments.what.empty() ? arguments.exercise : arguments.what;
  if (!arguments.what.empty() && !arguments.exercise.empty() &&
      &session.exercise(arguments.what) != &session.exercise(arguments.exercise)) {
    throw CommandError(status_usage, fmt::format("{} is one exercise and --exercise {} another; name one of them",
                                                 arguments.what, arguments.exercise));
  }
  if (!name.empty()) target.exercise = &session.exercise(name);
  target.workspace = session.workspace_or_error();
  if (target.exercise == nullptr) target.exercise = next_exercise(session.curriculum(), progress_of(target.workspace));
  if (target.exercise == nullptr)
    throw CommandError(status_usage, fmt::format("every exercise is passed; name the one: tritutor {} ID", command));
  target.dialect = dialect_for(arguments.dialect, target.workspace);
  target.words = target.exercise->id + dialect_words(target.dialect, target.workspace);
  target.file = target.workspace->file_of(*target.exercise, target.dialect);
  std::error_code error;
  if (!fs::exists(target.file, error)) {
    std::string message =
        fmt::format("there is no file {} yet. To get it: tritutor start {}", shown(target.file), target.words);
    if (const std::optional<Other> other = other_file(target)) {
      message += fmt::format(". {} is there: tritutor {} {} --dialect {}", shown(other->file), command,
                             target.exercise->id, name_of(other->dialect));
    }
    throw CommandError(status_usage, message);
  }
  if (!arguments.dialect) warn_of_newer(target, command);
  return target;
}

std::string call_of(const std::string& command, const Target& target, const TargetArguments& arguments) {
  std::string call = fmt::format("tritutor {} {}", command, target.by_id ? target.words : shown(target.file));
  if (!target.by_id && !arguments.exercise.empty()) call += " --exercise " + target.exercise->id;
  return call;
}

void add_target_options(CLI::App& command, TargetArguments& arguments) {
  command.add_option("what", arguments.what, "A file, or an exercise's id or name; absent: the next exercise")
      ->type_name("FILE|ID");
  command.add_option("--exercise", arguments.exercise, "Which exercise a file is for, where its name does not tell")
      ->type_name("ID");
  add_dialect_option(command, arguments.dialect, "Of an exercise's files the one in this dialect, cuda or triton");
  command
      .add_option("--device", arguments.device,
                  "Where it runs: virtual, cuda (a GPU), cuda:1 (the second one), or auto: a GPU if there is one")
      ->type_name("WHERE")
      ->envname("TRITUTOR_DEVICE")
      ->check(CLI::Validator(
          [](const std::string& device) {
            const bool known = device == "auto" || device == "virtual" || device == "cuda" ||
                               (device.starts_with("cuda:") && device.size() > 5 &&
                                device.find_first_not_of("0123456789", 5) == std::string::npos);
            return known ? std::string()
                         : fmt::format("{} is none of auto, virtual, cuda, cuda:0, cuda:1, ...", device);
          },
          "WHERE"));
  command.add_option("--profile", arguments.profile, "The device to predict the time of, without a GPU; absent: H200")
      ->type_name("NAME")
      ->each([&arguments](const std::string&) {  // who asks for a prediction wants no measurement
        if (arguments.device == "auto") arguments.device = "virtual";
      });
}

std::string profiles_help(Session& session) {
  try {
    return fmt::format("\nDevice profiles: {}\n", names_of(profiles_of(session.home())));
  } catch (const std::exception&) {
    return "";
  }
}

}  // namespace tritutor
