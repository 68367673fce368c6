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
#include "vgpu/vgpu.h"

namespace tritutor {

struct CaseResult {
  std::string name;
  std::string tests;  ///< which mistake the case is there for
  uint64_t seed = 0;
  bool passed = false;
  bool ran = false;  ///< false: skipped because an earlier one failed hard
  std::optional<Mismatch> mismatch;
  std::string problem;  ///< why it failed where neither a mismatch nor a finding says so ("input x was changed")
  std::vector<vgpu::Finding> findings;
};

struct Timing {
  std::string kind = "none";  ///< "none", "measured", "predicted"
  std::string note = "nothing was timed";
  std::string profile;                                ///< of a predicted time: the device it is for
  std::string test;                                   ///< name of the timed case
  std::vector<std::pair<std::string, double>> sizes;  ///< that the time is for, in the order of the arguments
  Prediction prediction;
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
  std::string medal = "none";
  std::string device_kind = "virtual", device_name = "tritutor virtual GPU";
  std::optional<uint64_t> seed;  ///< what hidden cases' seeds were drawn from; --seed gives it again
  std::optional<Refusal> refusal;
  std::vector<CaseResult> cases;
  std::vector<Diagnostic> warnings;
  Timing timing;
  std::optional<CounterReport> counters;    ///< of the timed case with the lowest fraction; absent: none was run
  std::optional<Inefficiency> inefficient;  ///< right on every case and yet not passed: far too slow
  std::string toolchain;                    ///< "NVRTC 13.0", empty: nothing was compiled
  std::string printed;                      ///< what the kernel's printf wrote
  double seconds = 0;                       ///< the whole submission
};

std::string_view name_of(Verdict::Result result);  ///< "pass", "fail", "error"
/// design.md's form. `lines`: the counters of every line too.
nlohmann::json to_json(const Verdict& verdict, bool lines = false);

}  // namespace tritutor
