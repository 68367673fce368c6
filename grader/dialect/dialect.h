#pragma once
// From a learner's file to a program and its plans: one interface, and a folder for each dialect that implements it.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/refusal.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Memory of the plan's own.
struct ScratchBuffer {
  std::string name = "scratch";
  uint64_t bytes = 0;
  uint32_t element_bytes = 4;
  std::string element_name = "float";
};

/// A checked plan of one case.
struct LaunchPlan {
  std::vector<Step> steps;
  std::vector<ScratchBuffer> scratch;  ///< live through all steps
  std::string printed;                 ///< what printf wrote while it was planned
};

/// Most scratch memory a plan may ask for.
inline constexpr uint64_t max_scratch_bytes = uint64_t{1} << 30;

/// What a file's plans and parameters are made of, beside the file.
struct PlanContext {
  const Exercise& exercise;
  const vgpu::Module& module;  ///< of the file's PTX
  const std::string& file;     ///< as findings are to name it
  vgpu::Hardware hardware{};   ///< of the device that the plan is for
};

/// One choice of the numbers that a file leaves open: block sizes, warps, stages.
struct Configuration {
  std::string name;  ///< "BLOCK=256, num_warps=4"; empty: the file as it stands
  /// In CUDA C++ the values of constants ("BLOCK": "256"), in Triton numbers in the lists of autotuned kernels
  /// ("softmax_kernel": "3").
  std::map<std::string, std::string> chosen{};
};

/// Most configurations of a file that are tried.
inline constexpr size_t most_configurations = 64;

/// What compile() may need to know beside the file.
struct CompileContext {
  std::filesystem::path include_dir{};  ///< holds tritutor.cuh
  std::vector<Case> cases{};            ///< every case that plan() will be asked about
  vgpu::Hardware hardware{};            ///< of the device that the plans are for
  size_t needed = 0;                    ///< so many first ones of the cases must be launched for the file to compile
  Configuration configuration{};
  const std::atomic<bool>* stop = nullptr;
};

/// A file's kernels for a GPU.
struct GpuCode {
  std::string code;  ///< a cubin, or PTX
  /// Dynamic shared memory of kernels that take another amount there than on the virtual GPU.
  std::map<std::string, uint32_t, std::less<>> shared_bytes{};
};

/// A learner's file that has compiled.
class CompiledFile {
 public:
  virtual ~CompiledFile() = default;

  std::string ptx;                   ///< for the virtual GPU: compute_80, with line information
  std::string program;               ///< what the PTX calls the learner's file
  std::vector<Diagnostic> warnings;  ///< in the learner's lines
  std::string toolchain;             ///< "NVRTC 13.0"

  /// The same for a GPU of an architecture ("sm_90"), or the PTX where the compiler is older than that, which the
  /// driver takes too. No code: stopped. Throws std::runtime_error where neither is to be had. May be called on another
  /// thread.
  virtual GpuCode for_gpu(const std::string& architecture, const std::atomic<bool>* stop) const = 0;

  /// What a case launches, found out on a device that holds the module, and checked: the kernels, their parameters,
  /// grid, block, shared and scratch memory. The refusal's kind is "plan", or "stopped".
  virtual std::variant<LaunchPlan, Refusal> plan(const PlanContext& context, const Case& test, Device& device,
                                                 const vgpu::Limits& limits) const = 0;

  /// The parameter buffer of a step. `buffers` are the device addresses of the exercise's buffer arguments in order,
  /// `scratch` those of the plan's scratch buffers.
  virtual std::vector<std::byte> parameters(const PlanContext& context, const Step& step,
                                            const reference::Values& values, const std::vector<Device::Buffer>& buffers,
                                            const std::vector<Device::Buffer>& scratch) const = 0;

  /// Puts the findings of a case's step into the words of the dialect and the plan: what a learner wrote, and why a
  /// buffer that the plan made is too small, or empty.
  virtual void say_in_own_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const Case& test,
                                const LaunchPlan& plan, const Step& step) const = 0;

  /// What the compiler made of the kernels of a plan, a sentence each: what cannot be seen in the source.
  virtual std::vector<std::string> compiler_notes(const PlanContext& context, const LaunchPlan& plan) const = 0;
};

/// Every combination of what a file leaves open; or why there is none, of kind "tune" where the file names none.
using Configurations = std::variant<std::vector<Configuration>, Refusal>;

/// What a learner writes in.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string_view name() const = 0;       ///< "cuda": as verdicts and the record have it
  virtual std::string_view extension() const = 0;  ///< of its files: ".cu"

  /// A sentence of the judge's, which thinks of threads and blocks, in the words of who writes in this dialect.
  virtual std::string in_own_words(std::string text) const = 0;

  /// Compiles the text of a kernel file for an exercise. The refusal's kind is "include", "compile", "signature",
  /// "missing-kernel", "plan", "environment" or, as `stop` asks, "stopped".
  virtual std::variant<std::unique_ptr<CompiledFile>, Refusal> compile(const Exercise& exercise,
                                                                       const std::filesystem::path& file,
                                                                       const std::string& source,
                                                                       const CompileContext& context) const = 0;

  /// What `tritutor tune` tries, in the file's order. Two at least, and most_configurations at most.
  virtual Configurations configurations(const Exercise& exercise, const std::filesystem::path& file,
                                        const std::string& source, const CompileContext& context) const = 0;

  /// Whether the program itself chooses among configurations by their times, so that a submission has to.
  virtual bool chooses_by_time(const std::string& source) const = 0;
  /// Whether it then goes on without a configuration that is refused so.
  virtual bool leaves_out(const Refusal& refusal) const = 0;
};

/// The dialect of a file by its name; CUDA C++ where that does not tell.
const Dialect& dialect_of(const std::filesystem::path& file);

}  // namespace tritutor
