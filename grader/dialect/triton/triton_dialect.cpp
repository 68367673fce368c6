#include "grader/dialect/triton/triton_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "grader/dialect/triton/compiler_notes.h"
#include "grader/dialect/triton/own_terms.h"
#include "grader/dialect/triton/own_words.h"
#include "grader/dialect/triton/recorder.h"
#include "grader/dialect/triton/recording.h"

namespace tritutor {
namespace {

constexpr int virtual_capability = 80;
constexpr const char* too_much_shared = " bytes of shared memory; a block has at most";
constexpr const char* static_assertion = "tl.static_assert fails";  // as python/recorder/compile.py says it

/// Asks Python about a file. A refusal of kind "environment" or "stopped" where there is no answer.
Recording record(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
                 const CompileContext& context, int capability, bool cubin) {
  const std::string program = file.filename().string();
  const std::string request = recording_request(exercise, program, source, context, capability, cubin);
  const Recorder::Answer answer = Recorder::instance().ask(request, context.stop);
  Recording recording;
  if (answer.stopped) {
    recording.refusal = refusal_of("stopped", "stopped while Triton compiled");
  } else if (!answer.fault.empty()) {
    recording.refusal = refusal_of("compile", answer.fault);
  } else {
    try {
      recording = parse_recording(exercise, file.string(), answer.text);
    } catch (const nlohmann::json::exception& error) {
      throw std::runtime_error(fmt::format("Python's answer is broken: {}", error.what()));
    }
  }
  return recording;
}

/// What no launch on the device may ask for.
std::optional<Refusal> check_plan(const RecordedCase& one, const Recording& recording, const std::string& file,
                                  const vgpu::Hardware& hardware, const Case& test) {
  const auto refuse = [&](size_t step, const std::string& message) {
    Refusal refusal = refusal_of("plan", fmt::format("{} (case \"{}\")", message, test.name));
    refusal.diagnostics.push_back({"error", file, one.lines[step], 0, "in this launch"});
    return refusal;
  };
  const uint64_t scratch = std::accumulate(one.plan.scratch.begin(), one.plan.scratch.end(), uint64_t{0},
                                           [](uint64_t sum, const ScratchBuffer& each) { return sum + each.bytes; });
  if (scratch > max_scratch_bytes) {
    return refuse(0, fmt::format("the host function makes scratch tensors of {} bytes; at most {} (1 GiB) are possible",
                                 scratch, max_scratch_bytes));
  }
  for (size_t i = 0; i < one.plan.steps.size(); ++i) {
    const Step& step = one.plan.steps[i];
    if (step.shared_bytes > hardware.shared_bytes_per_block) {
      const RecordedKernel* kernel = recording.kernel(step.kernel);
      return refuse(i, fmt::format("{} needs {}{} {} ({} KiB) on the device {}: take smaller blocks, or fewer stages "
                                   "than {}",
                                   kernel != nullptr ? kernel->shown : step.kernel, step.shared_bytes, too_much_shared,
                                   hardware.shared_bytes_per_block, hardware.shared_bytes_per_block / 1024,
                                   hardware.name, kernel != nullptr ? kernel->stages : 0));
    }
  }
  return std::nullopt;
}

class TritonFile : public CompiledFile {
 public:
  TritonFile(Recording recording, const Exercise& exercise, std::filesystem::path file, std::string source,
             CompileContext context)
      : recording_(std::move(recording)),
        exercise_(exercise),
        file_(std::move(file)),
        source_(std::move(source)),
        context_(std::move(context)) {
    ptx = recording_.ptx;
    program = file_.filename().string();
    warnings = recording_.warnings;
    toolchain = "Triton " + Recorder::instance().triton_version();
  }

  GpuCode for_gpu(const std::string& architecture, const std::atomic<bool>* stop) const override {
    int capability = 0;  // of "sm_90"
    const size_t digits = architecture.find_first_of("0123456789");
    if (digits != std::string::npos) {
      std::from_chars(architecture.data() + digits, architecture.data() + architecture.size(), capability);
    }
    CompileContext context = context_;
    context.stop = stop;
    Recording recording = record(exercise_, file_, source_, context, capability, true);
    if (recording.refusal) {
      if (recording.refusal->kind == "stopped") return {};
      throw std::runtime_error(fmt::format("for {}: {}", architecture, recording.refusal->message));
    }
    for (const RecordedCase& one : recording.cases) {
      if (!one.refusal) continue;
      // What is wrong at the sizes of a GPU alone has been, or will be, said of them.
      if (&one - recording.cases.data() >= static_cast<std::ptrdiff_t>(exercise_.cases.size())) continue;
      const std::string place = one.refusal->diagnostics.empty() ? "" : ": " + one.refusal->diagnostics[0].message;
      throw std::runtime_error(fmt::format("for {}: {}{}", architecture, one.refusal->message, place));
    }
    GpuCode code{std::move(recording.cubin), {}};
    for (const RecordedKernel& kernel : recording.kernels) code.shared_bytes[kernel.name] = kernel.shared_bytes;
    return code;
  }

  std::variant<LaunchPlan, Refusal> plan(const PlanContext& context, const Case& test, Device& /*device*/,
                                         const vgpu::Limits& /*limits*/) const override {
    const auto found = std::find_if(context_.cases.begin(), context_.cases.end(),
                                    [&](const Case& each) { return each.values == test.values; });
    if (found == context_.cases.end()) throw std::logic_error("a case was not recorded: " + test.name);
    const RecordedCase& one = recording_.cases.at(static_cast<size_t>(found - context_.cases.begin()));
    if (one.refusal) return *one.refusal;
    if (auto refusal = check_plan(one, recording_, context.file, context.hardware, test)) return *std::move(refusal);
    for (const Step& step : one.plan.steps) {
      const vgpu::KernelInfo* kernel = context.module.find_kernel(step.kernel);
      if (kernel == nullptr) throw std::logic_error("a kernel was not compiled: " + step.kernel);
      if (kernel->refusal) throw vgpu::LoadError(*kernel->refusal);
    }
    LaunchPlan plan = one.plan;
    if (found == context_.cases.begin()) plan.printed = recording_.printed;
    for (Step& step : plan.steps) {  // more than num_warps says, where warps are specialised
      const vgpu::Dim3 required = context.module.find_kernel(step.kernel)->required_block;
      if (required.count() > 0) step.block = required;
    }
    return plan;
  }

  std::vector<std::byte> parameters(const PlanContext& /*context*/, const Step& step,
                                    const reference::Values& /*values*/, const std::vector<Device::Buffer>& buffers,
                                    const std::vector<Device::Buffer>& scratch) const override {
    std::vector<std::byte> parameters;
    for (const RecordedArgument& each : recording_.arguments.at(step.launch)) {
      if (each.kind == RecordedArgument::Kind::value) {
        vgpu::pack(parameters, each.bytes.data(), each.bytes.size(), each.bytes.size());
      } else {
        const auto& from = each.kind == RecordedArgument::Kind::buffer ? buffers : scratch;
        const Device::Buffer address = from.at(each.number) + each.offset;
        vgpu::pack(parameters, &address, 8, 8);
      }
    }
    return parameters;
  }

  void say_in_own_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const Case& test,
                        const LaunchPlan& plan, const Step& step) const override {
    say_in_triton_terms(findings, exercise, test, plan, step);
  }

  std::vector<std::string> compiler_notes(const PlanContext& context, const LaunchPlan& plan) const override {
    return tritutor::compiler_notes(recording_, plan, context.module, program, source_);
  }

 private:
  const Recording recording_;
  const Exercise exercise_;
  const std::filesystem::path file_;
  const std::string source_;
  const CompileContext context_;
};

class TritonDialect : public Dialect {
 public:
  std::string_view name() const override { return "triton"; }
  std::string_view extension() const override { return ".py"; }
  std::string in_own_words(std::string text) const override { return in_triton_words(std::move(text)); }

  std::variant<std::unique_ptr<CompiledFile>, Refusal> compile(const Exercise& exercise,
                                                               const std::filesystem::path& file,
                                                               const std::string& source,
                                                               const CompileContext& context) const override {
    Recording recording;
    try {
      recording = record(exercise, file, source, context, virtual_capability, false);
    } catch (const RecorderError& error) {
      return refusal_of("environment", error.what());
    }
    if (recording.refusal) return *std::move(recording.refusal);
    // What is wrong at the sizes of a GPU alone, and not in the file, is for the samples to say.
    for (size_t i = 0; i < context.needed; ++i) {
      if (recording.cases.at(i).refusal) return *std::move(recording.cases[i].refusal);
    }
    return std::make_unique<TritonFile>(std::move(recording), exercise, file, source, context);
  }

  bool chooses_by_time(const std::string& source) const override {
    return source.find("autotune") != std::string::npos;
  }

  bool leaves_out(const Refusal& refusal) const override {
    return refusal.message.find(too_much_shared) != std::string::npos || refusal.message.starts_with(static_assertion);
  }

  Configurations configurations(const Exercise& exercise, const std::filesystem::path& file, const std::string& source,
                                const CompileContext& context) const override {
    const std::string request =
        configurations_request(exercise, file.filename().string(), source, context, virtual_capability);
    Configurations found;
    try {
      const Recorder::Answer answer = Recorder::instance().ask(request, context.stop);
      if (answer.stopped) return refusal_of("stopped", "stopped while Triton compiled");
      if (!answer.fault.empty()) return refusal_of("compile", answer.fault);
      found = parse_configurations(file.string(), answer.text);
    } catch (const RecorderError& error) {
      return refusal_of("environment", error.what());
    } catch (const nlohmann::json::exception& error) {
      throw std::runtime_error(fmt::format("Python's answer is broken: {}", error.what()));
    }
    const auto* all = std::get_if<std::vector<Configuration>>(&found);
    if (all == nullptr || all->size() > 1) return found;
    return refusal_of("tune",
                      fmt::format("{} has nothing to tune: no kernel that it launches has two configurations or more. "
                                  "Above @triton.jit write @triton.autotune(configs=[triton.Config({{\"BLOCK\": 256}}, "
                                  "num_warps=4), ...], key=[...]), and leave BLOCK out of the launch",
                                  file.string()));
  }
};

}  // namespace

const Dialect& triton_dialect() {
  static const TritonDialect dialect;
  return dialect;
}

}  // namespace tritutor
