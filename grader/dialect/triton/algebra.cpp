#include "grader/dialect/triton/algebra.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "grader/case_run.h"
#include "grader/child/output_of.h"
#include "grader/dialect/triton/python_search.h"
#include "grader/dialect/triton/recording.h"

namespace tritutor {
namespace {

constexpr std::chrono::seconds longest{60};

/// One of middling size: with several programs, and soon done.
const Case& middling(const Exercise& exercise) {
  std::vector<const Case*> cases;
  for (const Case& each : exercise.cases) cases.push_back(&each);
  std::sort(cases.begin(), cases.end(),
            [&](const Case* a, const Case* b) { return least_work(exercise, *a) < least_work(exercise, *b); });
  return *cases.at(cases.size() / 2);
}

}  // namespace

std::string algebra_of(const Exercise& exercise, const std::filesystem::path& file, const std::filesystem::path& ours) {
  const auto found = find_python_with_triton();
  if (const auto* none = std::get_if<NoPythonWithTriton>(&found)) return "not compared: " + none->what;
  const VgpuPackage package = vgpu_package();
  const Case& test = middling(exercise);
  nlohmann::json request = case_as_json(exercise, test);
  request["theirs"] = std::filesystem::absolute(file).string();
  request["ours"] = std::filesystem::absolute(ours).string();
  request["function"] = exercise.slug;
  request["arguments"] = arguments_as_json(exercise);
  const Output output =
      output_of({"env", "VGPU_LIBRARY=" + package.library.string(), std::get<PythonWithTriton>(found).path.string(),
                 (package.folder / "recorder" / "algebra.py").string(), request.dump()},
                longest);
  if (output.end == Output::End::out_of_time)
    return fmt::format("not compared: it took more than {} s", longest.count());
  const nlohmann::json answer = nlohmann::json::parse(output.text, nullptr, false);
  if (!answer.is_object()) return "not compared: Python gave no answer";
  if (answer.contains("error")) return "not compared: " + answer.at("error").get<std::string>();
  const std::string text = answer.at("text");
  return fmt::format("{} (case {}, by FpSan: whatever the order of operations, without rounding)",
                     answer.at("verdict") == "equal" ? "algebraically equal to ours" : "beside ours, " + text,
                     test.name);
}

}  // namespace tritutor
