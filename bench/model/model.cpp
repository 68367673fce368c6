// What model.py asks of the grader itself, as JSON.
//
//   model counters EXERCISE FILE    the steps of a submission at the timed case's sizes, and what a sample of them
//   counts
//
// Run by bench/model/model.py.

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "grader/case_data.h"
#include "grader/case_run.h"
#include "grader/device/virtual_device.h"
#include "grader/program.h"
#include "grader/sample_run.h"
#include "grader/submission.h"

namespace tritutor {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const vgpu::Counts& counts) {
  Json result = Json::object();
  for (const vgpu::CountField& field : vgpu::count_fields) {
    if (counts.*field.value != 0) result[field.name] = counts.*field.value;
  }
  return result;
}

Json to_json(const vgpu::Counters& counters) {
  Json result{{"total", to_json(counters.total)},
              {"dram_read_sectors", counters.dram_read_sectors},
              {"dram_written_sectors", counters.dram_written_sectors},
              {"block_read_sectors", counters.block_read_sectors},
              {"shared_read_sectors", counters.shared_read_sectors}};
  for (const vgpu::LineCounts& line : counters.lines) {
    result["lines"].push_back({{"line", line.line}, {"counts", to_json(line.counts)}});
  }
  return result;
}

Json to_json(const vgpu::Dim3& dim) { return Json{dim.x, dim.y, dim.z}; }

/// The kernel's arguments in order, each as `vgpu run` spells it.
Json arguments_of(const Exercise& exercise, const Case& large) {
  Json result = Json::array();
  for (const Argument& argument : exercise.arguments) {
    const std::string type = argument.type == reference::Type::f32 ? "f32" : "i32";
    if (argument.role == Role::input || argument.role == Role::output) {
      result.push_back(fmt::format("{}[{}]={}", type, elements_of(argument, large.values),
                                   argument.role == Role::input ? "random" : "undefined"));
    } else {
      result.push_back(fmt::format("{}={}", type, large.values.at(argument.name)));
    }
  }
  return result;
}

Json counters(const std::string& slug, const std::string& file) {
  const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  const Exercise* exercise = curriculum.find(slug);
  if (exercise == nullptr) throw std::runtime_error("there is no exercise " + slug);
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  const std::string source{std::istreambuf_iterator<char>(in), {}};
  SubmitOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  options.threads = 1;
  if (const Verdict verdict = grade(*exercise, file, source, options); !verdict.right) {
    throw std::runtime_error(file + " is wrong: " + (verdict.refusal ? verdict.refusal->message : "a case fails"));
  }
  Program program;
  if (const auto refusal = build_program(*exercise, file, source, options.include_dir, nullptr, nullptr, program)) {
    throw std::runtime_error(file + ": " + refusal->message);
  }
  const Timed& timed = exercise->timed.at(0);
  const Case& test = exercise->cases[exercise->case_index(timed.test)];
  const Case large = exercise->timed_case(timed);
  const PlanContext context = program.plan_context(*exercise);
  const auto make_device = [&] { return std::make_unique<VirtualDevice>(program.module, program.hardware); };
  const vgpu::Limits limits = case_limits(*exercise, test, nullptr, 1);
  const auto device = make_device();
  const auto planned = program.compiled->plan(context, large, *device, limits);
  if (const auto* refusal = std::get_if<Refusal>(&planned)) throw std::runtime_error(file + ": " + refusal->message);
  const LaunchPlan& plan = std::get<LaunchPlan>(planned);
  Sample sample(*exercise, program, large, make_inputs(*exercise, test, case_seed(test, 1)), make_device, limits);
  sample.run();
  if (!sample.outcome().problem.empty()) throw std::runtime_error(file + ": " + sample.outcome().problem);
  if (!sample.outcome().note.empty()) throw std::runtime_error(file + ": " + sample.outcome().note);
  Json result{{"exercise", slug}, {"arguments", arguments_of(*exercise, large)}, {"scratch_bytes", plan.scratch_bytes}};
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const StepCounters& counted = sample.outcome().steps.at(i);
    result["steps"].push_back(
        {{"kernel", step.kernel},
         {"takes_scratch", context.module.find_kernel(step.kernel)->parameters.size() > exercise->arguments.size()},
         {"grid", to_json(step.grid)},
         {"block", to_json(step.block)},
         {"dynamic_shared_bytes", step.shared_bytes},
         {"static_shared_bytes", context.module.find_kernel(step.kernel)->static_shared_bytes},
         {"blocks_run", counted.blocks_run},
         {"at_least", counted.at_least},
         {"counters", to_json(counted.counters)}});
  }
  return result;
}

}  // namespace
}  // namespace tritutor

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 3 && arguments[0] == "counters") {
      fmt::print("{}\n", tritutor::counters(arguments[1], arguments[2]).dump());
      return 0;
    }
    fmt::print(stderr, "usage: model counters EXERCISE FILE\n");
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "model: {}\n", error.what());
    return 1;
  }
}
