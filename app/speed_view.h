#pragma once
// What was counted and predicted of a right submission, as the terminal shows it.

#include <string>

#include "app/terminal.h"
#include "grader/curriculum/curriculum.h"
#include "grader/verdict.h"

namespace tritutor {

/// Two or three lines: the few counters that matter for the exercise's limit, each with its ideal, and the predicted
/// time. Empty where nothing was counted.
std::string view_speed(const Verdict& verdict, const Style& style, int width);

/// --counters: every total, and the lines that cost most with their text from `source`. Empty where nothing was
/// counted.
std::string view_counters(const Verdict& verdict, const std::string& source, const Style& style, int width);

/// "175 us", "31.9 ms", "2.5 s".
std::string time_in_words(double us);

/// "57 %", and of little "0.2 %".
std::string percent_in_words(double fraction);

/// A part of a device in words: "DRAM", "L1 and shared memory".
std::string limiter_in_words(const std::string& limiter);

}  // namespace tritutor
