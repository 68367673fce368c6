#include "grader/case_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>

#include "grader/case_data.h"
#include "grader/counted.h"
#include "grader/judge/compare.h"
#include "grader/judge/slow_launch.h"
#include "grader/program.h"

namespace tritutor {
namespace {

constexpr std::byte poison_byte{0xFF};
/// What one case may print; the rest is dropped and said so.
constexpr size_t max_printed = 16 * 1024;

/// A case's buffers on the device.
class Buffers {
 public:
  Buffers(const Exercise& exercise, const CaseData& data, const LaunchPlan& plan, Device& device)
      : exercise_(exercise), data_(data), device_(device) {
    size_t output = 0;
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::input && argument.role != Role::output) continue;
      const bool input = argument.role == Role::input;
      const reference::Array& start = input ? data.inputs.at(argument.name) : data.poison[output++];
      const auto element_bytes = static_cast<uint32_t>(reference::size_of(argument.type));
      addresses_.push_back(device.allocate({argument.name, start.bytes.size(), input, element_bytes,
                                            std::string(reference::c_name_of(argument.type)),
                                            input ? BufferSpec::Content::data : BufferSpec::Content::nothing}));
      device.upload(addresses_.back(), start.bytes);
    }
    for (const ScratchBuffer& each : plan.scratch) {
      scratch_.push_back(device.allocate(
          {each.name, each.bytes, false, each.element_bytes, each.element_name, BufferSpec::Content::scratch}));
    }
  }

  std::vector<std::byte> parameters(const Program& program, const Case& test, const Step& step) const {
    return program.parameters(exercise_, step, test.values, addresses_, scratch_);
  }

  /// The name of an input that is not what it was, empty: none.
  std::string changed_input() const {
    for (size_t i = 0, buffer = 0; i < exercise_.arguments.size(); ++i) {
      const Argument& argument = exercise_.arguments[i];
      if (argument.role != Role::input && argument.role != Role::output) continue;
      const Device::Buffer address = addresses_[buffer++];
      if (argument.role != Role::input) continue;
      const reference::Array& start = data_.inputs.at(argument.name);
      std::vector<std::byte> now(start.bytes.size());
      device_.download(address, now);
      if (now != start.bytes) return argument.name;
    }
    return {};
  }

  /// The first output that is not right.
  std::optional<Mismatch> compare_outputs(const Case& test, const Step& last) const {
    for (size_t i = 0, buffer = 0, output = 0; i < exercise_.arguments.size(); ++i) {
      const Argument& argument = exercise_.arguments[i];
      if (argument.role != Role::input && argument.role != Role::output) continue;
      const Device::Buffer address = addresses_[buffer++];
      if (argument.role != Role::output) continue;
      const reference::Array& poison = data_.poison[output];
      reference::Array got(argument.type, poison.shape);
      device_.download(address, got.bytes);
      const Tolerance& tolerance = exercise_.tolerance.at(argument.name);
      const double length = reduction_length(tolerance, test.values);
      const uint64_t tile = last.tile > 0 ? last.tile : last.block.count();
      const CompareContext context{&data_.inputs, &poison, tile, last.grid.count(), &test.values};
      if (auto wrong = compare(argument.name, got, data_.expected[output++], tolerance, length, context)) return wrong;
    }
    return std::nullopt;
  }

 private:
  const Exercise& exercise_;
  const CaseData& data_;
  Device& device_;
  std::vector<Device::Buffer> addresses_;
  std::vector<Device::Buffer> scratch_;
};

/// Findings of a later step or run that repeat an earlier one's place and kind add to its count.
void add_findings(std::vector<vgpu::Finding>& all, std::vector<vgpu::Finding> more) {
  for (vgpu::Finding& each : more) {
    const auto same = [&](const vgpu::Finding& f) {
      return std::tie(f.kind, f.file, f.line, f.buffer) == std::tie(each.kind, each.file, each.line, each.buffer);
    };
    if (const auto found = std::find_if(all.begin(), all.end(), same); found != all.end()) {
      found->count += each.count;
    } else {
      all.push_back(std::move(each));
    }
  }
}

void add_printed(std::string& all, const std::string& more) {
  if (all.size() >= max_printed) return;
  all += more;
  if (all.size() > max_printed) {
    all.resize(max_printed);
    all += "\n... (more was printed)\n";
  }
}

/// Puts the true cause to the finding of a launch that took too long.
void explain_slowness(const Exercise& exercise, const Case& test, const Step& step, vgpu::LaunchResult& result) {
  std::vector<LargeBuffer> buffers;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::input && argument.role != Role::output) continue;
    buffers.push_back({argument.name, elements_of(argument, test.values)});
  }
  const SlowLaunch launch{step.kernel, step.grid, step.block, result, buffers};
  for (vgpu::Finding& finding : result.findings) {
    if (finding.kind == vgpu::Finding::Kind::timeout) explain(launch, sizes_in_words(exercise, test.values), finding);
  }
}

}  // namespace

CaseData prepare_case(const Exercise& exercise, const Case& test, uint64_t seed) {
  const reference::Function function = reference::find(exercise.slug);
  if (!function) throw std::logic_error(fmt::format("there is no reference for {}", exercise.slug));
  CaseData data;
  data.inputs = make_inputs(exercise, test, seed);
  data.expected = function(data.inputs, test.values);
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::output) continue;
    reference::Array poison(argument.type, shape_of(argument, test.values));
    std::fill(poison.bytes.begin(), poison.bytes.end(), poison_byte);
    const size_t output = data.poison.size();
    const auto count = static_cast<size_t>(poison.count());
    if (output >= data.expected.size() || data.expected[output].value.size() != count) {
      throw std::logic_error(fmt::format("the reference of {} does not fit the output {}: {} elements expected",
                                         exercise.slug, argument.name, count));
    }
    data.poison.push_back(std::move(poison));
  }
  return data;
}

double least_work(const Exercise& exercise, const Case& test) {
  double work = 0;
  for (const std::string* part : {&exercise.limit.bytes, &exercise.limit.flops}) {
    if (!part->empty()) work += evaluate(*part, test.values);
  }
  return work * test.repeat;
}

vgpu::Limits case_limits(const Exercise& exercise, const Case& test, const std::atomic<bool>* stop, uint32_t threads) {
  vgpu::Limits result;
  // A hundred steps for each byte and operation are plenty for one warp that does all of it alone.
  const double steps = 1e6 + 100 * least_work(exercise, test);
  result.warp_steps = static_cast<uint64_t>(std::min(steps, static_cast<double>(result.warp_steps)));
  // Tens of times what right kernels take, and seconds rather than minutes of a learner's time. That no verdict hangs
  // on the machine's pace, instructions are what counts; time is the last resort, for those that take hundreds of times
  // as long as most.
  result.total_steps = static_cast<uint64_t>(std::min(1e8 + 100 * least_work(exercise, test), 1e9));
  result.thread_seconds = 10;
  result.threads = threads;
  result.stop = stop;
  return result;
}

CaseOutcome run_case(const Exercise& exercise, const Case& test, const CaseData& data, const LaunchPlan& plan,
                     const Program& program, Device& device, const vgpu::Limits& limits) {
  CaseOutcome outcome;
  const Buffers buffers(exercise, data, plan, device);
  for (int run = 1; run <= test.repeat; ++run) {
    for (const Step& step : plan.steps) {
      vgpu::LaunchResult result = device.run(step, buffers.parameters(program, test, step), limits);
      if (result.over_budget) explain_slowness(exercise, test, step, result);
      program.compiled->say_in_own_terms(result.findings, exercise, test, plan, step);
      add_findings(outcome.findings, std::move(result.findings));
      add_findings(outcome.notes, std::move(result.notes));
      add_printed(outcome.printed, result.printed);
      if (run == 1) {
        outcome.steps.push_back(counted(step, *program.module, std::move(result.counters), result.blocks_run, false));
      }
      outcome.stopped = result.stopped;
      if (!result.completed || result.stopped) {
        outcome.endless = std::any_of(outcome.findings.begin(), outcome.findings.end(),
                                      [](const auto& finding) { return finding.kind == vgpu::Finding::Kind::timeout; });
        if (outcome.findings.empty() && !result.stopped) {
          outcome.problem = fmt::format("the step {} did not run to its end", step.kernel);
        }
        return outcome;
      }
    }
    if (const std::string changed = buffers.changed_input(); !changed.empty()) {
      outcome.problem = fmt::format("the input {} was changed; inputs are read only", changed);
    }
    outcome.mismatch = buffers.compare_outputs(test, plan.steps.back());
    if (outcome.mismatch && run > 1) {
      outcome.problem = fmt::format(
          "right at first, wrong in run {} over the same output memory: the result depends on what the output held "
          "before",
          run);
    }
    if (outcome.mismatch) break;
  }
  outcome.passed = outcome.findings.empty() && !outcome.mismatch && outcome.problem.empty();
  return outcome;
}

}  // namespace tritutor
