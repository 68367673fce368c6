#pragma once
// What a submission came to: the data that the terminal shows and that --json prints.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grader/dialect/refusal.h"
#include "grader/judge/compare.h"
#include "grader/judge/inefficiency.h"
#include "grader/judge/medal.h"
#include "grader/judge/timing.h"
#include "vgpu/vgpu.h"

namespace tritutor {

struct CaseResult {
  std::string name;
  std::string tests;  ///< which mistake the case is there for
  uint64_t seed = 0;
  bool passed = false;
  bool ran = false;  ///< false: skipped because an earlier one failed hard
  std::optional<Mismatch> mismatch;
  std::string problem;       ///< why it failed where neither a mismatch nor a finding says so ("input x was changed")
  std::string disagreement;  ///< what one of the GPU and the virtual GPU says, and the other does not; empty: nothing
  std::vector<vgpu::Finding> findings;
  std::vector<vgpu::Finding> notes;  ///< worth saying, and held against nobody
};

struct Timing {
  std::string kind = "none";  ///< "none", "measured", "predicted"
  std::string note = "nothing was timed";
  std::string profile;                                ///< of a predicted time: the device it is for
  std::string test;                                   ///< name of the timed case
  std::vector<std::pair<std::string, double>> sizes;  ///< that the time is for, in the order of the arguments
  Prediction prediction;
  FractionRange range;  ///< between which the fraction lies: a prediction with the model's error, or quartiles
  std::optional<Measurement> measured;
  std::string limit;          ///< of a measured time: what it is held against ("cuBLAS 13.0.2")
  std::string measured_note;  ///< of a measured time: what a reader should know; empty: nothing
  double empty_us = 0;        ///< of a short measured time: what a pair of events around nothing takes
  double required = 0;        ///< the fraction that passing needs; 0: being right is enough
};

/// What the virtual GPU counted in one run of a timed case.
struct CounterReport {
  std::string test;  ///< name of the case
  LimitWork work;    ///< what it has to do at the least
  vgpu::Counters counters;
};

struct Verdict {
  enum class Result : uint8_t { pass, fail, error };
  std::string exercise, slug, file;
  std::string dialect = "cuda";
  Result result = Result::error;
  bool right = false;          ///< every case passed. With Result::fail: right, and not fast enough
  Needs needs = Needs::right;  ///< what passing takes
  std::string medal = "none";
  std::string device_kind = "virtual", device_name = "tritutor virtual GPU";
  std::optional<uint64_t> seed;  ///< what hidden cases' seeds were drawn from; --seed gives it again
  std::optional<Refusal> refusal;
  std::vector<CaseResult> cases;
  std::vector<Diagnostic> warnings;
  Timing timing;
  std::optional<CounterReport> counters;    ///< of the timed case with the lowest fraction; absent: none was run
  std::optional<Inefficiency> inefficient;  ///< the waste that explains why bronze is not reached for sure
  std::vector<std::string> compiler;        ///< what the compiler made of the kernels, where the source does not tell
  std::string algebra;                      ///< of a Triton file beside ours; empty: they were not compared
  std::string toolchain;                    ///< "NVRTC 13.0", empty: nothing was compiled
  std::string printed;                      ///< what the kernel's printf wrote
  double seconds = 0;                       ///< the whole submission
  std::string configuration;                ///< that was judged; empty: the file leaves nothing open
};

std::string_view name_of(Verdict::Result result);  ///< "pass", "fail", "error"
/// What --json prints:
///
/// { "exercise": "3.1", "slug", "file", "dialect": "cuda",
///   "verdict": "pass" | "fail" | "error",
///   "right": true,                        // every case passed; with "fail": right, and not as fast as passing needs
///   "needs": "right" | "bronze",          // what passing takes
///   "medal": "none" | "bronze" | "silver" | "gold",
///   "device": { "kind", "name" }, "cases": [...], "findings": [...], "warnings": [...],
///   "timing": { "kind": "none" | "predicted", "note": "why not a higher medal",
///               "required": 0.65,         // the fraction that passing needs; absent: being right is enough
///               "fraction": 0.26,         // of the limit's speed
///               "fraction_least": 0.15, "fraction_most": 0.39,   // with the model's error. A line is missed, or
///                                         // cleared, where both are on one side of it
///               "profile", "case", "sizes", "blocks", "blocks_run", "at_least", "time_us", "limit_us", "limiter",
///               "busy_sms", "sms" },
///   "counters": {...},                    // of the timed case
///   "inefficiency": { "counter", "value", "ideal", "file", "line", "message", "cause" },   // the waste that explains
///                                         // the time; absent where none is clear or bronze is cleared
///   "configuration": "BLOCK=256, num_warps=4",   // chosen among several; absent: there is one
///   "compiler": ["..."],                  // what it made of the kernels, where the source does not tell
///   "algebra": "...",                     // beside our solution; absent: they were not compared
///   "printed", "toolchain", "seconds", "seed", "refusal" }
///
/// `lines`: the counters of every line too.
nlohmann::json to_json(const Verdict& verdict, bool lines = false);

}  // namespace tritutor
