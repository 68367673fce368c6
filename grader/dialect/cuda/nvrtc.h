#pragma once
// The CUDA compiler, in processes of its own: a file that makes it crash, or that needs time or memory without end,
// ends one of them and not the grader, and Ctrl-C reaches the grader alone.

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tritutor {

class NvrtcProcess;

/// NVRTC cannot be used on this machine. what() says where it was looked for and the next step.
class NvrtcError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Most that one compile may use.
struct CompileLimits {
  unsigned cpu_seconds = 30;
  unsigned wall_seconds = 300;  ///< a net for a compiler that waits; a busy machine is no reason to give up
  uint64_t memory_bytes = uint64_t{2} << 30;
};

class Nvrtc {
 public:
  /// Starts a compiler process of a program (tritutor-nvrtc) and asks it what it found. Throws NvrtcError.
  explicit Nvrtc(std::filesystem::path program);
  ~Nvrtc();
  Nvrtc(const Nvrtc&) = delete;
  Nvrtc& operator=(const Nvrtc&) = delete;

  /// tritutor-nvrtc: of the installed tritutor, or where the build put it.
  static std::filesystem::path program_path();
  /// The one of this machine, started at the first call. Throws NvrtcError (again at each call).
  static const Nvrtc& instance();

  std::filesystem::path library() const { return library_; }
  std::string version() const { return version_; }  ///< "13.0"
  const std::vector<std::filesystem::path>& include_folders() const { return include_folders_; }
  /// Whether it makes machine code for an architecture ("sm_90").
  bool knows(const std::string& architecture) const;
  /// The file of a CUDA header such as "cuda_fp16.h", nullopt where there is none.
  std::optional<std::filesystem::path> find_header(const std::string& name) const;

  struct Header {
    std::string name;  ///< as #include <name> spells it
    std::string text;
  };
  struct Program {
    std::string name;  ///< as the log and the line information call it
    std::string source;
    std::vector<Header> headers = {};
    std::vector<std::string> options = {};  ///< beside those that every program gets
    /// CUDA's headers that the source includes before anything else, in this order. Where reading them takes long, they
    /// are precompiled in the background for the next time.
    std::vector<std::string> leading_headers = {};
    std::string architecture = "compute_80";  ///< of the code: "compute_80" gives PTX, "sm_90" a cubin
  };
  struct Output {
    bool compiled = false;
    std::string log;
    std::string code;      ///< PTX or a cubin, as the architecture says
    bool stopped = false;  ///< as `stop` asked
    std::string fault;     ///< where the compiler did not come to an end: why, and the next step
  };
  /// Compiles a program with line information. May be called by several threads at once; each has a
  /// process of its own. Throws NvrtcError where NVRTC itself fails.
  Output compile(const Program& program, const std::atomic<bool>* stop = nullptr,
                 const CompileLimits& limits = {}) const;
  Output compile(const std::string& name, const std::string& source, const std::vector<Header>& headers) const {
    return compile(Program{name, source, headers});
  }

 private:
  std::unique_ptr<NvrtcProcess> start(const std::atomic<bool>* stop, const CompileLimits& limits,
                                      std::vector<std::string>& hello) const;

  std::filesystem::path program_, library_;
  std::string version_;
  std::vector<std::filesystem::path> include_folders_;
  std::vector<std::string> architectures_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<NvrtcProcess>> idle_;
};

}  // namespace tritutor
