// tritutor dev check: proves the curriculum, for authors and teachers.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/dev.h"
#include "app/dialect_option.h"
#include "app/output.h"
#include "app/profiles.h"
#include "app/proof.h"
#include "grader/dialect/triton/python_search.h"

namespace tritutor {

namespace {

struct Arguments {
  std::vector<std::string> exercises;
  std::optional<DialectId> dialect;
  ProofOptions options;
  std::string profile = default_profile;
  bool json = false;
};

void print_proof(const ExerciseProof& proof, const ProofOptions& options, const Style& style) {
  const std::string mark = proof.violations.empty() ? style.green("ok  ") : style.red("BAD ");
  std::string mutants = "mutants";
  for (const DialectId dialect : options.dialects) {
    const auto found = proof.mutants.find(dialect);
    const MutantCount count = found == proof.mutants.end() ? MutantCount{} : found->second;
    const std::string label = options.dialects.size() > 1 ? fmt::format(" {}", name_of(dialect)) : "";
    mutants += fmt::format("{} {:>2}/{:<2}", label, count.refused, count.all);
  }
  print("{}{:<5} {}{}", mark, shown_id(*proof.exercise), pad(proof.exercise->slug, 23), mutants);
  if (options.dialects[0] == DialectId::cuda)
    print("  fakes refused {:>4}, right by nature {:>3}", proof.fakes_refused, proof.fakes_by_nature);
  print("\n");
  for (const Violation& violation : proof.violations) {
    print("      {}: {}\n", style.bold(violation.place), violation.what);
  }
  std::fflush(stdout);
}

nlohmann::json as_json(const ExerciseProof& proof) {
  nlohmann::json violations = nlohmann::json::array();
  for (const Violation& violation : proof.violations)
    violations.push_back({{"place", violation.place}, {"what", violation.what}});
  nlohmann::json dialects = nlohmann::json::object();
  MutantCount all;
  for (const auto& [dialect, count] : proof.mutants) {
    dialects[name_of(dialect)] = {{"mutants", count.all}, {"mutants_refused", count.refused}};
    all.all += count.all;
    all.refused += count.refused;
  }
  return {{"exercise", proof.exercise->id},
          {"slug", proof.exercise->slug},
          {"mutants", all.all},
          {"mutants_refused", all.refused},
          {"dialects", dialects},
          {"fakes_refused", proof.fakes_refused},
          {"fakes_by_nature", proof.fakes_by_nature},
          {"solution_seconds", proof.solution_seconds},
          {"violations", violations}};
}

/// Why nothing in Triton can be proved here; empty: it can.
std::string why_no_triton(const Arguments& arguments) {
  if (arguments.dialect == DialectId::cuda) return "";
  const auto found = find_python_with_triton();
  const auto* none = std::get_if<NoPythonWithTriton>(&found);
  return none == nullptr ? "" : none->what;
}

void dev_check(Session& session, const Arguments& arguments) {
  std::vector<const Exercise*> exercises;
  for (const std::string& name : arguments.exercises) exercises.push_back(&session.exercise(name));
  if (exercises.empty()) {
    for (const Exercise& exercise : session.curriculum().exercises) exercises.push_back(&exercise);
  }
  const DeviceProfile profile = profile_of(session.home(), arguments.profile);
  ProofOptions options = arguments.options;
  const std::string no_triton = why_no_triton(arguments);
  int64_t skipped = 0;
  if (no_triton.empty()) {
    options.dialects = arguments.dialect ? std::vector{*arguments.dialect}
                                         : std::vector<DialectId>(every_dialect.begin(), every_dialect.end());
  } else {
    for (const Exercise* exercise : exercises) skipped += count_files(session.home(), *exercise, DialectId::triton);
    if (arguments.dialect == DialectId::triton)
      throw CommandError(status_environment, fmt::format("skipped: no Triton ({} files): {}", skipped, no_triton));
  }
  options.profile = &profile;
  const Style style = session.style();
  nlohmann::json all = nlohmann::json::array();
  size_t violations = 0;
  prove(session.home(), exercises, options, [&](const ExerciseProof& proof) {
    violations += proof.violations.size();
    if (arguments.json) {
      all.push_back(as_json(proof));
    } else {
      print_proof(proof, options, style);
    }
  });
  if (arguments.json) {
    write_exact(nlohmann::json{{"violations", violations}, {"skipped", skipped}, {"exercises", all}}.dump(2) + "\n");
  } else if (violations == 0) {
    print("\nEvery starter fails, every solution passes, every mutant{} is refused.\n",
          options.dialects[0] == DialectId::cuda ? " and every fake" : "");
  } else {
    print("\n{} violation{}.\n", violations, violations == 1 ? "" : "s");
  }
  if (skipped > 0) print_error("skipped: no Triton ({} files): {}\n", skipped, no_triton);
  if (violations > 0) session.status = status_not_passed;
}

}  // namespace

void add_dev_check(CLI::App& dev, Session& session) {
  CLI::App* command = dev.add_subcommand("check", "Prove the curriculum: starters, solutions, mutants, fake answers");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercises", arguments->exercises, "Ids or names; absent: all")->type_name("ID");
  add_dialect_option(*command, arguments->dialect, "Only the files in this dialect, cuda or triton; absent: in both");
  command->add_option("--threads", arguments->options.threads, "Host threads; 0: one a core")->type_name("N");
  command->add_option("--seed", arguments->options.seed, "Draw the hidden cases' inputs from this number")
      ->type_name("N");
  command
      ->add_option("--profile", arguments->profile, "The device whose predictions say what is too slow; absent: H200")
      ->type_name("NAME");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->footer(
      "Examples:\n"
      "  tritutor dev check\n"
      "  tritutor dev check 2.3 --seed 7\n"
      "  tritutor dev check --dialect triton\n"
      "  tritutor --curriculum mine/curriculum.json dev check\n"
      "\nA curriculum of your own: exercises/levelN/, solutions/levelN/ and mutants/NAME/ stand beside its file.\n"
      "Exit status: 1 on any violation");
  command->callback([&session, arguments] { dev_check(session, *arguments); });
}

}  // namespace tritutor
