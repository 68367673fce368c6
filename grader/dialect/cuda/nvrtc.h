#pragma once
// NVRTC, NVIDIA's run-time compiler library: found on the machine and opened at run time, so that one binary serves
// machines with a CUDA Toolkit, with the toolkit's wheels, or with neither.

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tritutor {

/// NVRTC cannot be used on this machine. what() says where it was looked for and the next step.
class NvrtcError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

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

class Nvrtc {
 public:
  /// Finds and opens the library. Throws NvrtcError.
  explicit Nvrtc(const NvrtcSearch& search);
  Nvrtc(const Nvrtc&) = delete;
  Nvrtc& operator=(const Nvrtc&) = delete;

  /// The one of this machine, opened at the first call. Throws NvrtcError (again at each call).
  static const Nvrtc& instance();

  std::filesystem::path library() const { return library_; }
  std::string version() const { return version_; }  ///< "13.0"
  const std::vector<std::filesystem::path>& include_folders() const { return include_folders_; }
  /// The file of a CUDA header such as "cuda_fp16.h", nullopt where there is none.
  std::optional<std::filesystem::path> find_header(const std::string& name) const;

  struct Header {
    std::string name;  ///< as #include <name> spells it
    std::string text;
  };
  struct Output {
    bool compiled = false;
    std::string log;
    std::string ptx;
  };
  /// Compiles a program for compute_80 with line information. Throws NvrtcError where NVRTC itself fails.
  Output compile(const std::string& name, const std::string& source, const std::vector<Header>& headers) const;

 private:
  struct Api;
  bool open(const std::string& path, std::string& reason);

  std::filesystem::path library_;
  std::string version_;
  std::vector<std::filesystem::path> include_folders_;
  const Api* api_ = nullptr;  // of a library that stays open to the end of the process
};

}  // namespace tritutor
