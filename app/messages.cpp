#include "app/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "app/as_read.h"
#include "app/case_file.h"
#include "app/mutant.h"
#include "app/terminal.h"
#include "app/workers.h"
#include "tests/planted/planted_run.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

constexpr int width = 80;

struct Job {
  Message message;
  std::function<std::string()> text;
};

std::string relative_to(const Home& home, const fs::path& file) { return file.lexically_relative(home.root).string(); }

/// The findings of a planted bug as a learner would read them, each with its line.
std::string planted_text(const planted::Case& one) {
  const vgpu::LaunchResult result = planted::run(one);
  std::string text;
  for (const vgpu::Finding& finding : result.findings) {
    const std::string times = finding.count > 1 ? fmt::format(" ({} times)", finding.count) : "";
    text +=
        fmt::format("{}:{}: {}{}\n", one.file.filename().string(), finding.line, vgpu::name_of(finding.kind), times);
    std::istringstream lines(one.source);
    std::string line;
    for (int i = 0; i < finding.line && std::getline(lines, line); ++i) {
    }
    if (finding.line > 0) text += fmt::format("{:>5} | {}\n", finding.line, line);
    text += wrap(finding.message, width, "    ");
    if (!finding.cause.empty()) text += wrap("Likely cause: " + finding.cause, width, "    ");
  }
  return text.empty() ? "Nothing was found.\n" : text;
}

void add_exercise(const Home& home, const Exercise& exercise, uint64_t seed, std::vector<Job>& jobs) {
  const std::string group = fmt::format("{} {}", exercise.id, exercise.title);
  const auto add = [&](const fs::path& file, const std::string& about, std::function<std::string()> text) {
    jobs.push_back({{group, relative_to(home, file), about, ""}, std::move(text)});
  };
  for (const fs::path& file : mutants_in(home.mutants(exercise))) {
    std::vector<std::string> errors;
    add(file, parse_mutant(read_text(file), errors).mistake, [&home, &exercise, file, seed] {
      const MutantKernel kernel = mutant_kernel(home, file);
      return source_as_read(home, exercise, kernel.file, kernel.source, seed, 1).text;
    });
  }
  for (const fs::path& file : kernels_in(home.root / "tests" / "cases")) {
    std::vector<std::string> errors;
    const CaseFile one = parse_case_file(read_text(file), errors);
    if (one.exercise != exercise.id && one.exercise != exercise.slug) continue;
    add(file, one.about, [&home, &exercise, file, seed] { return submit_as_read(home, exercise, file, seed, 1).text; });
  }
}

void add_planted(const Home& home, std::vector<Job>& jobs) {
  const fs::path root = home.root / "tests" / "planted";
  std::vector<fs::path> folders;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
    if (entry.is_directory() && entry.path().filename() != "silent") folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    for (const fs::path& file : kernels_in(folder)) {
      if (file.stem().extension() == ".fixed") continue;
      const planted::Case one = planted::read_case(file);
      jobs.push_back({{fmt::format("Planted: {}", folder.filename().string()), relative_to(home, file), one.about, ""},
                      [one] { return planted_text(one); }});
    }
  }
}

}  // namespace

std::vector<Message> collect_messages(const Home& home, const std::vector<const Exercise*>& exercises,
                                      const MessageOptions& options) {
  std::vector<Job> jobs;
  for (const Exercise* exercise : exercises) add_exercise(home, *exercise, options.seed, jobs);
  if (options.planted) add_planted(home, jobs);

  // The threads are joined at the end of the statement.
  start_workers(options.threads, jobs.size(), [&](size_t at) {
    try {
      jobs[at].message.text = jobs[at].text();
    } catch (const std::exception& error) {
      jobs[at].message.text = fmt::format("It could not be run: {}\n", error.what());
    }
  });
  std::vector<Message> messages;
  messages.reserve(jobs.size());
  for (Job& job : jobs) messages.push_back(std::move(job.message));
  return messages;
}

std::string as_document(const std::vector<Message>& messages) {
  std::string text = fmt::format("# What a learner reads of {} wrong kernels\n", messages.size());
  std::string group;
  for (const Message& message : messages) {
    if (message.group != group) {
      group = message.group;
      text += fmt::format("\n## {}\n", group);
    }
    text += fmt::format("\n### {}: {}\n\n```text\n{}```\n", message.file, message.about, message.text);
  }
  return text;
}

}  // namespace tritutor
