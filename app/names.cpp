#include "app/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace tritutor {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// "1.1_Vector-scaling (2)" -> {"1", "1", "vector", "scaling", "2"}
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(text) + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool is_number(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// What people add to the name of a copy.
bool is_ending(const std::string& word) {
  static constexpr std::array<std::string_view, 19> known = {
      "copy",    "final",    "new", "old",  "bak",  "backup", "orig",    "fixed", "try",   "test",
      "attempt", "solution", "wip", "mine", "fast", "faster", "starter", "cuda",  "triton"};
  if (std::find(known.begin(), known.end(), word) != known.end()) return true;
  if (is_number(word)) return true;
  return word.size() > 1 && word[0] == 'v' && is_number(word.substr(1));
}

std::string label(const Exercise& exercise) { return exercise.id + " " + exercise.slug; }

std::vector<std::string> similar_exercises(const Curriculum& curriculum, std::string_view name) {
  std::vector<std::string> candidates;
  for (const Exercise& exercise : curriculum.exercises) {
    candidates.push_back(exercise.slug);
    candidates.push_back(exercise.id);
  }
  std::vector<std::string> found = nearest(name, candidates);
  // "matmul" is far from "tiled_matmul" by letters but not by meaning.
  const std::vector<std::string> words = words_of(name);
  for (const Exercise& exercise : curriculum.exercises) {
    const std::vector<std::string> slug = words_of(exercise.slug);
    const bool shares = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return word.size() > 2 && std::find(slug.begin(), slug.end(), word) != slug.end();
    });
    if (shares) found.push_back(exercise.slug);
  }
  std::vector<std::string> labels;
  for (const std::string& one : found) {
    const std::string text = label(*curriculum.find(one));
    if (std::find(labels.begin(), labels.end(), text) == labels.end()) labels.push_back(text);
  }
  if (labels.size() > 3) labels.resize(3);
  return labels;
}

}  // namespace

FileExercise exercise_of_file(const Curriculum& curriculum, std::string_view file_name) {
  const size_t slash = file_name.rfind('/');
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const size_t dot = file_name.rfind('.');
  const std::string_view stem = dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot);

  std::vector<std::string> words = words_of(stem);
  while (words.size() > 1 && is_ending(words.back()) &&
         curriculum.find(fmt::format("{}", fmt::join(words, "_"))) == nullptr &&
         !(words.size() == 2 && is_number(words[0]))) {
    words.pop_back();
  }
  const Exercise* by_id = nullptr;
  if (words.size() >= 2 && is_number(words[0]) && is_number(words[1])) {
    by_id = curriculum.find(words[0] + "." + words[1]);
    words.erase(words.begin(), words.begin() + 2);
  } else if (words.size() >= 2 && is_number(words[0])) {
    words.erase(words.begin());  // "3_relu.cu": somebody's own numbering
  }
  const std::string slug = fmt::format("{}", fmt::join(words, "_"));
  FileExercise answer;
  for (const Exercise& exercise : curriculum.exercises) {
    if (!slug.empty() && fmt::format("{}", fmt::join(words_of(exercise.slug), "_")) == slug)
      answer.exercise = &exercise;
  }
  if (slug.empty()) answer.exercise = by_id;
  if (answer.exercise != nullptr && by_id != nullptr && by_id != answer.exercise) {
    answer.suggestions = {label(*by_id), label(*answer.exercise)};
    answer.exercise = nullptr;
  } else if (answer.exercise == nullptr) {
    answer.suggestions = similar_exercises(curriculum, slug.empty() ? stem : std::string_view(slug));
    if (by_id != nullptr) answer.suggestions.insert(answer.suggestions.begin(), label(*by_id));
  }
  return answer;
}

std::string unknown_exercise(const Curriculum& curriculum, std::string_view name) {
  const std::vector<std::string> similar = similar_exercises(curriculum, name);
  std::string text = fmt::format("there is no exercise '{}'.", name);
  if (!similar.empty()) text += fmt::format(" Did you mean {}?", fmt::join(similar, ", or "));
  return text + " All of them: tritutor list";
}

}  // namespace tritutor
