// tritutor history ID: the attempts of an exercise, what changed between two, and an earlier file again.

#include "app/history.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/dialect_option.h"
#include "app/medal_view.h"
#include "app/output.h"
#include "app/speed_view.h"
#include "app/unified_diff.h"

namespace tritutor {

namespace {

using nlohmann::json;

/// What a record of another version may lack, or hold otherwise.
template <class Value>
Value value_of(const json& object, const char* key, Value otherwise) {
  if (!object.is_object() || !object.contains(key)) return otherwise;
  try {
    return object.at(key).get<Value>();
  } catch (const json::exception&) {
    return otherwise;
  }
}

json member(const json& object, const char* key) { return value_of(object, key, json()); }

/// Of the first case that failed: a finding before a mismatch, since wrong values follow from it.
void fill_first_failure(AttemptSummary& summary, const json& details) {
  for (const json& one : member(details, "cases")) {
    if (value_of(one, "passed", true) || !value_of(one, "ran", true)) continue;
    summary.failed_case = value_of(one, "name", std::string());
    summary.failed_by = value_of(member(one, "mismatch"), "pattern", value_of(one, "problem", std::string()));
    for (const json& finding : member(details, "findings")) {
      if (value_of(finding, "case", std::string()) != summary.failed_case) continue;
      summary.failed_by = value_of(finding, "kind", summary.failed_by);
      break;
    }
    return;
  }
}

struct Arguments {
  std::string name;
  std::vector<int64_t> diff;
  int64_t restore = 0;
  std::optional<DialectId> dialect;
  bool json = false;
};

const Attempt& attempt_numbered(const std::vector<Attempt>& attempts, int64_t number, const Exercise& exercise) {
  const auto found = std::find_if(attempts.begin(), attempts.end(),
                                  [number](const Attempt& attempt) { return attempt.number == number; });
  if (found != attempts.end()) return *found;
  throw CommandError(status_usage,
                     fmt::format("{0} has no attempt {1}. Those it has: tritutor history {0}", exercise.id, number));
}

/// "2026-11-22T10:31:05Z" to the minute, as a person reads it.
std::string minute_of(const Attempt& attempt) {
  std::string text = attempt.time.substr(0, 16);
  if (text.size() > 10) text[10] = ' ';
  return text;
}

std::string label_of(const Attempt& attempt) {
  return fmt::format("attempt {} of {}, {} ({})", attempt.number, attempt.exercise, minute_of(attempt),
                     attempt.verdict);
}

void print_json(const Exercise& exercise, const std::vector<Attempt>& attempts) {
  json all = json::array();
  for (const Attempt& attempt : attempts) all.push_back(to_json(summary_of(attempt), attempt));
  const json answer = {{"exercise", exercise.id}, {"slug", exercise.slug}, {"attempts", all}};
  write_exact(answer.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

void print_table(Session& session, const Exercise& exercise, const std::vector<Attempt>& attempts) {
  const Style style = session.style();
  print("{}\n", style.bold(exercise.id + " " + exercise.title));
  if (attempts.empty()) {
    print("There is no attempt yet. The first: tritutor submit {}\n", exercise.id);
    return;
  }
  bool predicted = false;
  print("{}\n", style.dim("  no.  when (UTC)        verdict  medal"));
  // In which dialect is worth a word where there are several.
  const bool mixed = std::any_of(attempts.begin(), attempts.end(), [&](const Attempt& attempt) {
    return dialect_id_of(attempt.file) != dialect_id_of(attempts[0].file);
  });
  for (const Attempt& attempt : attempts) {
    const AttemptSummary summary = summary_of(attempt);
    const std::string verdict = pad(attempt.verdict, 7);
    const std::string painted = attempt.verdict == "pass" ? style.green(verdict) : style.yellow(verdict);
    const bool star = attempt.medal != "none" && attempt.device.starts_with("virtual");
    predicted = predicted || star;
    const std::string medal = attempt.medal == "none" ? "" : attempt.medal + (star ? "*" : "");
    std::string words = in_words(summary, attempt);
    if (mixed) words = fmt::format("{:<6}  {}", name_of(dialect_id_of(attempt.file)), words);
    if (session.rows() > 0) words = fit(words, static_cast<size_t>(std::max(session.width() - 42, 20)));
    print("{:>5}  {}  {}  {:<7}  {}\n", attempt.number, pad(minute_of(attempt), 16), painted, medal, words);
  }
  if (predicted) print("{}", style.dim(medal_footnote));
  const Attempt& last = attempts.back();
  const auto before = std::find_if(attempts.rbegin() + 1, attempts.rend(), [&](const Attempt& attempt) {
    return dialect_id_of(attempt.file) == dialect_id_of(last.file);
  });
  if (before != attempts.rend()) {
    print("\nWhat changed: tritutor history {0} --diff {1} {2}   An earlier file again: --restore {1}\n", exercise.id,
          before->number, last.number);
  }
}

/// Coloured for a terminal; else as it is, for `patch`.
void print_diff(Session& session, const std::string& diff) {
  if (isatty(STDOUT_FILENO) == 0 && !session.style().on()) return write_exact(diff);
  const Style style = session.style();
  for (size_t at = 0; at < diff.size();) {
    const size_t end = std::min(diff.find('\n', at), diff.size());
    const std::string line = diff.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("--- ") || line.starts_with("+++ ")) {
      print("{}\n", style.bold(line));
    } else {
      print("{}\n", line.starts_with('-')   ? style.red(line)
                    : line.starts_with('+') ? style.green(line)
                    : line.starts_with('@') ? style.cyan(line)
                                            : line);
    }
  }
}

void diff(Session& session, const Workspace& workspace, const Exercise& exercise, const std::vector<Attempt>& attempts,
          const std::vector<int64_t>& numbers) {
  const Attempt& before = attempt_numbered(attempts, numbers[0], exercise);
  std::string after, after_label;
  if (numbers.size() > 1) {
    const Attempt& other = attempt_numbered(attempts, numbers[1], exercise);
    after = other.source;
    after_label = label_of(other);
  } else {
    const std::filesystem::path file = workspace.file_of(exercise, dialect_id_of(before.file));
    after = read_text(file);
    after_label = shown(file) + ", as it is now";
  }
  const std::string changes = unified_diff(before.source, after, label_of(before), after_label);
  if (!changes.empty()) return print_diff(session, changes);
  print("Nothing differs between {} and {}.\n", label_of(before), after_label);
}

void restore(Session& session, const Workspace& workspace, const Exercise& exercise,
             const std::vector<Attempt>& attempts, int64_t number) {
  const Attempt& attempt = attempt_numbered(attempts, number, exercise);
  const DialectId dialect = dialect_id_of(attempt.file);
  const std::filesystem::path kept = workspace.replace(exercise, dialect, attempt.source);
  print("{} is as it was in {}.\n", shown(workspace.file_of(exercise, dialect)), label_of(attempt));
  if (!kept.empty()) print("What was there is kept: {}\n", shown(kept));
  print("{}  tritutor submit {}{}\n", session.style().bold("next"), exercise.id, dialect_words(dialect, workspace));
}

void history(Session& session, const Arguments& arguments) {
  const Exercise& exercise = session.exercise(arguments.name);
  const Workspace workspace = session.workspace_or_error();
  std::vector<Attempt> attempts;
  std::error_code error;
  if (std::filesystem::exists(workspace.database(), error))
    attempts = Record(workspace.database(), Record::Use::read).attempts(exercise.id);
  if (!arguments.diff.empty()) return diff(session, workspace, exercise, attempts, arguments.diff);
  if (arguments.restore != 0) return restore(session, workspace, exercise, attempts, arguments.restore);
  if (arguments.dialect) {
    std::erase_if(attempts, [&](const Attempt& attempt) { return dialect_id_of(attempt.file) != *arguments.dialect; });
  }
  if (arguments.json) return print_json(exercise, attempts);
  print_table(session, exercise, attempts);
}

}  // namespace

AttemptSummary summary_of(const Attempt& attempt) {
  AttemptSummary summary;
  const json details = json::parse(attempt.details, nullptr, false);
  summary.right = value_of(details, "right", false);
  const json timing = member(details, "timing");
  const std::string kind = value_of(timing, "kind", std::string("none"));
  if (kind != "none" && timing.contains("time_us")) summary.time_us = value_of(timing, "time_us", 0.0);
  summary.predicted = kind == "predicted";
  summary.at_least = summary.predicted && value_of(timing, "at_least", false);
  summary.profile = summary.predicted ? value_of(timing, "profile", std::string()) : "";
  if (attempt.verdict == "pass") return summary;
  fill_first_failure(summary, details);
  if (summary.failed_by.empty()) summary.failed_by = value_of(member(details, "refusal"), "kind", std::string());
  if (summary.failed_by.empty() && summary.right) summary.failed_by = "not fast enough";
  return summary;
}

std::string in_words(const AttemptSummary& summary, const Attempt& attempt) {
  const bool virtual_gpu = attempt.device.starts_with("virtual");
  const std::string device =
      virtual_gpu ? "the virtual GPU"
                  : attempt.device.substr(std::min(attempt.device.find(": ") + 2, attempt.device.size()));
  std::string text;
  if (summary.time_us) {
    text = fmt::format("{}{} {}", summary.at_least ? "at least " : "", time_in_words(*summary.time_us),
                       summary.predicted ? "predicted for " + summary.profile : "on " + device);
  } else if (!virtual_gpu || attempt.verdict == "pass") {
    text = "on " + device;
  }
  if (summary.failed_by.empty() && summary.failed_case.empty()) return text;
  std::string failure = summary.failed_by;
  if (!summary.failed_case.empty())
    failure = fmt::format("case {}{}{}", summary.failed_case, failure.empty() ? "" : ": ", failure);
  return text.empty() ? failure : fmt::format("{}, {}", failure, text);
}

json to_json(const AttemptSummary& summary, const Attempt& attempt) {
  json out = {{"attempt", attempt.number},  {"time", attempt.time},          {"file", attempt.file},
              {"verdict", attempt.verdict}, {"right", summary.right},        {"medal", attempt.medal},
              {"device", attempt.device},   {"toolchain", attempt.toolchain}};
  out["dialect"] = name_of(dialect_id_of(attempt.file));
  if (!attempt.seed.empty()) out["seed"] = attempt.seed;
  if (summary.time_us) {
    out["timing"] = {{"kind", summary.predicted ? "predicted" : "measured"}, {"time_us", *summary.time_us}};
    if (summary.predicted) {
      out["timing"]["profile"] = summary.profile;
      out["timing"]["at_least"] = summary.at_least;
    }
  }
  if (!summary.failed_case.empty()) out["failed_case"] = summary.failed_case;
  if (!summary.failed_by.empty()) out["failed_by"] = summary.failed_by;
  return out;
}

void add_history(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("history", "Show an exercise's attempts, and what changed between them");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercise", arguments->name, "Id or name")->required()->type_name("ID");
  CLI::Option* diff = command
                          ->add_option("--diff", arguments->diff,
                                       "What changed from one attempt to another, or to the file as it is now")
                          ->type_name("A [B]")
                          ->expected(1, 2);
  CLI::Option* restore =
      command->add_option("--restore", arguments->restore, "Put an attempt's file back; yours is kept beside it")
          ->type_name("A")
          ->check(CLI::PositiveNumber);
  add_dialect_option(*command, arguments->dialect, "Only the attempts in this dialect, cuda or triton");
  CLI::Option* as_json = command->add_flag("--json", arguments->json, "Print the attempts as JSON");
  diff->excludes(restore)->excludes(as_json);
  restore->excludes(as_json);
  command->footer(
      "Examples:\n"
      "  tritutor history 1.1\n"
      "  tritutor history 1.1 --diff 3 5    what changed from attempt 3 to attempt 5\n"
      "  tritutor history 1.1 --diff 3      from attempt 3 to the file as it is now\n"
      "  tritutor history 1.1 --restore 3   attempt 3's file again");
  command->callback([&session, arguments] { history(session, *arguments); });
}

}  // namespace tritutor
