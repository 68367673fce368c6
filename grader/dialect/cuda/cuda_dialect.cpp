#include "grader/dialect/cuda/cuda_dialect.h"

#include "grader/dialect/cuda/compile.h"
#include "grader/dialect/cuda/plan.h"
#include "grader/dialect/cuda/plan_terms.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/cuda/tune_lines.h"

namespace tritutor {
namespace {

class CudaFile : public CompiledFile {
 public:
  CudaFile(Compiled compiled, const std::string& source)
      : whole_(std::move(compiled.whole)), declarations_(declarations(scan_source(source))) {
    ptx = std::move(compiled.ptx);
    program = std::move(compiled.program);
    warnings = std::move(compiled.warnings);
    toolchain = std::move(compiled.toolchain);
  }

  GpuCode for_gpu(const std::string& architecture, const std::atomic<bool>* stop) const override {
    return {compile_for_gpu(whole_, ptx, architecture, stop)};
  }

  std::variant<LaunchPlan, Refusal> plan(const PlanContext& context, const Case& test, Device& device,
                                         const vgpu::Limits& limits) const override {
    return make_plan(context, declarations_, test, device, limits);
  }

  std::vector<std::byte> parameters(const PlanContext& context, const Step& step, const reference::Values& values,
                                    const std::vector<Device::Buffer>& buffers,
                                    const std::vector<Device::Buffer>& scratch) const override {
    return step_parameters(context.exercise, context.module, step, pack_parameters(context.exercise, values, buffers),
                           scratch.empty() ? 0 : scratch[0]);
  }

  void say_in_own_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const Case& /*test*/,
                        const LaunchPlan& plan, const Step& step) const override {
    say_in_plan_terms(findings, exercise, plan, step);
  }

  std::vector<std::string> compiler_notes(const PlanContext& /*context*/, const LaunchPlan& /*plan*/) const override {
    return {};
  }

 private:
  const Nvrtc::Program whole_;
  const std::vector<Declaration> declarations_;
};

class CudaDialect : public Dialect {
 public:
  std::string_view name() const override { return "cuda"; }
  std::string_view extension() const override { return ".cu"; }
  std::string in_own_words(std::string text) const override { return text; }

  std::variant<std::unique_ptr<CompiledFile>, Refusal> compile(const Exercise& exercise,
                                                               const std::filesystem::path& file,
                                                               const std::string& text,
                                                               const CompileContext& context) const override {
    const std::string source = with_values(text, context.configuration.chosen);
    CompileResult result = tritutor::compile(exercise, file, source, context.include_dir, context.stop);
    if (auto* refusal = std::get_if<Refusal>(&result)) return std::move(*refusal);
    return std::make_unique<CudaFile>(std::move(std::get<Compiled>(result)), source);
  }

  Configurations configurations(const Exercise& /*exercise*/, const std::filesystem::path& file,
                                const std::string& source, const CompileContext& /*context*/) const override {
    return tune_configurations(file.string(), source);
  }

  bool chooses_by_time(const std::string& /*source*/) const override { return false; }
  bool leaves_out(const Refusal& /*refusal*/) const override { return false; }
};

}  // namespace

const Dialect& cuda_dialect() {
  static const CudaDialect dialect;
  return dialect;
}

}  // namespace tritutor
