// What model.py asks of the grader itself, as JSON.
//
//   model counters EXERCISE FILE     the steps of a submission at the timed case's sizes, and what a sample of them
//                                    counts
//   model predict PROFILE COUNTERS   the times of all that stand in a file of such; reads lines of NAME=VALUE, other
//                                    figures of the model, and answers each with a line of times in us
//   model figures                    the figures and their values
//   model parts PROFILE COUNTERS     of each, the time of every part, and of which kind its error is
//
// Run by bench/model/model.py.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "grader/case_data.h"
#include "grader/case_run.h"
#include "grader/device/virtual_device.h"
#include "grader/judge/predict.h"
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
  if (const auto refusal = build_program(*exercise, file, source, {options.include_dir}, program)) {
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
  Json result{{"exercise", slug}, {"arguments", arguments_of(*exercise, large)}, {"scratch_bytes", plan.scratch.empty() ? 0 : plan.scratch[0].bytes}};
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
         {"registers_live", context.module.find_kernel(step.kernel)->registers_live},
         {"max_threads", context.module.find_kernel(step.kernel)->max_threads_per_block},
         {"blocks_run", counted.blocks_run},
         {"at_least", counted.at_least},
         {"counters", to_json(counted.counters)}});
  }
  return result;
}

vgpu::Counts counts_from(const Json& json) {
  vgpu::Counts counts;
  for (const vgpu::CountField& field : vgpu::count_fields) counts.*field.value = json.value(field.name, uint64_t{0});
  return counts;
}

StepCounters step_from(const Json& json) {
  StepCounters step;
  const auto product = [](const Json& dim) {
    return dim[0].get<uint64_t>() * dim[1].get<uint64_t>() * dim[2].get<uint64_t>();
  };
  step.kernel = json["kernel"];
  step.blocks = product(json["grid"]);
  step.threads = product(json["block"]);
  step.shared_bytes = json["dynamic_shared_bytes"].get<uint64_t>() + json["static_shared_bytes"].get<uint64_t>();
  step.registers_live = json["registers_live"];
  step.most_threads = json["max_threads"];
  const Json& counters = json["counters"];
  step.counters.total = counts_from(counters["total"]);
  for (const Json& line : counters.value("lines", Json::array())) {
    step.counters.lines.push_back({"", line["line"], counts_from(line["counts"])});
  }
  step.counters.dram_read_sectors = counters["dram_read_sectors"];
  step.counters.dram_written_sectors = counters["dram_written_sectors"];
  step.counters.block_read_sectors = counters["block_read_sectors"];
  step.counters.shared_read_sectors = counters["shared_read_sectors"];
  return step;
}

std::vector<std::vector<StepCounters>> kernels_in(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<std::vector<StepCounters>> kernels;
  for (const Json& kernel : Json::parse(in)) {
    kernels.emplace_back();
    for (const Json& step : kernel["steps"]) kernels.back().push_back(step_from(step));
  }
  return kernels;
}

ModelFigures figures_from(const std::string& line) {
  ModelFigures figures;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    const auto found = std::find_if(model_figures.begin(), model_figures.end(),
                                    [&](const ModelFigure& each) { return word.substr(0, equals) == each.name; });
    if (equals == std::string::npos || found == model_figures.end()) throw std::runtime_error("no figure: " + word);
    figures.*found->value = std::stod(word.substr(equals + 1));
  }
  return figures;
}

void predict_all(const std::string& profile_path, const std::string& counters_path) {
  const DeviceProfile profile = load_profile(profile_path);
  const std::vector<std::vector<StepCounters>> kernels = kernels_in(counters_path);
  for (std::string line; std::getline(std::cin, line);) {
    const ModelFigures figures = figures_from(line);
    for (const std::vector<StepCounters>& steps : kernels) {
      double us = 0;
      for (const StepCounters& step : steps) {
        us += profile.launch_us + step_us(step, time_terms(step, profile, figures), profile, figures);
      }
      std::cout << us << ' ';
    }
    std::cout << std::endl;
  }
}

Json parts(const std::string& profile_path, const std::string& counters_path) {
  const DeviceProfile profile = load_profile(profile_path);
  Json result = Json::array();
  for (const std::vector<StepCounters>& steps : kernels_in(counters_path)) {
    Json kernel = Json::object();
    for (const StepCounters& step : steps) {
      for (const TimeTerm& term : time_terms(step, profile)) {
        kernel[term.part] = kernel.value(term.part, 0.0) + term.us;
      }
    }
    const Prediction all = predict(steps, {"copy", 1, 0, 0}, profile);
    result.push_back({{"error", model_error(all).slower}, {"scattered", all.scattered}, {"us", std::move(kernel)}});
  }
  return result;
}

Json all_figures() {
  Json result = Json::object();
  for (const ModelFigure& each : model_figures) result[each.name] = ModelFigures{}.*each.value;
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
    if (arguments.size() == 3 && arguments[0] == "predict") {
      tritutor::predict_all(arguments[1], arguments[2]);
      return 0;
    }
    if (arguments.size() == 3 && arguments[0] == "parts") {
      fmt::print("{}\n", tritutor::parts(arguments[1], arguments[2]).dump());
      return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "figures") {
      fmt::print("{}\n", tritutor::all_figures().dump());
      return 0;
    }
    fmt::print(stderr,
               "usage: model counters EXERCISE FILE | predict PROFILE COUNTERS | parts PROFILE COUNTERS | figures\n");
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "model: {}\n", error.what());
    return 1;
  }
}
