#pragma once

#include "grader/case_work.h"
#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"
#include "grader/program.h"
#include "grader/tune.h"
#include "grader/verdict.h"

namespace tritutor {

/// Decides whether a submission whose work is done is right: the cases in their order, then the samples. Throws what a
/// case's work threw.
void decide_rightness(const Exercise& exercise, const Program& program, CaseWork& work, Verdict& verdict);

/// A submission that is right, of which another configuration is not, is wrong: the autotuner may choose that one
/// elsewhere.
void decide_configuration(const Exercise& exercise, WrongConfiguration wrong, Verdict& verdict);

/// How fast one that is right would be on a device; nullptr: none is predicted.
void decide_predicted_speed(const Exercise& exercise, const Program& program, CaseWork& work,
                            const DeviceProfile* profile, Verdict& verdict);

/// Whether it is right at full size too, and how fast it is there, on a GPU. `profile` is for naming what holds it
/// back. Throws GpuError.
void decide_measured_speed(const Exercise& exercise, const Program& program, CaseWork& work,
                           const DeviceProfile* profile, GpuWork& gpu, Verdict& verdict);

}  // namespace tritutor
