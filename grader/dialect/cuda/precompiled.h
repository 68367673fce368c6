#pragma once
// CUDA's large headers (cub, cuda/std), precompiled: kept in the user's cache folder, made in the background by a
// process of its own after a compile that spent long on them. Where there is no such folder, no room, or no way to give
// a process the same addresses each time, nothing is kept and everything works as without.

#include <filesystem>
#include <string>
#include <vector>

#include "grader/dialect/cuda/nvrtc_library.h"

namespace tritutor {

/// Makes this process's addresses the same at each start, by starting it again; returns where that is done or not
/// possible. The first thing that a process does.
void fix_addresses(char** argv);

class Precompiled {
 public:
  /// What a program's leading headers are kept as; nothing is looked up for a program without.
  Precompiled(const NvrtcLibrary& library, const Nvrtc::Program& program);

  /// Whether it could be used if it were there.
  bool possible() const { return !file_.empty(); }
  bool exists() const;
  /// Changes a program so that it reads the precompiled headers; returns the options for it.
  std::vector<std::string> use(Nvrtc::Program& program) const;
  /// Forgets a file that did not fit.
  void remove() const;
  /// Starts the process that makes it: this program with the argument "precompile".
  void start_making(const std::string& self, const Nvrtc::Program& program) const;
  /// Makes it, in this process.
  void make(const Nvrtc::Program& program) const;

 private:
  const NvrtcLibrary& library_;
  std::filesystem::path file_;  ///< empty: not possible
};

/// Takes NVRTC's remarks on precompiled headers out of a log. True: one of them says that it did not fit.
bool remove_remarks(std::string& log);

}  // namespace tritutor
