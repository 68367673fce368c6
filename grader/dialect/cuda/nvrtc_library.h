#pragma once
// NVRTC, NVIDIA's run-time compiler library, in this process: found on the machine and opened at run time, so that one
// binary serves machines with a CUDA Toolkit, with the toolkit's wheels, or with neither. Only the compiler's own
// process opens it (nvrtc_main.cpp): what a learner's file makes it do must not take the grader along.

#include <filesystem>
#include <string>
#include <vector>

#include "grader/dialect/cuda/nvrtc.h"

namespace tritutor {

/// Where to look; the default is this machine.
struct NvrtcSearch {
  std::string library;                          ///< TRITUTOR_NVRTC: this file and no other; empty: search
  std::vector<std::filesystem::path> toolkits;  ///< CUDA_HOME, CUDA_PATH, /usr/local/cuda*, best first
  std::vector<std::filesystem::path> wheels;    ///< folders that hold unpacked wheels (nvidia/...), best first
  std::vector<std::string> names;               ///< given to the loader as they are: its default path

  static NvrtcSearch of_this_machine();
};

/// Files that may be NVRTC, best first.
std::vector<std::filesystem::path> nvrtc_candidates(const NvrtcSearch& search);
/// Folders with CUDA's headers (cuda_fp16.h) to go with a library, each for -I; empty where there are none.
std::vector<std::filesystem::path> cuda_include_folders(const NvrtcSearch& search,
                                                        const std::filesystem::path& library);

/// Room for what is read from or written to a precompiled header; cub's block algorithms need 170 MB.
inline constexpr size_t nvrtc_heap_bytes = size_t{320} << 20;

class NvrtcLibrary {
 public:
  /// Finds and opens the library. Throws NvrtcError.
  explicit NvrtcLibrary(const NvrtcSearch& search);
  NvrtcLibrary(const NvrtcLibrary&) = delete;
  NvrtcLibrary& operator=(const NvrtcLibrary&) = delete;

  std::filesystem::path library() const { return library_; }
  std::string version() const { return version_; }  ///< "13.0"
  const std::vector<std::filesystem::path>& include_folders() const { return include_folders_; }
  /// That it makes machine code for: "sm_80", ...
  const std::vector<std::string>& architectures() const { return architectures_; }
  /// Whether it can write and read precompiled headers (12.8 and later).
  bool precompiles() const;

  struct Output {
    bool compiled = false;
    bool out_of_memory = false;
    std::string log;
    std::string code;  ///< PTX or a cubin
  };
  /// Compiles a program with line information and some more options. Throws NvrtcError where NVRTC
  /// itself fails.
  Output compile(const Nvrtc::Program& program, const std::vector<std::string>& more_options) const;

 private:
  struct Api;
  bool open(const std::string& path, std::string& reason);

  std::filesystem::path library_;
  std::string version_;
  std::vector<std::filesystem::path> include_folders_;
  std::vector<std::string> architectures_;
  const Api* api_ = nullptr;  // of a library that stays open to the end of the process
};

}  // namespace tritutor
