#include "grader/curriculum/curriculum_exercise.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include "grader/judge/compare.h"
#include "reference/functions.h"
#include "reference/inputs.h"
#include "vgpu/vgpu.h"

namespace tritutor {
namespace {

using reference::Type;

/// Largest buffer a case may have: the virtual GPU keeps it in host memory.
constexpr double max_buffer_bytes = 16.0 * 1024 * 1024 * 1024;

bool is_identifier(std::string_view text) {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), word);
}

bool is_id(std::string_view text) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

std::string identifier(const Field& field) {
  std::string name = field.text();
  if (!is_identifier(name)) field.fail(fmt::format("expected a C identifier, found \"{}\"", name));
  return name;
}

const Argument* find_argument(const Exercise& exercise, std::string_view name) {
  for (const Argument& argument : exercise.arguments) {
    if (argument.name == name) return &argument;
  }
  return nullptr;
}

std::vector<std::string> names_with(const Exercise& exercise, Role role) {
  std::vector<std::string> names;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == role) names.push_back(argument.name);
  }
  return names;
}

Type read_type(const Field& field) {
  Type type{};
  if (!reference::parse_type(field.text(), type)) {
    field.fail(fmt::format("unknown type \"{}\"; expected f32, f64, f16, i32, u32, i64, u64 or u8", field.text()));
  }
  return type;
}

Role read_role(const Field& field) {
  const std::string name = field.text();
  if (name == "input") return Role::input;
  if (name == "output") return Role::output;
  if (name == "scalar") return Role::scalar;
  if (name == "size") return Role::size;
  field.fail(fmt::format("unknown role \"{}\"; expected input, output, scalar or size", name));
}

Argument read_argument(const Field& field) {
  field.only({"name", "type", "role", "shape"});
  Argument argument;
  argument.name = identifier(field.at("name", "the argument's name"));
  argument.type = read_type(field.at("type", "an element type such as \"f32\""));
  argument.role = read_role(field.at("role", "input, output, scalar or size"));
  const bool buffer = argument.role == Role::input || argument.role == Role::output;
  if (!buffer) {
    if (const auto shape = field.find("shape")) shape->fail("only inputs and outputs have a shape: remove it");
  } else {
    const Field shape = field.at("shape", "an array of sizes' names or \"1\"");
    for (const Field& dimension : shape.items()) argument.shape.push_back(dimension.text());
    if (argument.shape.empty()) shape.fail("expected at least one dimension, a size's name or \"1\"");
  }
  if (argument.role == Role::size && argument.type != Type::i32 && argument.type != Type::i64) {
    field.at("type", "").fail(fmt::format("a size is i32 or i64, found {}", reference::name_of(argument.type)));
  }
  return argument;
}

void read_arguments(const Field& field, Exercise& exercise) {
  const std::vector<Field> items = field.items();
  for (const Field& item : items) {
    Argument argument = read_argument(item);
    if (find_argument(exercise, argument.name)) {
      item.at("name", "").fail(fmt::format("duplicate argument \"{}\"", argument.name));
    }
    exercise.arguments.push_back(std::move(argument));
  }
  if (names_with(exercise, Role::output).empty()) field.fail("expected at least one argument with the role output");
  const std::vector<std::string> sizes = names_with(exercise, Role::size);
  for (size_t i = 0; i < items.size(); ++i) {
    const std::vector<std::string>& shape = exercise.arguments[i].shape;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == "1" || std::find(sizes.begin(), sizes.end(), shape[d]) != sizes.end()) continue;
      items[i]
          .at("shape", "")
          .items()[d]
          .fail(fmt::format("unknown size \"{}\"; expected \"1\" or an argument with the role size ({})", shape[d],
                            fmt::join(sizes, ", ")));
    }
  }
}

Tolerance read_tolerance(const Field& field, const Exercise& exercise) {
  field.only({"ulps", "growth", "length"});
  Tolerance tolerance;
  tolerance.ulps = field.at("ulps", "a number of units in the last place").number();
  if (tolerance.ulps < 0) field.at("ulps", "").fail("expected 0 (exact) or more");
  const auto growth = field.find("growth");
  const std::string name = growth ? growth->text() : "none";
  using Growth = Tolerance::Growth;
  if (name == "none") {
    tolerance.growth = Growth::none;
  } else if (name == "log2") {
    tolerance.growth = Growth::log2;
  } else if (name == "sqrt") {
    tolerance.growth = Growth::sqrt;
  } else if (name == "linear") {
    tolerance.growth = Growth::linear;
  } else {
    growth->fail(fmt::format("unknown growth \"{}\"; expected none, log2, sqrt or linear", name));
  }
  const auto length = field.find("length");
  if (length) tolerance.length = length->text();
  if (tolerance.growth == Growth::none) {
    if (!tolerance.length.empty()) length->fail("growth is none, so there is no length: leave it empty");
    return tolerance;
  }
  if (tolerance.length.empty()) field.fail_missing("length", "the size that the bound grows with");
  const Argument* size = find_argument(exercise, tolerance.length);
  if (!size || size->role != Role::size) length->fail(fmt::format("unknown size \"{}\"", tolerance.length));
  return tolerance;
}

void read_tolerances(const Field& field, Exercise& exercise) {
  for (const auto& [name, item] : field.members()) {
    const Argument* argument = find_argument(exercise, name);
    if (!argument || argument->role != Role::output) item.fail("unknown key: no output argument has this name");
    exercise.tolerance[name] = read_tolerance(item, exercise);
  }
  for (const std::string& output : names_with(exercise, Role::output)) {
    if (!exercise.tolerance.count(output)) field.fail_missing(output, "the tolerance of this output");
  }
}

struct Range {
  double least, most;
};

/// Values that an integer type holds and a double represents exactly.
Range range_of(Type type) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  switch (type) {
    case Type::i32:
      return {-2147483648.0, 2147483647.0};
    case Type::u32:
      return {0, 4294967295.0};
    case Type::u8:
      return {0, 255};
    case Type::i64:
      return {-exact, exact};
    case Type::u64:
      return {0, exact};
    default:
      return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
}

double read_value(const Field& field, const Argument& argument) {
  const double value = field.number();
  Range range = range_of(argument.type);
  if (argument.role == Role::size) range.least = 1;
  if (!std::isinf(range.most) && (value != std::floor(value) || value < range.least || value > range.most)) {
    field.fail(fmt::format("expected an integer from {:.0f} to {:.0f} ({} {}), found {}", range.least, range.most,
                           reference::name_of(argument.type), argument.role == Role::size ? "size" : "scalar", value));
  }
  return value;
}

void check_buffers(const Field& field, const Exercise& exercise, const reference::Values& values) {
  for (const Argument& argument : exercise.arguments) {
    double bytes = static_cast<double>(reference::size_of(argument.type));
    for (const std::string& dimension : argument.shape) bytes *= dimension == "1" ? 1 : values.at(dimension);
    if (bytes > max_buffer_bytes) {
      field.fail(fmt::format("{} would have {:.0f} bytes; at most {:.0f} are possible", argument.name, bytes,
                             max_buffer_bytes));
    }
  }
}

void read_case_values(const Field& field, const Exercise& exercise, Case& result) {
  for (const auto& [name, item] : field.members()) {
    const Argument* argument = find_argument(exercise, name);
    if (!argument || (argument->role != Role::size && argument->role != Role::scalar)) {
      item.fail("unknown key: no size or scalar argument has this name");
    }
    result.values[name] = read_value(item, *argument);
  }
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::size && argument.role != Role::scalar) continue;
    if (!result.values.count(argument.name)) {
      field.fail_missing(argument.name,
                         fmt::format("the case's value of this {}", argument.role == Role::size ? "size" : "scalar"));
    }
  }
  check_buffers(field, exercise, result.values);
}

void read_case_inputs(const Field& field, const Exercise& exercise, Case& result) {
  for (const auto& [name, item] : field.members()) {
    const Argument* argument = find_argument(exercise, name);
    if (!argument || argument->role != Role::input) item.fail("unknown key: no input argument has this name");
    const std::string kind = item.text();
    if (!reference::is_input_kind(kind)) {
      item.fail(fmt::format("unknown input kind \"{}\"; known: {}", kind, fmt::join(reference::input_kinds(), ", ")));
    }
    result.inputs[name] = kind;
  }
  for (const std::string& input : names_with(exercise, Role::input)) {
    if (!result.inputs.count(input)) field.fail_missing(input, "the kind of this input");
  }
}

Case read_case(const Field& field, const Exercise& exercise) {
  field.only({"name", "tests", "values", "inputs", "seed", "repeat"});
  Case result;
  result.name = field.at("name", "the case's name").filled_line();
  result.tests = field.at("tests", "which mistake the case is there for").filled_line();
  read_case_values(field.at("values", "an object with every size and scalar"), exercise, result);
  if (const auto inputs = field.find("inputs")) {
    read_case_inputs(*inputs, exercise, result);
  } else if (!names_with(exercise, Role::input).empty()) {
    field.fail_missing("inputs", "an object with the kind of every input");
  }
  if (const auto seed = field.find("seed")) result.seed = seed->natural();
  if (const auto repeat = field.find("repeat")) result.repeat = static_cast<int>(repeat->integer(1, 100));
  return result;
}

bool has_case(const Exercise& exercise, std::string_view name) {
  return std::any_of(exercise.cases.begin(), exercise.cases.end(), [&](const Case& c) { return c.name == name; });
}

void read_cases(const Field& field, Exercise& exercise) {
  for (const Field& item : field.items()) {
    Case result = read_case(item, exercise);
    if (has_case(exercise, result.name)) {
      item.at("name", "").fail(fmt::format("duplicate case \"{}\"", result.name));
    }
    exercise.cases.push_back(std::move(result));
  }
  if (exercise.cases.empty()) field.fail("expected at least one case");
}

Timed read_timed(const Field& field, const Exercise& exercise) {
  Timed timed;
  const bool with_sizes = field.is_object();
  if (with_sizes) field.only({"case", "sizes", "inputs"});
  const Field name = with_sizes ? field.at("case", "the name of the case that is timed") : field;
  timed.test = name.text();
  if (!has_case(exercise, timed.test)) name.fail(fmt::format("there is no case \"{}\"", timed.test));
  if (!with_sizes) return timed;
  const Field sizes = field.at("sizes", "an object with the sizes it is timed at");
  for (const auto& [size, item] : sizes.members()) {
    const Argument* argument = find_argument(exercise, size);
    if (!argument || argument->role != Role::size) item.fail("unknown key: no size argument has this name");
    timed.sizes[size] = read_value(item, *argument);
  }
  if (timed.sizes.empty()) sizes.fail("expected at least one size; for the case's own, write its mere name");
  if (const auto inputs = field.find("inputs")) {
    for (const auto& [input, item] : inputs->members()) {
      const Argument* argument = find_argument(exercise, input);
      if (!argument || argument->role != Role::input) item.fail("unknown key: no input argument has this name");
      if (!reference::is_input_kind(item.text())) item.fail(fmt::format("there is no input kind \"{}\"", item.text()));
      timed.inputs[input] = item.text();
    }
  }
  check_buffers(sizes, exercise, exercise.timed_case(timed).values);
  return timed;
}

std::string read_expression(const Field& field, const Exercise& exercise) {
  std::string expression = field.text();
  if (expression.empty()) return expression;
  std::vector<Case> all = exercise.cases;
  for (const Timed& timed : exercise.timed) all.push_back(exercise.timed_case(timed));
  for (const Case& test : all) {
    double value = 0;
    try {
      value = evaluate(expression, test.values);
    } catch (const std::invalid_argument& error) {
      field.fail(fmt::format("not an expression over the sizes: {}", error.what()));
    }
    if (!(value > 0) || std::isinf(value)) {
      field.fail(fmt::format("expected more than 0, but in the case {} ({}) it is {}", test.name,
                             sizes_in_words(exercise, test.values), value));
    }
  }
  return expression;
}

void read_limit(const Field& field, Exercise& exercise) {
  field.only({"kind", "bytes", "flops", "integer_operations"});
  Limit& limit = exercise.limit;
  const Field kind = field.at("kind", "copy, read, gemm_f32, gemm_f16 or max");
  limit.kind = kind.text();
  const bool memory = limit.kind == "copy" || limit.kind == "read";
  const bool arithmetic = limit.kind == "gemm_f32" || limit.kind == "gemm_f16";
  if (!memory && !arithmetic && limit.kind != "max") {
    kind.fail(fmt::format("unknown limit \"{}\"; expected copy, read, gemm_f32, gemm_f16 or max", limit.kind));
  }
  if (const auto bytes = field.find("bytes")) limit.bytes = read_expression(*bytes, exercise);
  if (const auto flops = field.find("flops")) limit.flops = read_expression(*flops, exercise);
  const auto integer_operations = field.find("integer_operations");
  if (integer_operations) limit.integer_operations = read_expression(*integer_operations, exercise);
  if (!arithmetic && limit.bytes.empty()) {
    field.fail_missing("bytes", fmt::format("the bytes moved: a limit of kind {} needs them", limit.kind));
  }
  const bool counts_integers = limit.kind == "max" && !limit.integer_operations.empty();
  if (!memory && limit.flops.empty() && !counts_integers) {
    field.fail_missing("flops", fmt::format("the operations done: a limit of kind {} needs them", limit.kind));
  }
}

/// Whether the note is there is not known here: `dev check` looks.
std::vector<std::string> read_topics(const Field& field) {
  static const std::regex topic("[a-z0-9_-]+(#[a-z0-9_-]+)?");
  std::vector<std::string> topics;
  for (const Field& item : field.items()) {
    const std::string text = item.text();
    if (!std::regex_match(text, topic))
      item.fail(
          fmt::format("expected a note such as \"patterns\", or its section \"patterns#softmax\", found \"{}\"", text));
    topics.push_back(text);
  }
  return topics;
}

Needs read_needs(const Field& field) {
  const std::string name = field.text();
  if (name == name_of(Needs::right)) return Needs::right;
  if (name == name_of(Needs::bronze)) return Needs::bronze;
  field.fail(fmt::format("unknown \"{}\"; expected right (every case passes) or bronze (and it is that fast)", name));
}

Thresholds read_thresholds(const Field& field) {
  field.only({"bronze", "silver", "gold"});
  Thresholds result;
  const auto fraction = [&](std::string_view name, double above) {
    const Field item = field.at(name, "a fraction of the limit");
    const double value = item.number();
    if (!(value > above) || value > 1) {
      item.fail(fmt::format("expected a fraction of the limit above {} and at most 1, found {}: bronze < silver < gold",
                            above, value));
    }
    return value;
  };
  result.bronze = fraction("bronze", 0);
  result.silver = fraction("silver", result.bronze);
  result.gold = fraction("gold", result.silver);
  return result;
}

/// What a key of hints.on may be: a mismatch pattern, a finding's kind, that of a buffer ("race:scratch"), a case's
/// name, "compile", "too-slow" (a launch that was ended, though no loop of it is endless), or "slow" where speed is
/// needed.
std::set<std::string> hint_keys(const Exercise& exercise) {
  std::set<std::string> keys{"compile", "too-slow"};
  if (exercise.needs == Needs::bronze) keys.insert("slow");
  for (const auto& [id, text] : mismatch_patterns()) keys.insert(id);
  for (int kind = 0; kind <= static_cast<int>(vgpu::Finding::Kind::unsupported); ++kind) {
    const std::string name(vgpu::name_of(static_cast<vgpu::Finding::Kind>(kind)));
    keys.insert(name);
    keys.insert(name + ":scratch");
    for (const Argument& argument : exercise.arguments) {
      if (argument.role == Role::input || argument.role == Role::output) keys.insert(name + ":" + argument.name);
    }
  }
  for (const Case& test : exercise.cases) keys.insert(test.name);
  return keys;
}

std::vector<std::string> read_staged(const Field& field) {
  std::vector<std::string> staged;
  for (const Field& hint : field.items()) staged.push_back(hint.filled_text());
  return staged;
}

std::map<std::string, std::string> read_hints_on(const Field& field, const Exercise& exercise) {
  std::map<std::string, std::string> on;
  const std::set<std::string> keys = hint_keys(exercise);
  for (const auto& [key, hint] : field.members()) {
    if (!keys.count(key)) hint.fail(fmt::format("unknown key; known here: {}", fmt::join(keys, ", ")));
    on[key] = hint.filled_text();
  }
  return on;
}

void read_hints(const Field& field, Exercise& exercise) {
  field.only({"staged", "on"});
  exercise.hints.staged = read_staged(field.at("staged", "an array of hints, in the order they are shown"));
  if (const auto on = field.find("on")) exercise.hints.on = read_hints_on(*on, exercise);
}

void read_in_triton(const Field& field, Exercise& exercise) {
  field.only({"statement", "hints"});
  if (const auto statement = field.find("statement")) exercise.in_triton.statement = statement->filled_text();
  const auto hints = field.find("hints");
  if (!hints) return;
  hints->only({"staged", "on"});
  if (const auto staged = hints->find("staged")) {
    exercise.in_triton.hints.staged = read_staged(*staged);
    if (exercise.in_triton.hints.staged.empty()) staged->fail("expected at least one hint; absent: the common ones");
  }
  if (const auto on = hints->find("on")) exercise.in_triton.hints.on = read_hints_on(*on, exercise);
}

}  // namespace

std::string_view name_of(Needs needs) { return needs == Needs::bronze ? "bronze" : "right"; }

Exercise read_exercise(const Field& field, const std::vector<Level>& levels) {
  field.only({"id", "slug", "level", "title", "optional", "worked", "read", "statement", "formula", "triton",
              "arguments", "tolerance", "cases", "timed", "limit", "needs", "thresholds", "hints", "in_triton"});
  Exercise exercise;
  const Field id = field.at("id", "the exercise's id such as \"4.1\"");
  exercise.id = id.text();
  if (!is_id(exercise.id)) {
    id.fail(fmt::format("expected letters, digits, '.', '-' and '_', found \"{}\"", exercise.id));
  }
  const Field slug = field.at("slug", "the kernel's name such as \"tiled_matmul\"");
  exercise.slug = identifier(slug);
  if (!reference::find(exercise.slug)) {
    slug.fail(fmt::format("there is no reference function for \"{}\"; there are: {}", exercise.slug,
                          fmt::join(reference::function_names(), ", ")));
  }
  const Field level = field.at("level", "the number of a level");
  exercise.level = static_cast<int>(level.integer(0, 1000));
  if (std::none_of(levels.begin(), levels.end(), [&](const Level& l) { return l.number == exercise.level; })) {
    level.fail(fmt::format("no level has the number {}", exercise.level));
  }
  exercise.title = field.at("title", "a title").filled_line();
  if (const auto optional = field.find("optional")) exercise.optional = optional->boolean();
  if (const auto worked = field.find("worked")) exercise.worked = worked->boolean();
  if (const auto read = field.find("read")) exercise.read = read_topics(*read);
  exercise.statement = field.at("statement", "what is to be done").filled_text();
  exercise.formula = field.at("formula", "what is computed, as a formula").filled_text();
  if (const auto triton = field.find("triton")) exercise.triton = triton->text();
  read_arguments(field.at("arguments", "the kernel's arguments in order"), exercise);
  read_tolerances(field.at("tolerance", "the tolerance of every output"), exercise);
  read_cases(field.at("cases", "the cases it is graded on"), exercise);
  for (const Field& timed : field.at("timed", "the cases that are timed").items()) {
    exercise.timed.push_back(read_timed(timed, exercise));
  }
  read_limit(field.at("limit", "what its time is held against"), exercise);
  exercise.needs = read_needs(field.at("needs", "what passing takes, \"right\" or \"bronze\""));
  exercise.thresholds = read_thresholds(field.at("thresholds", "the fractions for bronze, silver and gold"));
  read_hints(field.at("hints", "staged hints"), exercise);
  if (const auto in_triton = field.find("in_triton")) read_in_triton(*in_triton, exercise);
  return exercise;
}

}  // namespace tritutor
