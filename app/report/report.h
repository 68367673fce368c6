#pragma once
// What the record says of a learner's way so far, gathered for `tritutor report`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/explain_page.h"
#include "app/workspace.h"
#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"

namespace tritutor {

struct ReportAttempt {
  int64_t number = 0;
  std::string time;     ///< UTC, ISO 8601
  std::string verdict;  ///< "pass", "fail", "error"
  std::string medal;    ///< "none", ...; a star: predicted
  std::string words;    ///< what failed, or the time: "case tail: out-of-bounds"
  std::string mistake;  ///< a word of `tritutor explain`, or a sentence; empty: none, or the machine's fault
  DialectId dialect = DialectId::cuda;
  std::string source;
  std::optional<int64_t> before;  ///< number of the attempt in the same dialect that it is held against
  std::string changes;            ///< since then, as a unified diff without the files' names; empty: nothing changed
};

/// A right kernel's speed.
struct ReportSpeed {
  double fraction = 0;    ///< of the limit's
  bool at_most = false;   ///< it is slower than that
  bool measured = false;  ///< else predicted
  std::string device;     ///< measured on, or predicted for
  std::string profile;    ///< of that device; empty: there is none
  std::string sizes;      ///< "n = 67108864"
  double time_us = 0;
  double bytes = 0;       ///< that it has to move at the least
  double operations = 0;  ///< see counted; 0: it computes nothing that could be set against bytes
  std::string counted;    ///< "FLOP", "integer operations", "float instructions"
};

struct ReportExercise {
  const Exercise* exercise = nullptr;
  std::vector<ReportAttempt> attempts;  ///< oldest first
  bool passed = false;
  std::optional<int64_t> seconds_to_pass;  ///< from the first attempt to the first that passed
  size_t attempts_to_pass = 0;
  std::optional<ReportSpeed> speed;        ///< of the attempt that is fastest: a measured one where there is any
  std::vector<ReportSpeed> passed_speeds;  ///< the best of the passed attempts for each device
};

struct ReportMistake {
  std::string word;                    ///< of a verdict, or a sentence
  size_t count = 0;                    ///< attempts that failed by it
  std::vector<std::string> exercises;  ///< ids
  std::optional<ExplainPage> page;     ///< that helps
};

struct ReportLevel {
  const Level* level = nullptr;
  size_t passed = 0, total = 0;   ///< of the exercises that it cannot be finished without
  std::vector<size_t> exercises;  ///< indices into Report::exercises
};

struct Report {
  std::vector<ReportLevel> levels;
  std::vector<ReportExercise> exercises;  ///< of the curriculum, in order
  std::vector<ReportMistake> mistakes;    ///< the most frequent first
  size_t attempts = 0, passed = 0, total = 0;
};

/// Throws RecordError.
Report gather_report(const Curriculum& curriculum, const Workspace& workspace, const std::vector<ExplainPage>& pages,
                     const std::vector<DeviceProfile>& profiles);

/// "2 h 13 min", "40 s".
std::string duration_in_words(int64_t seconds);

/// "2026-11-22 10:31"
std::string minute_in_words(const std::string& time);

/// "62 % of the limit, predicted for H200".
std::string speed_in_words(const ReportSpeed& speed);

}  // namespace tritutor
