#include "grader/program.h"

#include <fmt/format.h>

#include <future>
#include <variant>

#include "grader/case_run.h"
#include "grader/device/virtual_device.h"

namespace tritutor {
namespace {

Refusal unsupported(const Program& program, const vgpu::LoadError& error) {
  Refusal refusal = refusal_of("unsupported", fmt::format("the virtual GPU cannot run this file: {}", error.what()));
  refusal.diagnostics.push_back({"error", program.own_file(error.file()), error.line(), 0, error.what()});
  return refusal;
}

}  // namespace

std::optional<Refusal> build_program(const Exercise& exercise, const std::filesystem::path& file,
                                     const std::string& source, const BuildOptions& options, Program& program) {
  program.file = file.string();
  const std::vector<Case>& planned = options.more_cases_alone ? options.more_cases : exercise.cases;
  CompileContext context{options.include_dir,   planned,     program.hardware, planned.size(),
                         options.configuration, options.stop};
  if (!options.more_cases_alone) {
    for (const Timed& timed : exercise.timed) context.cases.push_back(exercise.timed_case(timed));
    context.cases.insert(context.cases.end(), options.more_cases.begin(), options.more_cases.end());
  }
  auto result = dialect_of(file).compile(exercise, file, source, context);
  if (auto* refusal = std::get_if<Refusal>(&result)) return std::move(*refusal);
  program.compiled = std::move(std::get<std::unique_ptr<CompiledFile>>(result));
  const CompiledFile& compiled = *program.compiled;
  program.warnings = compiled.warnings;
  program.toolchain = compiled.toolchain;
  program.name = compiled.program;
  std::future<GpuCode> gpu_code;
  if (options.gpu) {
    gpu_code = std::async(std::launch::async, [&] {
      const std::string architecture = options.gpu();
      return architecture.empty() ? GpuCode{} : compiled.for_gpu(architecture, options.stop);
    });
  }
  try {
    program.module = vgpu::Module::load(compiled.ptx);
  } catch (const vgpu::LoadError& error) {
    return unsupported(program, error);
  }
  for (const Case& test : planned) {
    VirtualDevice device(program.module, program.hardware);
    try {
      std::variant<LaunchPlan, Refusal> plan =
          compiled.plan(program.plan_context(exercise), test, device, case_limits(exercise, test, options.stop, 1));
      if (auto* refusal = std::get_if<Refusal>(&plan)) return std::move(*refusal);
      program.plans.push_back(std::move(std::get<LaunchPlan>(plan)));
    } catch (const vgpu::LoadError& error) {  // a kernel of the plan, or launch() itself
      return unsupported(program, error);
    } catch (const vgpu::LaunchError& error) {
      return refusal_of("unsupported", fmt::format("launch() cannot run on the virtual GPU: {}", error.what()));
    }
  }
  if (gpu_code.valid()) {
    try {
      program.gpu_code = gpu_code.get();
    } catch (const std::runtime_error& error) {
      return refusal_of("environment", error.what());
    }
  }
  return std::nullopt;
}

}  // namespace tritutor
