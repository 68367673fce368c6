#include "grader/gpu_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <variant>

#include "grader/device/gpu_kernels.h"
#include "grader/device/virtual_device.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/large_buffers.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

/// A kernel of a small case that has not ended by then does not end: the virtual GPU took no longer.
constexpr double case_seconds = 5;
/// Of a copy that no cache holds.
constexpr uint64_t rate_bytes = uint64_t{1} << 30;
/// Of a whole grid that the virtual GPU is asked about.
constexpr uint64_t asked_steps = 400'000'000;

/// The grader's kernels for a GPU. Throws GpuError.
std::string compile_tools(const GpuInfo& info, const std::atomic<bool>* stop) {
  try {
    const Nvrtc& nvrtc = Nvrtc::instance();
    Nvrtc::Program program{"tritutor_gpu_kernels.cu", std::string(gpu_kernels())};
    if (nvrtc.knows(info.architecture())) program.architecture = info.architecture();
    const Nvrtc::Output output = nvrtc.compile(program, stop);
    if (output.stopped) throw GpuError(GpuError::Kind::stopped, "stopped");
    if (!output.compiled)
      throw GpuError(GpuError::Kind::absent, "the grader's own kernels do not compile: " + output.log + output.fault);
    return output.code;
  } catch (const NvrtcError& error) {
    throw GpuError(GpuError::Kind::absent, error.what());
  }
}

}  // namespace

std::vector<std::string> cublas_candidates() {
  std::vector<std::string> candidates;
  if (const char* named = std::getenv("TRITUTOR_CUBLAS"); named != nullptr && *named != '\0') return {named};
  try {
    // Beside NVRTC in a toolkit and in the wheels of CUDA 13; in a folder of its own in those of CUDA 12.
    const fs::path folder = Nvrtc::instance().library().parent_path();
    for (const fs::path& place : {folder, folder / ".." / ".." / "cublas" / "lib"}) {
      for (const char* name : {"libcublas.so.13", "libcublas.so.12"}) candidates.push_back((place / name).string());
    }
  } catch (const NvrtcError&) {
    // The loader's path is left.
  }
  for (const char* name : {"libcublas.so.13", "libcublas.so.12"}) candidates.emplace_back(name);
  for (const char* folder : {"/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib"}) {
    for (const char* name : {"libcublas.so.13", "libcublas.so.12"}) candidates.push_back(fs::path(folder) / name);
  }
  return candidates;
}

GpuWork::GpuWork(const Exercise& exercise, std::optional<int> ordinal, const Options& options)
    : exercise_(exercise), options_(options), starter_([this, ordinal] { start(ordinal); }) {}

GpuWork::~GpuWork() = default;

void GpuWork::start(std::optional<int> ordinal) {
  try {
    if (ordinal) {
      gpu_ = std::make_unique<Gpu>(*ordinal, options_.stop);
    } else {
      // One that another program has to itself, or that is too old, is passed over.
      for (int each = 0; !gpu_; ++each) {
        try {
          gpu_ = std::make_unique<Gpu>(each, options_.stop);
        } catch (const GpuError& error) {
          const bool more =
              error.kind() == GpuError::Kind::absent && each + 1 < static_cast<int>(list_gpus().gpus.size());
          if (!more) throw;
        }
      }
    }
    gpu_->load_tools(compile_tools(gpu_->info(), options_.stop));
  } catch (const std::exception& error) {
    why_not_ = error.what();
  }
}

std::string GpuWork::why_not() {
  const std::lock_guard lock(mutex_);
  if (starter_.joinable()) starter_.join();
  return why_not_;
}

void GpuWork::load(const Program& program) {
  const std::lock_guard lock(mutex_);
  program_ = &program;
  gpu_->load(program.gpu_code.code);
}

GpuRates GpuWork::rates() {
  const std::lock_guard lock(mutex_);
  gpu_->free_all();
  return gpu_->rates(rate_bytes);
}

LaunchPlan GpuWork::plan_of(const Case& large) const {
  VirtualDevice device(program_->module, program_->hardware);
  std::variant<LaunchPlan, Refusal> plan = program_->compiled->plan(program_->plan_context(exercise_), large, device,
                                                                    case_limits(exercise_, large, options_.stop, 1));
  // The sample has planned the same case; what it could not plan has been refused.
  if (const auto* refusal = std::get_if<Refusal>(&plan)) throw std::runtime_error(refusal->message);
  return std::move(std::get<LaunchPlan>(plan));
}

/// A sentence for what ended a run.
GpuFault GpuWork::fault_of(const GpuError& error, const std::string& where) const {
  GpuFault fault;
  switch (error.kind()) {
    case GpuError::Kind::absent:
    case GpuError::Kind::stopped:
    case GpuError::Kind::no_memory:
      throw error;
    case GpuError::Kind::refused:
      fault.problem = fmt::format("{} refused the launch{}: {}", info().name, where, error.what());
      break;
    case GpuError::Kind::hang:
      fault.problem = fmt::format("on {} the kernel hangs{}: {}", info().name, where, error.what());
      break;
    case GpuError::Kind::fault:
      fault.problem = fmt::format("on {} the kernel crashed{}: {}", info().name, where, error.what());
      break;
    case GpuError::Kind::died:
      fault.problem = fmt::format("on {} the run ended{}: {}", info().name, where, error.what());
      break;
  }
  return fault;
}

GpuFault GpuWork::run_case(const Case& test, const CaseData& data, const LaunchPlan& plan) {
  const std::lock_guard lock(mutex_);
  GpuFault fault;
  try {
    GpuDevice device(*gpu_, case_seconds);
    gpu_->load(program_->gpu_code.code);  // afresh: no case sees what another left in a __device__ variable
    LaunchPlan own = plan;
    for (Step& step : own.steps) step = program_->on_gpu(step);
    CaseOutcome outcome = tritutor::run_case(exercise_, test, data, own, *program_, device, {});
    fault.problem = std::move(outcome.problem);
    fault.mismatch = std::move(outcome.mismatch);
    fault.findings = std::move(outcome.findings);
  } catch (const GpuError& error) {
    fault = fault_of(error, "");
  }
  return fault;
}

std::vector<vgpu::Finding> GpuWork::ask_virtual_gpu(const Case& large, const reference::Arrays& inputs,
                                                    const LaunchPlan& plan) const {
  const Progress::Task task(options_.progress, "looking for the place on the virtual GPU");
  VirtualDevice device(program_->module, program_->hardware);
  const LargeBuffers buffers = allocate_large(exercise_, large, inputs, plan, device);
  vgpu::Limits limits;
  limits.total_steps = asked_steps;
  limits.stop = options_.stop;
  for (const Step& step : plan.steps) {
    vgpu::LaunchResult result = device.run(
        step, program_->parameters(exercise_, step, large.values, buffers.arguments, buffers.scratch), limits);
    // A budget that ran out says that the question was too large, not that the kernel is endless.
    std::erase_if(result.findings, [&](const vgpu::Finding& finding) {
      return result.over_budget && finding.kind == vgpu::Finding::Kind::timeout;
    });
    for (vgpu::Finding& finding : result.findings) finding.file = program_->own_file(finding.file);
    if (!result.findings.empty() || !result.completed) return std::move(result.findings);
  }
  return {};
}

}  // namespace tritutor
