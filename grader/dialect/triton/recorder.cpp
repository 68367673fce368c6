#include "grader/dialect/triton/recorder.h"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "grader/child/child_process.h"
#include "grader/dialect/triton/python_search.h"

namespace tritutor {

namespace fs = std::filesystem;

class RecorderProcess : public ChildProcess {
 public:
  using ChildProcess::ChildProcess;
};

namespace {

/// A process ends each host function after 10 s by itself, and Triton's compiler by its processor time; this is a net
/// for what waits in spite of that.
constexpr std::chrono::seconds longest_answer{300};
constexpr std::chrono::seconds longest_start{60};

class Wait {
 public:
  Wait(const std::atomic<bool>* stop, std::chrono::seconds limit)
      : stop_(stop), end_(std::chrono::steady_clock::now() + limit) {}
  bool stopped() const { return stop_ != nullptr && stop_->load(); }
  bool late() const { return std::chrono::steady_clock::now() >= end_; }
  std::function<bool()> as_function() const {
    return [this] { return !stopped() && !late(); };
  }

 private:
  const std::atomic<bool>* stop_;
  std::chrono::steady_clock::time_point end_;
};

}  // namespace

Recorder::Recorder(fs::path python, fs::path folder) : python_(std::move(python)), folder_(std::move(folder)) {
  idle_.push_back(start(nullptr, version_));
}

Recorder::~Recorder() = default;

const Recorder& Recorder::instance() {
  // Never destroyed: its processes end when they see this one gone, and nobody waits for them.
  static const Recorder* const recorder = [] {
    const auto found = find_python_with_triton();
    if (const auto* none = std::get_if<NoPythonWithTriton>(&found)) throw RecorderError(none->what);
    return new Recorder(std::get<PythonWithTriton>(found).path, vgpu_package().folder / "recorder");
  }();
  return *recorder;
}

/// A process that has said hello; nullptr: stopped before that.
std::unique_ptr<RecorderProcess> Recorder::start(const std::atomic<bool>* stop, std::string& version) const {
  std::unique_ptr<RecorderProcess> process;
  try {
    process = std::make_unique<RecorderProcess>(python_, folder_.string());
  } catch (const ChildError& error) {
    throw RecorderError(error.what());
  }
  const Wait wait(stop, longest_start);
  const std::optional<Message> hello = process->receive(wait.as_function());
  if (!hello || hello->size() != 1) {
    if (wait.stopped()) return nullptr;
    throw RecorderError(fmt::format(
        "{} ended, or hung, before it had imported Triton; does \"{} {}\" say why? TRITUTOR_PYTHON may name another",
        python_.string(), python_.string(), folder_.string()));
  }
  const auto said = nlohmann::json::parse((*hello)[0]);
  if (said.contains("error")) {
    throw RecorderError(fmt::format("{} cannot import Triton: {}. TRITUTOR_PYTHON may name another Python",
                                    python_.string(), said.at("error").get<std::string>()));
  }
  version = said.at("triton").get<std::string>();
  return process;
}

Recorder::Answer Recorder::ask(const std::string& request, const std::atomic<bool>* stop) const {
  const Wait wait(stop, longest_answer);
  std::unique_ptr<RecorderProcess> process;
  while (!process) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        process = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    const bool fresh = !process;
    std::string version;
    if (fresh) process = start(stop, version);
    if (!process) return {{}, true, {}};
    if (process->send({request})) break;
    process.reset();  // an idle one that somebody ended
    if (fresh) throw RecorderError("Python ended at once; try again");
  }
  const std::optional<Message> answer = process->receive(wait.as_function());
  if (!answer || answer->size() != 1) {
    if (wait.stopped()) return {{}, true, {}};
    return {{},
            false,
            wait.late()
                ? fmt::format("Python did not answer within {} s; try again", longest_answer.count())
                : "Python ended before it had answered; does the file end it, or is this machine out of memory?"};
  }
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(process));
  return {(*answer)[0], false, {}};
}

}  // namespace tritutor
