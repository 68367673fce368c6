#include "grader/case_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "grader/case_data.h"
#include "grader/case_run.h"
#include "grader/nearest.h"
#include "reference/inputs.h"

namespace tritutor {
namespace {

using reference::Type;

/// So that a run takes seconds and some hundred megabytes.
constexpr double most_elements = 1 << 24;
constexpr double most_times_the_work = 16;

template <class... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw CaseWishError(fmt::format(format, std::forward<Arguments>(arguments)...));
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  if (name.size() < 2) return "";  // every letter is near every other
  const std::vector<std::string> meant = nearest(name, known, 1);
  return meant.empty() ? "" : fmt::format(" Did you mean {}?", meant[0]);
}

const Case& named(const Exercise& exercise, const std::string& name) {
  std::vector<std::string> names;
  for (const Case& test : exercise.cases) {
    if (test.name == name) return test;
    names.push_back(test.name);
  }
  refuse("{} has no case '{}'.{} It has: {}", exercise.id, name, did_you_mean(name, names), fmt::join(names, ", "));
}

bool is_value(const Argument& argument) { return argument.role == Role::size || argument.role == Role::scalar; }

bool is_float(Type type) { return type == Type::f32 || type == Type::f64 || type == Type::f16; }

/// The numbers that a type of integers has.
std::pair<double, double> numbers_of(Type type) {
  switch (type) {
    case Type::u8:
      return {0, 255};
    case Type::u32:
      return {0, 4294967295.0};
    case Type::i32:
      return {-2147483648.0, 2147483647.0};
    case Type::u64:
      return {0, 0x1p53};  // what a double tells apart
    default:
      return {-0x1p53, 0x1p53};
  }
}

double number_of(const Argument& argument, const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, value);
  if (error != std::errc() || stop != end) refuse("{} is to be a number, and '{}' is none", argument.name, text);
  if (is_float(argument.type)) return value;
  if (value != std::trunc(value)) refuse("{} is to be a whole number, and {} is none", argument.name, text);
  if (argument.role == Role::size && value < 1) refuse("{} is a size, at least 1, and {} is less", argument.name, text);
  const auto [least, most] = numbers_of(argument.type);
  if (value < least || value > most) {
    refuse("{} is of the type {}, which holds {:.0f} to {:.0f}, and not {}", argument.name,
           reference::c_name_of(argument.type), least, most, text);
  }
  return value;
}

void put_values(const Exercise& exercise, const CaseWish& wish, Case& test) {
  std::vector<std::string> names;
  for (const Argument& argument : exercise.arguments) {
    if (is_value(argument)) names.push_back(argument.name);
  }
  for (const auto& [name, text] : wish.values) {
    const auto found = std::find_if(exercise.arguments.begin(), exercise.arguments.end(),
                                    [&](const Argument& each) { return each.name == name && is_value(each); });
    if (found == exercise.arguments.end()) {
      refuse("{} has no size or number '{}'.{} It has: {}", exercise.id, name, did_you_mean(name, names),
             fmt::join(names, ", "));
    }
    test.values[name] = number_of(*found, text);
  }
}

void put_inputs(const Exercise& exercise, const CaseWish& wish, Case& test) {
  std::vector<std::string> names;
  for (const auto& each : test.inputs) names.push_back(each.first);
  const auto known = reference::input_kinds();
  const std::vector<std::string> kinds(known.begin(), known.end());
  for (const auto& [name, kind] : wish.inputs) {
    if (test.inputs.count(name) == 0) {
      refuse("{} has no input '{}'.{} It has: {}", exercise.id, name, did_you_mean(name, names),
             fmt::join(names, ", "));
    }
    if (!reference::is_input_kind(kind)) {
      refuse("there is no kind of input '{}'.{} There are: {}", kind, did_you_mean(kind, kinds),
             fmt::join(kinds, ", "));
    }
    test.inputs[name] = kind;
  }
}

/// Elements of all buffers; as a number that does not wrap around.
double elements(const Exercise& exercise, const Case& test) {
  double sum = 0;
  for (const Argument& argument : exercise.arguments) {
    if (is_value(argument)) continue;
    double count = 1;
    for (const std::string& dimension : argument.shape) count *= dimension == "1" ? 1 : test.values.at(dimension);
    sum += count;
  }
  return sum;
}

void check_size(const Exercise& exercise, const Case& test) {
  const Case* largest = &exercise.cases[0];
  for (const Case& each : exercise.cases) {
    if (least_work(exercise, each) > least_work(exercise, *largest)) largest = &each;
  }
  const std::string sizes = sizes_in_words(exercise, test.values);
  if (const double count = elements(exercise, test); count > most_elements) {
    refuse(
        "{} is too large: its arrays have {:.3g} elements, and {:.0f} are the most that is run here. The largest "
        "case of {} has {}",
        sizes, count, most_elements, exercise.id, sizes_in_words(exercise, largest->values));
  }
  const double times = least_work(exercise, test) / least_work(exercise, *largest);
  if (times > most_times_the_work) {
    refuse(
        "{} is too large: {:.0f} times the work of the largest case of {} ({}), and {:.0f} times is the most that is "
        "run here",
        sizes, times, exercise.id, sizes_in_words(exercise, largest->values), most_times_the_work);
  }
}

/// The case whose data a wish for sizes takes.
const Case& base_of(const Exercise& exercise, const CaseWish& wish) {
  if (!wish.name.empty()) return named(exercise, wish.name);
  if (wish.values.empty() && wish.inputs.empty()) return exercise.cases.at(0);
  const auto found = std::find_if(exercise.cases.begin(), exercise.cases.end(),
                                  [](const Case& each) { return each.name == "hidden"; });
  return found == exercise.cases.end() ? exercise.cases.at(0) : *found;
}

}  // namespace

Case chosen_case(const Exercise& exercise, const CaseWish& wish) {
  Case test = base_of(exercise, wish);
  const bool own = !wish.values.empty() || !wish.inputs.empty();
  if (!own && !test.seed && !wish.seed) {
    refuse(
        "the inputs of the case {} are drawn at each submission. Say from which number: --seed 1, or the seed that "
        "a submission names",
        test.name);
  }
  put_values(exercise, wish, test);
  put_inputs(exercise, wish, test);
  check_size(exercise, test);
  // As a submission draws a hidden case's seed, so that the inputs are the same.
  if (wish.seed) test.seed = own || test.seed ? *wish.seed : case_seed(test, *wish.seed);
  if (!test.seed) test.seed = 1;
  if (own) {
    test.name = "of your own";
    test.tests.clear();
  }
  return test;
}

}  // namespace tritutor
