#pragma once

#include "grader/case_work.h"
#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"
#include "grader/program.h"
#include "grader/verdict.h"

namespace tritutor {

/// Decides a submission whose work is done: the cases in their order, then the samples, then the speed. `profile` is
/// the device to predict the time of; nullptr: none is predicted. Throws what a case's work threw.
void decide(const Exercise& exercise, const Program& program, CaseWork& work, const DeviceProfile* profile,
            Verdict& verdict);

}  // namespace tritutor
