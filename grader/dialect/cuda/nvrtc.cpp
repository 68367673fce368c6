#include "grader/dialect/cuda/nvrtc.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "grader/child/child_process.h"
#include "grader/dialect/cuda/nvrtc_request.h"

namespace tritutor {

namespace fs = std::filesystem;

/// A process of the program tritutor-nvrtc.
class NvrtcProcess : public ChildProcess {
 public:
  using ChildProcess::ChildProcess;
  int compiles = 0;  ///< asked of it so far
};

namespace {

/// A process is replaced after so many compiles: what the compiler does not give back counts against its limit.
constexpr int most_compiles = 50;

/// Whether to go on waiting for a compiler process.
class Patience {
 public:
  Patience(const std::atomic<bool>* stop, unsigned seconds)
      : stop_(stop), end_(std::chrono::steady_clock::now() + std::chrono::seconds(seconds)) {}
  bool stopped() const { return stop_ != nullptr && stop_->load(); }
  bool late() const { return std::chrono::steady_clock::now() > end_; }
  std::function<bool()> as_function() const {
    return [this] { return !stopped() && !late(); };
  }

 private:
  const std::atomic<bool>* stop_;
  std::chrono::steady_clock::time_point end_;
};

std::string too_slow(unsigned seconds) {
  return fmt::format(
      "the compiler was not done after {} s. Does a template, a constexpr function or a macro expand "
      "itself without end? Make what the compiler has to work out smaller",
      seconds);
}

std::string too_large(uint64_t bytes) {
  return fmt::format(
      "the compiler needed more than {} GB of memory. Does a template, a constexpr function or a macro "
      "expand itself without end, or has an array millions of initial values? Make it smaller",
      bytes >> 30);
}

/// Why a compiler process ended by itself.
std::string fault_of(const NvrtcProcess::End& end, const CompileLimits& limits) {
  const bool signal = WIFSIGNALED(end.status);
  if (signal && WTERMSIG(end.status) == SIGXCPU) return too_slow(limits.cpu_seconds);
  // At its limit the compiler gives up in one of several ways; or the machine itself had no more.
  if (end.peak_bytes > limits.memory_bytes / 2 || (signal && WTERMSIG(end.status) == SIGKILL)) {
    return too_large(limits.memory_bytes);
  }
  return fmt::format(
      "the compiler itself crashed on this file ({}), which is no fault of yours but a way of writing "
      "that it cannot take: is something nested hundreds of levels deep, or does it call itself at "
      "compile time? Take out the newest lines until it compiles, and write them in another way",
      signal ? strsignal(WTERMSIG(end.status)) : fmt::format("status {}", WEXITSTATUS(end.status)));
}

}  // namespace

Nvrtc::Nvrtc(fs::path program) : program_(std::move(program)) {
  Message hello;
  idle_.push_back(start(nullptr, {}, hello));
  MessageReader reader(hello);
  reader.text();
  library_ = reader.text();
  version_ = reader.text();
  for (uint64_t left = reader.number(); left > 0; --left) architectures_.push_back(reader.text());
  while (!reader.at_end()) include_folders_.emplace_back(reader.text());
}

Nvrtc::~Nvrtc() = default;

fs::path Nvrtc::program_path() { return child_program("tritutor-nvrtc", TRITUTOR_NVRTC_PROGRAM); }

bool Nvrtc::knows(const std::string& architecture) const {
  return std::find(architectures_.begin(), architectures_.end(), architecture) != architectures_.end();
}

const Nvrtc& Nvrtc::instance() {
  // Never destroyed: its processes end when they see this one gone, and nobody waits for them.
  static const Nvrtc* const nvrtc = new Nvrtc(program_path());
  return *nvrtc;
}

std::optional<fs::path> Nvrtc::find_header(const std::string& name) const {
  std::error_code ignored;
  for (const fs::path& folder : include_folders_) {
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  return std::nullopt;
}

/// A process that has said hello; nullptr: stopped before that.
std::unique_ptr<NvrtcProcess> Nvrtc::start(const std::atomic<bool>* stop, const CompileLimits& limits,
                                           Message& hello) const {
  std::unique_ptr<NvrtcProcess> process;
  try {
    process = std::make_unique<NvrtcProcess>(program_, std::to_string(limits.memory_bytes));
  } catch (const ChildError& error) {
    throw NvrtcError(error.what());
  }
  const Patience patience(stop, limits.wall_seconds);
  std::optional<Message> said = process->receive(patience.as_function());
  if (!said || said->size() < 2) {
    if (patience.stopped()) return nullptr;
    throw NvrtcError(
        fmt::format("the CUDA compiler's process {} ended before it said anything; this installation is "
                    "not whole, build or get it again",
                    program_.string()));
  }
  if ((*said)[0] != "ready" || said->size() < 4) throw NvrtcError((*said)[1]);
  hello = std::move(*said);
  return process;
}

Nvrtc::Output Nvrtc::compile(const Program& program, const std::atomic<bool>* stop, const CompileLimits& limits) const {
  const Message request = program_message("compile", program, limits);
  const Patience patience(stop, limits.wall_seconds);
  Output output;
  const bool usual = limits.memory_bytes == CompileLimits{}.memory_bytes;  // so that any idle process will do
  std::unique_ptr<NvrtcProcess> process;
  while (!process) {
    if (usual) {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        process = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    const bool fresh = !process;
    Message hello;
    if (fresh) process = start(stop, limits, hello);
    if (!process) {
      output.stopped = true;
      return output;
    }
    if (process->send(request)) break;
    process.reset();  // an idle one that somebody ended
    if (fresh) throw NvrtcError("the CUDA compiler's process ended at once; try again");
  }
  const std::optional<Message> answer = process->receive(patience.as_function());
  if (!answer || answer->size() < 3) {
    if (patience.stopped() || patience.late()) {
      process->kill();
      output.stopped = patience.stopped();
      if (!output.stopped) output.fault = too_slow(limits.wall_seconds);
    } else {
      const NvrtcProcess::End end = process->wait();
      output.fault = fault_of(end, limits);
      const bool crashed = !WIFSIGNALED(end.status) || WTERMSIG(end.status) != SIGXCPU;
      if (crashed && !program.leading_headers.empty()) {  // a precompiled header may be broken
        Program without = program;
        without.leading_headers.clear();
        return compile(without, stop, limits);
      }
    }
    return output;
  }
  const std::string& how = (*answer)[0];
  output.log = (*answer)[1];
  output.code = (*answer)[2];
  output.compiled = how == "compiled";
  if (how == "out of memory") {
    output.fault = too_large(limits.memory_bytes);
    return output;  // this process has nothing left to work with
  }
  if (++process->compiles < most_compiles && usual) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(process));
  }
  if (how == "failed") throw NvrtcError(output.log);
  return output;
}

}  // namespace tritutor
