#pragma once

#include "grader/dialect/cuda/source_scan.h"

namespace tritutor {

/// A directive by which a file could learn whether another file exists: __has_include or its kin, or in a condition a
/// macro call that could be pasted together to one. nullptr: there is none.
const Directive* asks_for_files(const SourceScan& scan);

}  // namespace tritutor
