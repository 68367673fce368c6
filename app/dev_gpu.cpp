// tritutor dev gpu: proves the curriculum on a GPU: how fast each solution is, and that cheats are refused there.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/dev.h"
#include "app/dialect_option.h"
#include "app/home.h"
#include "app/interrupt.h"
#include "app/mutant.h"
#include "app/output.h"
#include "app/profiles.h"
#include "grader/submission.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::vector<std::string> exercises;
  std::optional<DialectId> dialect;
  std::string device = "cuda";
  bool cheats = false;
  bool json = false;
};

/// One that no virtual GPU looks at first, so that what the GPU's part refuses shows.
Verdict grade_alone(Session& session, const Exercise& exercise, const fs::path& file, const std::string& source,
                    const Arguments& arguments, const Interrupt& interrupt) {
  SubmitOptions options;
  options.include_dir = session.home().tl;
  options.device = arguments.device;
  options.gpu_alone = true;
  options.stop = interrupt.flag();
  return grade(exercise, file, source, options);
}

[[noreturn]] void no_gpu(const Verdict& verdict) {
  throw CommandError(status_environment, "skipped: no GPU: " + verdict.refusal->message);
}

std::string why_wrong(const Verdict& verdict) {
  if (verdict.refusal) return verdict.refusal->message;
  for (const CaseResult& one : verdict.cases) {
    if (one.passed) continue;
    std::string text = fmt::format("case {}: {}", one.name, one.problem);
    if (one.mismatch) text += fmt::format(" {} {}", one.mismatch->pattern, one.mismatch->pattern_text);
    if (!one.findings.empty()) text += fmt::format(" {}:{}", vgpu::name_of(one.findings[0].kind), one.findings[0].line);
    return text;
  }
  return "nothing";
}

/// The times of an exercise's solutions. False: one is wrong, or misses gold with all there are.
bool solutions(Session& session, const Exercise& exercise, const Arguments& arguments, const Interrupt& interrupt,
               nlohmann::json& all) {
  bool gold = false, right = true;
  const DialectId dialect = arguments.dialect.value_or(DialectId::cuda);
  for (const fs::path& file :
       {session.home().solution(exercise, dialect), session.home().fast_solution(exercise, dialect)}) {
    if (!fs::exists(file)) continue;
    const Verdict verdict = grade_alone(session, exercise, file, read_text(file), arguments, interrupt);
    if (interrupt.seen()) throw CommandError(status_stopped, "stopped");
    if (verdict.refusal && verdict.refusal->kind == "environment") no_gpu(verdict);
    right = right && verdict.right;
    gold = gold || verdict.medal == "gold";
    if (arguments.json) {
      nlohmann::json one = to_json(verdict);
      one["file"] = shown(file);
      all.push_back(std::move(one));
    } else if (verdict.right && verdict.timing.measured) {
      const Measurement& m = *verdict.timing.measured;
      print("{:<4} {:<29} {:>8.1f} us  {:>8.1f} to {:>8.1f}  limit {:>8.1f}  {:>5.1f} %  {:<6}  {:>4.0f} MHz  {}\n",
            exercise.id, file.stem().string(), m.us.median, m.us.first, m.us.third, m.limit_us.median,
            100 * m.fraction.median, verdict.medal, m.clock_mhz, verdict.timing.limit);
    } else {
      print("{:<4} {:<29} WRONG: {}\n", exercise.id, file.stem().string(), why_wrong(verdict));
    }
    std::fflush(stdout);
  }
  return right && gold;
}

const Exercise& exercise_of_cheat(Session& session, const fs::path& file, const std::string& source) {
  constexpr std::string_view key = "// exercise: ";
  const size_t at = source.find(key);
  if (at == std::string::npos)
    throw CommandError(status_usage, fmt::format("{} has no line \"// exercise: ID\"", shown(file)));
  const size_t first = at + key.size();
  return session.exercise(source.substr(first, source.find('\n', at) - first));
}

/// False: not refused for its stated reasons.
bool cheat(Session& session, const fs::path& file, const Arguments& arguments, const Interrupt& interrupt,
           nlohmann::json& all) {
  const std::string source = read_text(file);
  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant(source, errors);
  const Verdict verdict =
      grade_alone(session, exercise_of_cheat(session, file, source), file, source, arguments, interrupt);
  if (interrupt.seen()) throw CommandError(status_stopped, "stopped");
  if (verdict.refusal && verdict.refusal->kind == "environment") no_gpu(verdict);
  for (const std::string& unmet : unmet_reasons(mutant, verdict)) errors.push_back(unmet);
  if (arguments.json) {
    nlohmann::json one = to_json(verdict);
    one["file"] = shown(file);
    one["mutant"] = mutant.mistake;
    one["unmet"] = errors;
    all.push_back(std::move(one));
    return errors.empty();
  }
  print("{:<8} {:<36} {}\n", errors.empty() ? "refused" : "NOT SO", file.stem().string(), why_wrong(verdict));
  for (const std::string& error : errors) print("         {}\n", error);
  std::fflush(stdout);
  return errors.empty();
}

void dev_gpu(Session& session, const Arguments& arguments) {
  const Interrupt interrupt;
  nlohmann::json all = nlohmann::json::array();
  bool good = true;
  if (arguments.cheats) {
    for (const fs::path& file : kernels_in(session.home().root / "tests" / "cheats")) {
      good = cheat(session, file, arguments, interrupt, all) && good;
    }
  } else {
    std::vector<const Exercise*> exercises;
    for (const std::string& name : arguments.exercises) exercises.push_back(&session.exercise(name));
    if (exercises.empty()) {
      for (const Exercise& exercise : session.curriculum().exercises) exercises.push_back(&exercise);
    }
    for (const Exercise* exercise : exercises) good = solutions(session, *exercise, arguments, interrupt, all) && good;
  }
  if (arguments.json) write_exact(all.dump(2) + "\n");
  if (!good) session.status = status_not_passed;
}

}  // namespace

void add_dev_gpu(CLI::App& dev, Session& session) {
  CLI::App* command = dev.add_subcommand("gpu", "Prove the curriculum on a GPU: every solution's time, cheats refused");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercises", arguments->exercises, "Ids or names; absent: all")->type_name("ID");
  command->add_option("--device", arguments->device, "cuda (the first GPU that works), or cuda:1")->type_name("WHERE");
  add_dialect_option(*command, arguments->dialect, "The solutions in this dialect, cuda (if absent) or triton");
  command->add_flag("--cheats", arguments->cheats, "The cheats of tests/cheats instead of the solutions");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->footer(
      "Nothing is asked of the virtual GPU first, so that what the GPU's own checks refuse shows.\n"
      "Exit status: 1 where a solution is wrong, none of an exercise's solutions earns gold, or a cheat is not "
      "refused\n"
      "for its stated reasons; 3 where there is no GPU");
  command->callback([&session, arguments] { dev_gpu(session, *arguments); });
}

}  // namespace tritutor
