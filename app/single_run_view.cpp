#include "app/single_run_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/array_view.h"
#include "app/verdict_view.h"

namespace tritutor {

namespace {

std::string headline(const SingleRun& run, const Exercise& exercise, const Case& test,
                     const SingleRunViewOptions& options) {
  const Style& style = options.style;
  const std::string state = run.verdict.right ? style.green("right") : style.red("WRONG");
  return fmt::format("{}  {}\n", state,
                     style.bold(fmt::format("{} {}, case {}", exercise.id, exercise.title, test.name)));
}

/// "n = 5, alpha = 2.5; inputs drawn from 114"
std::string conditions(const Exercise& exercise, const Case& test) {
  std::vector<std::string> values;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size || argument.role == Role::scalar)
      values.push_back(fmt::format("{} = {}", argument.name, test.values.at(argument.name)));
  }
  const std::string times = test.repeat > 1 ? fmt::format("; run {} times over the same output", test.repeat) : "";
  return fmt::format("{}; inputs drawn from {}{}", fmt::join(values, ", "), *test.seed, times);
}

/// "f32[4, 5]"
std::string type_in_words(const reference::Array& array) {
  return fmt::format("{}[{}]", reference::name_of(array.type), fmt::join(array.shape, ", "));
}

std::string state_in_words(const OutputValues& output) {
  const auto wrong = std::count(output.wrong.begin(), output.wrong.end(), 1);
  const auto unwritten = std::count(output.unwritten.begin(), output.unwritten.end(), 1);
  if (wrong == 0) return output.wrong.size() == 1 ? "as expected" : "all as expected";
  std::string text = fmt::format("{} of {} wrong (*)", wrong, output.wrong.size());
  if (unwritten > 0) text += fmt::format(", {} never written", unwritten);
  return text;
}

}  // namespace

std::string view_single_run(const SingleRun& run, const Exercise& exercise, const Case& test,
                            const SingleRunViewOptions& options) {
  const Style& style = options.style;
  std::string text = headline(run, exercise, test, options);
  if (!test.tests.empty()) text += wrap(test.tests, options.width);
  text += wrap(conditions(exercise, test), options.width);
  const ArrayViewOptions look{style, options.width, options.whole};
  size_t output = 0;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::input && argument.role != Role::output) continue;
    const bool is_output = argument.role == Role::output;
    const size_t number = is_output ? output++ : 0;
    if (!options.names.empty() &&
        std::find(options.names.begin(), options.names.end(), argument.name) == options.names.end())
      continue;
    if (is_output) {
      const OutputValues& values = run.outputs.at(number);
      text += fmt::format("\n{}  output {}: {}\n", style.bold(argument.name), type_in_words(values.got),
                          state_in_words(values));
      text += view_array({&values.got, &run.data.expected.at(number).value, &values.wrong, &values.unwritten}, look);
    } else {
      const reference::Array& values = run.data.inputs.at(argument.name);
      text += fmt::format("\n{}  input {}, {}\n", style.bold(argument.name), type_in_words(values),
                          test.inputs.at(argument.name));
      text += view_array({&values}, look);
    }
  }
  VerdictViewOptions failure;
  failure.style = style;
  failure.width = options.width;
  failure.file = options.file;
  failure.source = options.source;
  text += view_failure(run.verdict, exercise, failure);
  text += style.dim(fmt::format("\nNothing is recorded. To have it judged: {}\n", options.submit));
  return text;
}

}  // namespace tritutor
