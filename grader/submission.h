#pragma once
// The trip of a submission: file -> compile -> plan -> inputs -> device -> compare -> findings -> verdict.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"
#include "grader/progress.h"
#include "grader/verdict.h"

namespace tritutor {

struct SubmitOptions {
  std::filesystem::path include_dir;       ///< the folder of tritutor.cuh (tl/ of the source tree)
  std::optional<uint64_t> seed;            ///< for hidden cases; absent: drawn
  std::string device = "virtual";          ///< "auto": a GPU if there is one; "virtual", "cuda", "cuda:1"
  bool gpu_alone = false;                  ///< without what the virtual GPU finds: for proving what the GPU's part does
  bool all_cases = true;                   ///< false: stop at the first case that fails
  unsigned threads = 0;                    ///< host threads, 0: as many as there are cores
  const DeviceProfile* profile = nullptr;  ///< a device to predict the time of; nullptr: none is predicted
  /// Of which the one for the GPU that is used says what holds a kernel back there; nullptr: `profile` does.
  const std::vector<DeviceProfile>* profiles = nullptr;
  /// A Triton solution to hold a right Triton file against, algebraically (Verdict::algebra); empty: it is not.
  std::filesystem::path ours{};
  const std::atomic<bool>* stop = nullptr;  ///< set by Ctrl-C; the verdict is then error/"stopped"
  Progress* progress = nullptr;             ///< is told what the submission is at; nullptr: nobody waits
};

/// Grades `source` (the text of `file`) for an exercise. Never throws for anything the learner or the machine did
/// wrong: that is in the verdict (refusal kind "environment": NVRTC is missing, ...).
Verdict grade(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
              const SubmitOptions& options);

}  // namespace tritutor
