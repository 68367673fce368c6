// tritutor dev check: proves the curriculum, for authors and teachers.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/dev.h"
#include "app/output.h"
#include "app/profiles.h"
#include "app/proof.h"

namespace tritutor {

namespace {

struct Arguments {
  std::vector<std::string> exercises;
  ProofOptions options;
  std::string profile = default_profile;
  bool json = false;
};

void print_proof(const ExerciseProof& proof, const Style& style) {
  const std::string mark = proof.violations.empty() ? style.green("ok  ") : style.red("BAD ");
  print("{}{:<5} {} mutants {:>2}/{:<2}  fakes refused {:>4}, right by nature {:>3}\n", mark, shown_id(*proof.exercise),
        pad(proof.exercise->slug, 28), proof.mutants_refused, proof.mutants, proof.fakes_refused,
        proof.fakes_by_nature);
  for (const Violation& violation : proof.violations) {
    print("      {}: {}\n", style.bold(violation.place), violation.what);
  }
  std::fflush(stdout);
}

nlohmann::json as_json(const ExerciseProof& proof) {
  nlohmann::json violations = nlohmann::json::array();
  for (const Violation& violation : proof.violations)
    violations.push_back({{"place", violation.place}, {"what", violation.what}});
  return {{"exercise", proof.exercise->id},
          {"slug", proof.exercise->slug},
          {"mutants", proof.mutants},
          {"mutants_refused", proof.mutants_refused},
          {"fakes_refused", proof.fakes_refused},
          {"fakes_by_nature", proof.fakes_by_nature},
          {"solution_seconds", proof.solution_seconds},
          {"violations", violations}};
}

void dev_check(Session& session, const Arguments& arguments) {
  std::vector<const Exercise*> exercises;
  for (const std::string& name : arguments.exercises) exercises.push_back(&session.exercise(name));
  if (exercises.empty()) {
    for (const Exercise& exercise : session.curriculum().exercises) exercises.push_back(&exercise);
  }
  const DeviceProfile profile = profile_of(session.home(), arguments.profile);
  ProofOptions options = arguments.options;
  options.profile = &profile;
  const Style style = session.style();
  nlohmann::json all = nlohmann::json::array();
  size_t violations = 0;
  prove(session.home(), exercises, options, [&](const ExerciseProof& proof) {
    violations += proof.violations.size();
    if (arguments.json) {
      all.push_back(as_json(proof));
    } else {
      print_proof(proof, style);
    }
  });
  if (arguments.json) {
    write_exact(nlohmann::json{{"violations", violations}, {"exercises", all}}.dump(2) + "\n");
  } else if (violations == 0) {
    print("\nEvery starter fails, every solution passes, every mutant and every fake is refused.\n");
  } else {
    print("\n{} violation{}.\n", violations, violations == 1 ? "" : "s");
  }
  if (violations > 0) session.status = status_not_passed;
}

}  // namespace

void add_dev_check(CLI::App& dev, Session& session) {
  CLI::App* command = dev.add_subcommand("check", "Prove the curriculum: starters, solutions, mutants, fake answers");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercises", arguments->exercises, "Ids or names; absent: all")->type_name("ID");
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
      "  tritutor --curriculum mine/curriculum.json dev check\n"
      "\nA curriculum of your own: exercises/levelN/, solutions/levelN/ and mutants/NAME/ stand beside its file.\n"
      "Exit status: 1 on any violation");
  command->callback([&session, arguments] { dev_check(session, *arguments); });
}

}  // namespace tritutor
