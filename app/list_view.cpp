#include "app/list_view.h"

#include <fmt/format.h>

#include "app/medal_view.h"
#include "app/session.h"

namespace tritutor {

namespace {

std::string mark_of(const ExerciseProgress& state, const Style& style) {
  if (state.attempts == 0) return style.dim("-     ");
  return state.passed ? style.green("passed") : style.yellow("tried ");
}

}  // namespace

std::vector<ListLine> list_lines(const Curriculum& curriculum, const std::map<std::string, ExerciseProgress>& progress,
                                 const Exercise* next, const Style& style) {
  std::vector<ListLine> lines;
  for (const Level& level : curriculum.levels) {
    lines.push_back({nullptr, style.bold(fmt::format("Level {}: {}", level.number, level.title))});
    for (const Exercise& exercise : curriculum.exercises) {
      if (exercise.level != level.number) continue;
      const auto found = progress.find(exercise.id);
      const ExerciseProgress state = found == progress.end() ? ExerciseProgress{} : found->second;
      const std::string medal = medal_shown(state);
      lines.push_back(
          {&exercise,
           fmt::format("  {:<5} {} {:<7}  {}{}", shown_id(exercise), mark_of(state, style), medal,
                       pad(exercise.slug, 24) + exercise.title, &exercise == next ? style.cyan("  <- next") : ""),
           state.passed, medal.ends_with('*')});
    }
  }
  return lines;
}

}  // namespace tritutor
