#include "grader/curriculum/dialect_id.h"

namespace tritutor {

std::string_view name_of(DialectId dialect) { return dialect == DialectId::cuda ? "cuda" : "triton"; }

std::string_view title_of(DialectId dialect) { return dialect == DialectId::cuda ? "CUDA C++" : "Triton"; }

std::string_view extension_of(DialectId dialect) { return dialect == DialectId::cuda ? ".cu" : ".py"; }

std::optional<DialectId> dialect_named(std::string_view name) {
  for (const DialectId dialect : every_dialect) {
    if (name == name_of(dialect)) return dialect;
  }
  return std::nullopt;
}

DialectId dialect_id_of(const std::filesystem::path& file) {
  for (const DialectId dialect : every_dialect) {
    if (file.extension() == extension_of(dialect)) return dialect;
  }
  return DialectId::cuda;
}

}  // namespace tritutor
