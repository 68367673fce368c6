#include "grader/curriculum/curriculum.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "grader/curriculum/curriculum_exercise.h"
#include "grader/curriculum/json_field.h"

namespace tritutor {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::error_code error;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file, error)) {
    throw CurriculumError(fmt::format("{}: cannot be read; give another file with --curriculum", file.string()));
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

Level read_level(const Field& field) {
  field.only({"number", "title", "goal"});
  Level level;
  level.number = static_cast<int>(field.at("number", "the level's number").integer(0, 1000));
  level.title = field.at("title", "a title").filled_line();
  level.goal = field.at("goal", "one or two sentences").filled_text();
  return level;
}

/// A stage for each level, of the exercises that are not optional.
std::vector<Stage> stages_of_levels(const Curriculum& curriculum) {
  std::vector<Stage> stages;
  for (const Level& level : curriculum.levels) {
    Stage stage{fmt::format("Level {}: {}", level.number, level.title), level.goal, {}};
    for (const Exercise& exercise : curriculum.exercises) {
      if (exercise.level == level.number && !exercise.optional) stage.exercises.push_back(exercise.id);
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

Stage read_stage(const Field& field, const Curriculum& curriculum, std::set<std::string>& seen) {
  field.only({"title", "goal", "exercises"});
  Stage stage;
  stage.title = field.at("title", "a title such as \"Week 1: the matrix product\"").filled_line();
  stage.goal = field.at("goal", "one or two sentences").filled_text();
  for (const Field& item : field.at("exercises", "an array of exercises' ids").items()) {
    const Exercise* exercise = curriculum.find(item.text());
    if (exercise == nullptr) item.fail(fmt::format("no exercise has the id \"{}\"", item.text()));
    if (!seen.insert(exercise->id).second) item.fail(fmt::format("{} is in a stage already", exercise->id));
    stage.exercises.push_back(exercise->id);
  }
  return stage;
}

std::vector<Stage> read_roadmap(const Field& field, const Curriculum& curriculum) {
  std::vector<Stage> stages;
  std::set<std::string> seen;
  for (const Field& item : field.items()) stages.push_back(read_stage(item, curriculum, seen));
  for (const Exercise& exercise : curriculum.exercises) {
    if (!exercise.optional && !seen.count(exercise.id)) field.fail(fmt::format("{} is in no stage", exercise.id));
  }
  return stages;
}

Curriculum read_curriculum(const Field& root) {
  root.only({"format", "levels", "roadmap", "exercises"});
  root.at("format", "the number 1").integer(1, 1);
  Curriculum result;
  const Field levels = root.at("levels", "an array of levels");
  for (const Field& field : levels.items()) {
    const Level level = read_level(field);
    for (const Level& other : result.levels) {
      if (other.number == level.number) field.at("number", "").fail(fmt::format("duplicate level {}", level.number));
    }
    result.levels.push_back(level);
  }
  if (result.levels.empty()) levels.fail("expected at least one level");
  const Field exercises = root.at("exercises", "an array of exercises");
  for (const Field& field : exercises.items()) {
    Exercise exercise = read_exercise(field, result.levels);
    if (result.find(exercise.id)) field.at("id", "").fail(fmt::format("duplicate id \"{}\"", exercise.id));
    if (result.find(exercise.slug)) field.at("slug", "").fail(fmt::format("duplicate slug \"{}\"", exercise.slug));
    result.exercises.push_back(std::move(exercise));
  }
  if (result.exercises.empty()) exercises.fail("expected at least one exercise");
  const auto roadmap = root.find("roadmap");
  result.roadmap = roadmap ? read_roadmap(*roadmap, result) : stages_of_levels(result);
  return result;
}

}  // namespace

std::string Exercise::signature() const {
  std::string parameters;
  for (const Argument& argument : arguments) {
    if (!parameters.empty()) parameters += ", ";
    const std::string_view type = reference::c_name_of(argument.type);
    switch (argument.role) {
      case Role::input:
        parameters += fmt::format("const {}* {}", type, argument.name);
        break;
      case Role::output:
        parameters += fmt::format("{}* {}", type, argument.name);
        break;
      case Role::scalar:
      case Role::size:
        parameters += fmt::format("{} {}", type, argument.name);
        break;
    }
  }
  return fmt::format("extern \"C\" __global__ void {}({})", slug, parameters);
}

std::string Exercise::host_signature() const {
  std::string parameters;
  for (const Argument& argument : arguments) {
    if (!parameters.empty()) parameters += ", ";
    parameters += argument.name;
  }
  return fmt::format("def {}({})", slug, parameters);
}

std::filesystem::path Exercise::file_name(DialectId dialect) const {
  return fmt::format("level{}/{}{}", level, slug, extension_of(dialect));
}

const std::string& Exercise::statement_in(DialectId dialect) const {
  return dialect == DialectId::triton && !in_triton.statement.empty() ? in_triton.statement : statement;
}

Hints Exercise::hints_in(DialectId dialect) const {
  if (dialect == DialectId::cuda) return hints;
  Hints result = in_triton.hints;
  if (result.staged.empty()) result.staged = hints.staged;
  result.on.insert(hints.on.begin(), hints.on.end());  // what stands there already stays
  return result;
}

size_t Exercise::case_index(const std::string& name) const {
  const auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& test) { return test.name == name; });
  if (found == cases.end()) throw std::invalid_argument(fmt::format("there is no case {}", name));
  return static_cast<size_t>(found - cases.begin());
}

Case Exercise::timed_case(const Timed& which) const {
  Case result = cases[case_index(which.test)];
  for (const auto& [name, value] : which.sizes) result.values[name] = value;
  for (const auto& [name, kind] : which.inputs) result.inputs[name] = kind;
  return result;
}

std::string sizes_in_words(const Exercise& exercise, const reference::Values& values) {
  std::string text;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::size) continue;
    text += fmt::format("{}{} = {:.0f}", text.empty() ? "" : ", ", argument.name, values.at(argument.name));
  }
  return text;
}

const Exercise* Curriculum::find(std::string_view id_or_slug) const {
  const auto found = std::find_if(exercises.begin(), exercises.end(), [&](const Exercise& exercise) {
    return exercise.id == id_or_slug || exercise.slug == id_or_slug;
  });
  return found == exercises.end() ? nullptr : &*found;
}

Curriculum load_curriculum(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  try {
    const nlohmann::json document = parse_json(text);
    Curriculum curriculum = read_curriculum(Field(document, ""));
    curriculum.file = file;
    return curriculum;
  } catch (const FieldError& error) {
    throw CurriculumError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace tritutor
