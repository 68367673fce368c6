#pragma once
// The file to run: as PTX, and as the text that findings point into.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vgpu_program {

/// A loaded file.
class Source {
 public:
  /// Reads FILE.ptx, FILE.cu (compiled by NVRTC; its messages go to standard error) or "-" (PTX from standard input).
  /// `include` are folders for the #includes of a .cu beside its own and CUDA's. Throws tritutor::CommandError: bad
  /// usage where the file cannot be read or does not compile, environment where there is no NVRTC.
  static Source load(const std::string& file, const std::vector<std::string>& include);

  const std::string& file() const { return file_; }  ///< as it was given
  const std::string& ptx() const { return ptx_; }
  const std::string& cuda() const { return cuda_; }  ///< the text of a .cu, else empty

  /// How to show a file name that PTX gives: as it was given, or short where it lies in the current folder.
  std::string shown(const std::string& ptx_file) const;
  /// That file's line, without its end; empty where it cannot be read.
  std::string line(const std::string& ptx_file, int line) const;
  /// The names of a kernel's parameters as the .cu spells them, empty where they cannot be told.
  std::vector<std::string> parameter_names(const std::string& kernel, size_t count) const;

 private:
  void compile(const std::vector<std::string>& include);
  std::filesystem::path on_disk(const std::string& ptx_file) const;

  std::string file_, ptx_, cuda_;
  std::map<std::string, std::filesystem::path> disk_;  ///< name in PTX -> file, where they differ
  mutable std::map<std::string, std::vector<std::string>> lines_;
};

}  // namespace vgpu_program
