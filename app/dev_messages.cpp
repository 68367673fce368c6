// tritutor dev messages: everything a learner would read of the wrong kernels we know, for an author to read.

#include <fmt/format.h>

#include <fstream>

#include "app/dev.h"
#include "app/messages.h"
#include "app/output.h"

namespace tritutor {

namespace {

struct Arguments {
  std::vector<std::string> exercises;
  std::string out;
  MessageOptions options;
};

void dev_messages(Session& session, Arguments arguments) {
  std::vector<const Exercise*> exercises;
  for (const std::string& name : arguments.exercises) {
    if (name != "planted") exercises.push_back(&session.exercise(name));
  }
  const bool all = arguments.exercises.empty();
  arguments.options.planted = all || exercises.size() < arguments.exercises.size();
  if (all) {
    for (const Exercise& exercise : session.curriculum().exercises) exercises.push_back(&exercise);
  }
  std::ofstream file;
  if (!arguments.out.empty()) {
    file.open(arguments.out, std::ios::binary);
    if (!file) throw CommandError(status_usage, fmt::format("cannot write {}; name another file", arguments.out));
  }
  const std::vector<Message> messages = collect_messages(session.home(), exercises, arguments.options);
  const std::string text = as_document(messages);
  if (arguments.out.empty()) {
    write_exact(text);
    return;
  }
  file << text;
  file.close();
  if (!file) throw CommandError(status_environment, fmt::format("cannot write all of {}", arguments.out));
  print("{} messages in {}\n", messages.size(), arguments.out);
}

}  // namespace

void add_dev_messages(CLI::App& dev, Session& session) {
  CLI::App* command = dev.add_subcommand("messages", "Print what a learner reads of every wrong kernel we know");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("exercises", arguments->exercises, "Ids or names, or \"planted\"; absent: all")->type_name("ID");
  command->add_option("--out", arguments->out, "Write to this file")->type_name("FILE");
  command->add_option("--threads", arguments->options.threads, "Host threads; 0: one a core")->type_name("N");
  command->add_option("--seed", arguments->options.seed, "Draw the hidden cases' inputs from this number")
      ->type_name("N");
  command->footer(
      "Mutants, the kernels of tests/cases, and the virtual GPU's planted bugs, as one Markdown document.\n"
      "Examples:\n"
      "  tritutor dev messages --out messages.md\n"
      "  tritutor dev messages 2.1 2.3\n"
      "  tritutor dev messages planted");
  command->callback([&session, arguments] { dev_messages(session, *arguments); });
}

}  // namespace tritutor
