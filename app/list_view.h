#pragma once
// Every exercise with its state, a line each: what list prints and watch lets choose from.

#include <map>
#include <string>
#include <vector>

#include "app/terminal.h"
#include "grader/curriculum/curriculum.h"
#include "grader/record/record.h"

namespace tritutor {

struct ListLine {
  const Exercise* exercise = nullptr;  ///< nullptr: a level's heading
  std::string text;                    ///< without a line feed
  bool passed = false;
  bool predicted = false;  ///< its medal is one that no GPU gave
};

/// `next` is marked.
std::vector<ListLine> list_lines(const Curriculum& curriculum, const std::map<std::string, ExerciseProgress>& progress,
                                 const Exercise* next, const Style& style);

}  // namespace tritutor
