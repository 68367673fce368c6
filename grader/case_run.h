#pragma once
// One case of an exercise: its data, its run on a fresh device, and the judgement.

#include <atomic>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/device/device.h"
#include "grader/dialect/dialect.h"
#include "grader/judge/predict.h"
#include "grader/verdict.h"
#include "reference/array.h"
#include "reference/functions.h"

namespace tritutor {

struct Program;

/// What a case runs on and is held against; never on the device while a learner's kernel runs, but for the inputs.
struct CaseData {
  reference::Arrays inputs;
  std::vector<reference::Expected> expected;  ///< for each output in order
  std::vector<reference::Array> poison;       ///< what each output holds before the first run
};

/// Inputs and reference of a case. Throws what the reference throws.
CaseData prepare_case(const Exercise& exercise, const Case& test, uint64_t seed);

struct CaseOutcome {
  bool passed = false;
  bool endless = false;  ///< a step budget ran out
  bool stopped = false;  ///< by Ctrl-C
  std::optional<Mismatch> mismatch;
  std::string problem;
  std::vector<vgpu::Finding> findings;
  std::vector<vgpu::Finding> notes;  ///< worth saying, and held against nobody
  std::string printed;
  std::vector<StepCounters> steps;  ///< of the first run
};

/// What a case has to do at the least: bytes moved and operations done.
double least_work(const Exercise& exercise, const Case& test);

/// How far a case's kernels may go before a loop of theirs is called endless. `threads` host threads run its blocks.
vgpu::Limits case_limits(const Exercise& exercise, const Case& test, const std::atomic<bool>* stop, uint32_t threads);

/// Runs the plan's steps (as often as the case says) on a fresh device and judges what they leave. Throws
/// vgpu::LaunchError where a step cannot be launched.
CaseOutcome run_case(const Exercise& exercise, const Case& test, const CaseData& data, const LaunchPlan& plan,
                     const Program& program, Device& device, const vgpu::Limits& limits);

}  // namespace tritutor
