// tritutor roadmap: the weeks as a map of what is done and what is next.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "app/commands.h"
#include "app/medal_view.h"
#include "app/output.h"

namespace tritutor {

namespace {

using Progress = std::map<std::string, ExerciseProgress>;

ExerciseProgress state_of(const Progress& progress, const Exercise& exercise) {
  const auto found = progress.find(exercise.id);
  return found == progress.end() ? ExerciseProgress{} : found->second;
}

/// The exercises of a stage; those that no stage names come with the last.
std::vector<const Exercise*> exercises_of(const Curriculum& curriculum, size_t stage) {
  std::vector<const Exercise*> exercises;
  for (const std::string& id : curriculum.roadmap[stage].exercises) exercises.push_back(curriculum.find(id));
  if (stage + 1 < curriculum.roadmap.size()) return exercises;
  std::set<std::string> named;
  for (const Stage& each : curriculum.roadmap) named.insert(each.exercises.begin(), each.exercises.end());
  for (const Exercise& exercise : curriculum.exercises) {
    if (!named.count(exercise.id)) exercises.push_back(&exercise);
  }
  return exercises;
}

size_t passed_of(const std::vector<const Exercise*>& exercises, const Progress& progress) {
  return static_cast<size_t>(std::count_if(exercises.begin(), exercises.end(), [&](const Exercise* exercise) {
    return state_of(progress, *exercise).passed;
  }));
}

/// What the exercises of a stage name to be read, each once.
std::string reading_of(const std::vector<const Exercise*>& exercises) {
  std::vector<std::string> topics;
  for (const Exercise* exercise : exercises) {
    for (const std::string& topic : exercise->read) {
      const std::string note = topic.substr(0, topic.find('#'));
      if (std::find(topics.begin(), topics.end(), note) == topics.end()) topics.push_back(note);
    }
  }
  return fmt::format("{}", fmt::join(topics, ", "));
}

void print_json(const Curriculum& curriculum, const Progress& progress) {
  const Exercise* next = next_exercise(curriculum, progress);
  nlohmann::json stages = nlohmann::json::array();
  for (size_t i = 0; i < curriculum.roadmap.size(); ++i) {
    const std::vector<const Exercise*> exercises = exercises_of(curriculum, i);
    nlohmann::json ids = nlohmann::json::array();
    for (const Exercise* exercise : exercises)
      ids.push_back({{"exercise", exercise->id}, {"passed", state_of(progress, *exercise).passed}});
    stages.push_back({{"title", curriculum.roadmap[i].title},
                      {"goal", curriculum.roadmap[i].goal},
                      {"passed", passed_of(exercises, progress)},
                      {"exercises", ids}});
  }
  nlohmann::json answer = {{"stages", stages}, {"next", nullptr}};
  if (next != nullptr) answer["next"] = next->id;
  write_exact(answer.dump(2) + "\n");
}

void print_map(const Curriculum& curriculum, const Progress& progress, const Style& style, int width) {
  const Exercise* next = next_exercise(curriculum, progress);
  bool predicted = false;
  for (size_t i = 0; i < curriculum.roadmap.size(); ++i) {
    const Stage& stage = curriculum.roadmap[i];
    const std::vector<const Exercise*> exercises = exercises_of(curriculum, i);
    const size_t passed = passed_of(exercises, progress);
    print("{}", wrap(style.bold(stage.title) +
                         (exercises.empty() ? "" : fmt::format("  ({} of {})", passed, exercises.size())),
                     width));
    print("{}", wrap(stage.goal, width, "  "));
    if (const std::string reading = reading_of(exercises); !reading.empty())
      print("{}", style.dim(wrap("read: " + reading, width, "  ")));
    for (const Exercise* exercise : exercises) {
      const ExerciseProgress state = state_of(progress, *exercise);
      const std::string medal = medal_shown(state);
      predicted = predicted || medal.ends_with('*');
      std::string mark = state.passed ? style.green("[x]") : state.attempts > 0 ? style.yellow("[~]") : "[ ]";
      if (exercise == next) mark = style.cyan("[>]");
      print("  {} {:<5} {}{}{}\n", mark, shown_id(*exercise), exercise->title, medal.empty() ? "" : ", " + medal,
            exercise == next ? style.cyan("  <- next") : "");
    }
    print("\n");
  }
  print("[x] passed  [~] tried  [>] next: {}\n",
        next == nullptr ? "nothing, all are passed" : fmt::format("tritutor next ({})", next->id));
  print("What each week is about: tritutor notes roadmap\n");
  if (predicted) print("{}", style.dim(medal_footnote));
}

}  // namespace

void add_roadmap(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("roadmap", "Show the way through the weeks: what is done, what is next");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->footer("Example:\n  tritutor roadmap");
  command->callback([&session, json] {
    const Progress progress = progress_of(session.workspace());
    if (*json) return print_json(session.curriculum(), progress);
    print_map(session.curriculum(), progress, session.style(), std::min(session.width(), 100));
  });
}

}  // namespace tritutor
