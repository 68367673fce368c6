#include "grader/dialect/dialect.h"

#include "grader/dialect/cuda/cuda_dialect.h"
#include "grader/dialect/triton/triton_dialect.h"

namespace tritutor {

const Dialect& dialect_of(const std::filesystem::path& file) {
  for (const Dialect* dialect : {&cuda_dialect(), &triton_dialect()}) {
    if (file.extension() == dialect->extension()) return *dialect;
  }
  return cuda_dialect();
}

}  // namespace tritutor
