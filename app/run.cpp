#include <fmt/format.h>

#include <exception>

#include "app/commands.h"
#include "app/names.h"
#include "app/output.h"
#include "app/watch.h"

namespace tritutor {

namespace {

void add_commands(CLI::App& app, Session& session) {
  add_next(app, session);
  add_start(app, session);
  add_open(app, session);
  add_run(app, session);
  add_watch(app, session);
  add_submit(app, session);
  add_bench(app, session);
  add_tune(app, session);
  add_hint(app, session);
  add_explain(app, session);
  add_notes(app, session);
  add_cheatsheet(app, session);
  add_roadmap(app, session);
  add_list(app, session);
  add_show(app, session);
  add_progress(app, session);
  add_history(app, session);
  add_report(app, session);
  add_solution(app, session);
  add_reset(app, session);
  add_init(app, session);
  add_doctor(app, session);
  add_dev(app, session);
}

/// CLI11 says of a mistyped command only that an argument was not expected.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--curriculum" || word == "--color") ++i;
    if (word.starts_with("-")) continue;
    if (std::find(names.begin(), names.end(), word) != names.end()) return "";
    const std::vector<std::string> meant = nearest(word, names, 1);
    if (!meant.empty()) return fmt::format("there is no command '{}'. Did you mean '{}'?", word, meant[0]);
    if (word.ends_with(".cu") || word.ends_with(".py"))
      return fmt::format("there is no command '{0}'. To have it graded: tritutor submit {0}", word);
    return fmt::format("there is no command '{}'. All of them: tritutor --help", word);
  }
  return "";
}

int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string message = unknown_command(app, argc, argv);
  if (message.empty()) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? "tritutor" : "tritutor " + chosen[0]->get_name();
    message = fmt::format("{}. See {} --help", error.what(), command);
  }
  print_error("tritutor: {}\n", message);
  return status_usage;
}

/// `tritutor` by itself. A script, which has no terminal, must not wait for saves.
void run_alone(Session& session) {
  if (has_screen()) return watch_on_screen(session, {});
  run_next(session);
}

}  // namespace

int run(int argc, char** argv) {
  Session session;
  CLI::App app{"Learn GPU kernels by writing them: a tutor that compiles, runs and judges each one.", "tritutor"};
  app.set_version_flag("--version", "tritutor " TRITUTOR_VERSION);
  app.add_option("--curriculum", session.curriculum_file, "Curriculum file in place of tritutor's own")
      ->type_name("FILE")
      ->envname("TRITUTOR_CURRICULUM");
  app.add_option("--color", session.color, "When to colour: auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.footer(
      "Start with: tritutor, a screen that judges each save (tritutor watch --help); or tritutor next\n\nExit status: "
      "0 passed or done, 1 not passed, 2 bad usage, 3 the machine lacks "
      "something");
  add_commands(app, session);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) run_alone(session);
    return session.status;
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv);
  } catch (const CommandError& error) {
    print_error("tritutor: {}\n", error.what());
    return error.status();
  } catch (const CurriculumError& error) {
    print_error("tritutor: {}\n", error.what());
    return status_usage;
  } catch (const std::exception& error) {  // RecordError, a file system that refuses, no memory left
    print_error("tritutor: {}\n", error.what());
    return status_environment;
  }
}

}  // namespace tritutor
