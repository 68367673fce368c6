#pragma once
// A verdict as the terminal shows it: what is wrong, where, and what to do next, on a screen at most.

#include <string>

#include "app/terminal.h"
#include "grader/curriculum/curriculum.h"
#include "grader/verdict.h"

namespace tritutor {

struct VerdictViewOptions {
  Style style;
  int width = 80;
  std::string file;        ///< the submitted file as the learner wrote it; Verdict::file is shown so too
  std::string source;      ///< its text, for the lines that diagnostics point at
  std::string retry;       ///< command that submits it again: "tritutor submit 1.1"
  bool counters = false;   ///< every counter, not only those that matter most
  int rows = 0;            ///< lines that a failure should fit into; 0: everything is shown, and no line is cut
  std::string words = {};  ///< what `tritutor hint` is to be given; empty: the exercise's id
  std::string next;        ///< shown after a pass: what comes next
};

std::string view_verdict(const Verdict& verdict, const Exercise& exercise, const VerdictViewOptions& options);

/// Of a verdict what the kernel printed, what is wrong in the case that says most, and what is worth noting.
std::string view_failure(const Verdict& verdict, const Exercise& exercise, const VerdictViewOptions& options);

/// The hint that the explained case calls for: by its first finding's kind and buffer, else the mismatch's pattern, or
/// the failed case's name where few cases fail, or "compile"; empty where the curriculum has none.
std::string hint_for(const Verdict& verdict, const Exercise& exercise);

}  // namespace tritutor
