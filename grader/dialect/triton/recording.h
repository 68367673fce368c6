#pragma once
// What python/recorder says of a file, checked and in C++.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/dialect.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// What a kernel gets for a parameter.
struct RecordedArgument {
  enum class Kind : uint8_t { value, buffer, scratch } kind = Kind::value;
  size_t number = 0;             ///< of the exercise's buffer arguments, or of the plan's scratch buffers
  uint64_t offset = 0;           ///< bytes into it
  std::vector<std::byte> bytes;  ///< of a value
};

struct RecordedKernel {
  std::string name;   ///< in the merged PTX
  std::string shown;  ///< as the file has it
  int line = 0;
  uint32_t warps = 0, stages = 0, shared_bytes = 0;
  std::vector<std::pair<std::string, std::string>> constants;  ///< tl.constexpr parameters
};

/// A case: what its host function launches, or why nothing is known of it.
struct RecordedCase {
  LaunchPlan plan;  ///< each step's `launch` is a place in Recording::arguments
  std::vector<int> lines;
  std::optional<Refusal> refusal;
};

struct Recording {
  std::optional<Refusal> refusal;  ///< of the whole file
  std::string ptx;
  std::string cubin;
  std::vector<RecordedKernel> kernels;
  std::vector<RecordedCase> cases;
  std::vector<std::vector<RecordedArgument>> arguments;
  std::vector<Diagnostic> warnings;
  std::string printed;  ///< what the file and its host function wrote

  const RecordedKernel* kernel(std::string_view name) const;
};

/// {"shapes": {tensor: [..]}, "values": {number: ..}} of a case, and [{"name", "type", "role"}] of an exercise's
/// arguments, as python/recorder takes them.
nlohmann::json case_as_json(const Exercise& exercise, const Case& test);
nlohmann::json arguments_as_json(const Exercise& exercise);

/// The request for a file: every case of `context`; with `capability` 90 for sm_90, whose cubin is asked for too.
std::string recording_request(const Exercise& exercise, const std::string& program, const std::string& source,
                              const CompileContext& context, int capability, bool cubin);

/// The request for what its autotuned kernels can be at the cases of `context`.
std::string configurations_request(const Exercise& exercise, const std::string& program, const std::string& source,
                                   const CompileContext& context, int capability);

/// Throws nlohmann::json::exception for an answer that is none.
Configurations parse_configurations(const std::string& file, const std::string& answer);

/// Throws nlohmann::json::exception or std::runtime_error for an answer that is none.
Recording parse_recording(const Exercise& exercise, const std::string& file, const std::string& answer);

}  // namespace tritutor
