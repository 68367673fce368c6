#pragma once
// Which failure of a submission explains it: findings in the order of cause and effect, and the case that says most.

#include <vector>

#include "grader/verdict.h"

namespace tritutor {

/// Puts what brings about other findings before them: a fault of memory before a barrier's, that before races, and
/// those before undefined values. Findings of one rank keep their order.
void sort_by_cause(std::vector<vgpu::Finding>& findings);

/// Weighs the patterns of all cases against each other: one that only holds for every case of a kernel, such as a
/// lower precision, and that a plainer case does not bear out, is taken back; and single results that are off by one
/// amount or factor in every case are called that.
void compare_patterns(std::vector<CaseResult>& cases);

/// The failing case that says most: one with a finding, else with a reason of its own, else with the pattern that is
/// borne out best; plain data before special ones, and the earlier case before the later. nullptr where none failed.
const CaseResult* telling_case(const Verdict& verdict);

}  // namespace tritutor
