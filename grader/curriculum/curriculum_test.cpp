// A good curriculum file, broken field by field: every fault is named by its path.

#include "grader/curriculum/curriculum.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "grader/curriculum/json_field.h"
#include "reference/functions.h"

namespace tritutor {
namespace {

using nlohmann::json;

/// A small file in which nothing is wrong.
json good() {
  return json::parse(R"({
    "format": 1,
    "levels": [ { "number": 1, "title": "Elements", "goal": "One element a thread." } ],
    "roadmap": [ { "title": "Week 1", "goal": "Begin.", "exercises": ["1.1"] },
                 { "title": "After", "goal": "Go on.", "exercises": [] } ],
    "exercises": [ {
      "id": "1.1", "slug": "vector_scaling", "level": 1, "title": "Vector scaling",
      "read": ["fundamentals", "patterns#element-wise"],
      "statement": "Scale it.", "formula": "y[i] = alpha * x[i]", "triton": "",
      "arguments": [
        { "name": "x", "type": "f32", "role": "input", "shape": ["n"] },
        { "name": "y", "type": "f32", "role": "output", "shape": ["n"] },
        { "name": "alpha", "type": "f32", "role": "scalar" },
        { "name": "n", "type": "i32", "role": "size" } ],
      "tolerance": { "y": { "ulps": 2, "growth": "sqrt", "length": "n" } },
      "cases": [
        { "name": "one", "tests": "a single element", "values": { "n": 1, "alpha": 2.5 },
          "inputs": { "x": "uniform" }, "seed": 18446744073709551615 },
        { "name": "large", "tests": "the rate", "values": { "n": 100000, "alpha": -1 },
          "inputs": { "x": "normal" }, "repeat": 2 } ],
      "timed": [ { "case": "large", "sizes": { "n": 100000000 } } ],
      "limit": { "kind": "copy", "bytes": "8*n" },
      "needs": "bronze", "thresholds": { "bronze": 0.5, "silver": 0.75, "gold": 0.9 },
      "hints": { "staged": ["Look at the tail."], "on": { "out-of-bounds": "The mask.", "large": "L", "compile": "C", "slow": "S" } },
      "in_triton": { "statement": "A program makes BLOCK.", "hints": { "staged": ["BLOCK."], "on": { "large": "T", "tail": "M" } } }
    } ] })");
}

/// A file on the disk, removed at the end.
class File {
 public:
  explicit File(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("curriculum-test-" + std::to_string(getpid()) + ".json")) {
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string error_of(const std::string& text) {
  const File file(text);
  try {
    load_curriculum(file.path());
  } catch (const CurriculumError& error) {
    const std::string what = error.what();
    REQUIRE(what.rfind(file.path().string() + ": ", 0) == 0);
    return what.substr(file.path().string().size() + 2);
  }
  return "";
}

TEST_CASE("Everything of a good file is read") {
  const File file(good().dump());
  const Curriculum curriculum = load_curriculum(file.path());
  CHECK(curriculum.file == file.path());
  REQUIRE(curriculum.levels.size() == 1);
  CHECK(curriculum.levels[0].title == "Elements");
  const Exercise* exercise = curriculum.find("1.1");
  REQUIRE(exercise);
  CHECK(curriculum.find("vector_scaling") == exercise);
  CHECK(curriculum.find("1.2") == nullptr);
  CHECK(exercise->signature() ==
        "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n)");
  CHECK(!exercise->optional);
  CHECK(!exercise->worked);
  CHECK(exercise->tolerance.at("y").growth == Tolerance::Growth::sqrt);
  CHECK(exercise->tolerance.at("y").length == "n");
  REQUIRE(exercise->cases.size() == 2);
  CHECK(exercise->cases[0].seed == UINT64_MAX);
  CHECK(!exercise->cases[1].seed);
  CHECK(exercise->cases[0].repeat == 1);
  CHECK(exercise->cases[1].repeat == 2);
  CHECK(exercise->cases[1].values.at("alpha") == -1);
  REQUIRE(exercise->timed.size() == 1);
  CHECK(exercise->timed[0].test == "large");
  CHECK(exercise->timed[0].sizes == reference::Values{{"n", 1e8}});
  CHECK(exercise->timed_case(exercise->timed[0]).values == reference::Values{{"n", 1e8}, {"alpha", -1}});
  CHECK(sizes_in_words(*exercise, exercise->timed_case(exercise->timed[0]).values) == "n = 100000000");
  CHECK(exercise->thresholds.gold == 0.9);
  CHECK(exercise->needs == Needs::bronze);
  CHECK(exercise->hints.on.size() == 4);
  CHECK(exercise->host_signature() == "def vector_scaling(x, y, alpha, n)");
  CHECK(exercise->read == std::vector<std::string>{"fundamentals", "patterns#element-wise"});
  REQUIRE(curriculum.roadmap.size() == 2);
  CHECK(curriculum.roadmap[0].exercises == std::vector<std::string>{"1.1"});
  CHECK(curriculum.roadmap[1].goal == "Go on.");
}

TEST_CASE("A dialect has words of its own, and the common ones where it has none") {
  const File file(good().dump());
  Exercise exercise = load_curriculum(file.path()).exercises[0];
  const std::string common = exercise.statement;
  CHECK(exercise.statement_in(DialectId::cuda) == common);
  CHECK(exercise.statement_in(DialectId::triton) == "A program makes BLOCK.");
  CHECK(exercise.hints_in(DialectId::cuda).staged == std::vector<std::string>{"Look at the tail."});
  CHECK_FALSE(exercise.hints_in(DialectId::cuda).on.contains("tail"));
  const Hints triton = exercise.hints_in(DialectId::triton);
  CHECK(triton.staged == std::vector<std::string>{"BLOCK."});
  CHECK(triton.on ==
        std::map<std::string, std::string>{
            {"compile", "C"}, {"large", "T"}, {"out-of-bounds", "The mask."}, {"slow", "S"}, {"tail", "M"}});

  exercise.in_triton = {};
  CHECK(exercise.statement_in(DialectId::triton) == common);
  CHECK(exercise.hints_in(DialectId::triton).staged == exercise.hints.staged);
  CHECK(exercise.hints_in(DialectId::triton).on == exercise.hints.on);
}

TEST_CASE("A dialect is known by its name, and a file's by its extension") {
  for (const DialectId dialect : every_dialect) {
    CHECK(dialect_named(name_of(dialect)) == dialect);
    CHECK(dialect_id_of("level1/relu" + std::string(extension_of(dialect))) == dialect);
  }
  CHECK_FALSE(dialect_named("python"));
  CHECK(dialect_id_of("relu") == DialectId::cuda);
}

TEST_CASE("A file without a roadmap has its levels for one") {
  json plain = good();
  plain.erase("roadmap");
  const File file(plain.dump());
  const Curriculum curriculum = load_curriculum(file.path());
  REQUIRE(curriculum.roadmap.size() == 1);
  CHECK(curriculum.roadmap[0].title == "Level 1: Elements");
  CHECK(curriculum.roadmap[0].exercises == std::vector<std::string>{"1.1"});
}

TEST_CASE("Every broken field is named by its path") {
  struct Row {
    const char* pointer;  // JSON pointer of what is replaced, or removed where the value is empty
    const char* value;
    const char* path;  // how the complaint begins
    const char* says;
  };
  const Row rows[] = {
      {"/format", "2", "format:", "integer from 1 to 1"},
      {"/format", "", "format:", "missing"},
      {"/levels", "[]", "levels:", "at least one"},
      {"/levels/0/goal", "7", "levels[0].goal:", "expected a string, found the integer 7"},
      {"/levels/0/gaol", "7", "levels[0].gaol:", "unknown key"},
      {"/exercises/0/id", "\"1 1\"", "exercises[0].id:", "1 1"},
      {"/exercises/0/slug", "\"vector scaling\"", "exercises[0].slug:", "identifier"},
      {"/exercises/0/slug", "\"unheard_of\"", "exercises[0].slug:", "no reference function"},
      {"/exercises/0/level", "2", "exercises[0].level:", "no level has the number 2"},
      {"/exercises/0/title", "\" \"", "exercises[0].title:", "not empty"},
      {"/exercises/0/optional", "1", "exercises[0].optional:", "true or false"},
      {"/exercises/0/read", "\"patterns\"", "exercises[0].read:", "expected an array"},
      {"/exercises/0/read/1", "\"notes/patterns.md\"", "exercises[0].read[1]:", "expected a note such as"},
      {"/roadmap/0/exercises/0", "\"1.2\"", "roadmap[0].exercises[0]:", "no exercise has the id"},
      {"/roadmap/1/exercises", "[\"1.1\"]", "roadmap[1].exercises[0]:", "in a stage already"},
      {"/roadmap/0/exercises", "[]", "roadmap:", "1.1 is in no stage"},
      {"/roadmap/0/gaol", "1", "roadmap[0].gaol:", "unknown key"},
      {"/exercises/0/formular", "\"\"", "exercises[0].formular:", "unknown key"},
      {"/exercises/0/statement", "", "exercises[0].statement:", "missing"},
      {"/exercises/0/arguments", "{}", "exercises[0].arguments:", "expected an array"},
      {"/exercises/0/arguments/0/type", "\"float\"", "exercises[0].arguments[0].type:", "unknown type"},
      {"/exercises/0/arguments/0/role", "\"in\"", "exercises[0].arguments[0].role:", "unknown role"},
      {"/exercises/0/arguments/0/shape", "[\"m\"]", "exercises[0].arguments[0].shape[0]:", "unknown size \"m\""},
      {"/exercises/0/arguments/0/shape", "[]", "exercises[0].arguments[0].shape:", "at least one dimension"},
      {"/exercises/0/arguments/0/shape", "", "exercises[0].arguments[0].shape:", "missing"},
      {"/exercises/0/arguments/2/shape", "[\"n\"]", "exercises[0].arguments[2].shape:", "only inputs and outputs"},
      {"/exercises/0/arguments/2/name", "\"x\"", "exercises[0].arguments[2].name:", "duplicate argument"},
      {"/exercises/0/arguments/3/type", "\"f32\"", "exercises[0].arguments[3].type:", "a size is"},
      {"/exercises/0/arguments/1/role", "\"input\"", "exercises[0].arguments:", "role output"},
      {"/exercises/0/tolerance/y", "", "exercises[0].tolerance.y:", "missing"},
      {"/exercises/0/tolerance/x", "{}", "exercises[0].tolerance.x:", "unknown key"},
      {"/exercises/0/tolerance/y/ulps", "-1", "exercises[0].tolerance.y.ulps:", "or more"},
      {"/exercises/0/tolerance/y/growth", "\"cubic\"", "exercises[0].tolerance.y.growth:", "unknown growth"},
      {"/exercises/0/tolerance/y/growth", "\"none\"", "exercises[0].tolerance.y.length:", "leave it empty"},
      {"/exercises/0/tolerance/y/length", "\"k\"", "exercises[0].tolerance.y.length:", "unknown size"},
      {"/exercises/0/tolerance/y/length", "", "exercises[0].tolerance.y.length:", "missing"},
      {"/exercises/0/cases", "[]", "exercises[0].cases:", "at least one case"},
      {"/exercises/0/cases/1/name", "\"one\"", "exercises[0].cases[1].name:", "duplicate case"},
      {"/exercises/0/cases/0/tests", "\"\"", "exercises[0].cases[0].tests:", "not empty"},
      {"/exercises/0/cases/0/values/n", "", "exercises[0].cases[0].values.n:", "missing"},
      {"/exercises/0/cases/0/values/n", "0", "exercises[0].cases[0].values.n:", "from 1 to 2147483647"},
      {"/exercises/0/cases/0/values/n", "1.5", "exercises[0].cases[0].values.n:", "integer"},
      {"/exercises/0/cases/0/values/n", "2147483648", "exercises[0].cases[0].values.n:", "2147483647"},
      {"/exercises/0/cases/0/values/alpha", "", "exercises[0].cases[0].values.alpha:", "missing"},
      {"/exercises/0/cases/0/values/x", "1", "exercises[0].cases[0].values.x:", "unknown key"},
      {"/exercises/0/cases/0/inputs/x", "\"unifrom\"", "exercises[0].cases[0].inputs.x:", "unknown input kind"},
      {"/exercises/0/cases/0/inputs/x", "", "exercises[0].cases[0].inputs.x:", "missing"},
      {"/exercises/0/cases/0/inputs/y", "\"uniform\"", "exercises[0].cases[0].inputs.y:", "unknown key"},
      {"/exercises/0/cases/0/seed", "-1", "exercises[0].cases[0].seed:", "2^64"},
      {"/exercises/0/cases/0/repeat", "0", "exercises[0].cases[0].repeat:", "from 1"},
      {"/exercises/0/timed/0", "\"huge\"", "exercises[0].timed[0]:", "no case \"huge\""},
      {"/exercises/0/timed/0", "7", "exercises[0].timed[0]:", "expected a string"},
      {"/exercises/0/timed/0/case", "\"huge\"", "exercises[0].timed[0].case:", "no case \"huge\""},
      {"/exercises/0/timed/0/case", "", "exercises[0].timed[0].case:", "missing"},
      {"/exercises/0/timed/0/sizes", "", "exercises[0].timed[0].sizes:", "missing"},
      {"/exercises/0/timed/0/sizes", "{}", "exercises[0].timed[0].sizes:", "at least one size"},
      {"/exercises/0/timed/0/sizes", "[1]", "exercises[0].timed[0].sizes:", "expected an object"},
      {"/exercises/0/timed/0/sizes", "{\"n\": 2147483647, \"n2\": 1}",
       "exercises[0].timed[0].sizes.n2:", "unknown key"},
      {"/exercises/0/timed/0/sizes/n", "2147483648", "exercises[0].timed[0].sizes.n:", "from 1 to 2147483647"},
      {"/exercises/0/timed/0/sizes/n", "0", "exercises[0].timed[0].sizes.n:", "from 1"},
      {"/exercises/0/timed/0/sizes/alpha", "2", "exercises[0].timed[0].sizes.alpha:", "no size argument"},
      {"/exercises/0/timed/0/sizes", "{\"n\": 5, \"alpha\": 2}", "exercises[0].timed[0].sizes.alpha:", "unknown key"},
      {"/exercises/0/timed/0/size", "{}", "exercises[0].timed[0].size:", "unknown key"},
      {"/exercises/0/limit/bytes", "\"200000 - n\"", "exercises[0].limit.bytes:", "large (n = 100000000)"},
      {"/exercises/0/limit/kind", "\"speed\"", "exercises[0].limit.kind:", "unknown limit"},
      {"/exercises/0/limit/bytes", "\"8*m\"", "exercises[0].limit.bytes:", "\"m\" is no size"},
      {"/exercises/0/limit/bytes", "\"8*(n\"", "exercises[0].limit.bytes:", "expected ')'"},
      {"/exercises/0/limit/bytes", "\"n-1\"", "exercises[0].limit.bytes:", "more than 0"},
      {"/exercises/0/limit/bytes", "", "exercises[0].limit.bytes:", "missing"},
      {"/exercises/0/limit/kind", "\"gemm_f32\"", "exercises[0].limit.flops:", "missing"},
      {"/exercises/0/limit/kind", "\"max\"", "exercises[0].limit.flops:", "missing"},
      {"/exercises/0/limit/integer_operations", "\"m\"", "exercises[0].limit.integer_operations:", "\"m\" is no size"},
      {"/exercises/0/needs", "\"silver\"", "exercises[0].needs:", "expected right"},
      {"/exercises/0/needs", "", "exercises[0].needs:", "missing"},
      {"/exercises/0/needs", "\"right\"", "exercises[0].hints.on.slow:", "unknown key"},
      {"/exercises/0/thresholds/silver", "0.5", "exercises[0].thresholds.silver:", "bronze < silver < gold"},
      {"/exercises/0/thresholds/gold", "1.1", "exercises[0].thresholds.gold:", "at most 1"},
      {"/exercises/0/hints/staged/0", "\"\"", "exercises[0].hints.staged[0]:", "not empty"},
      {"/exercises/0/hints/on/outofbounds", "\"x\"", "exercises[0].hints.on.outofbounds:", "unknown key"},
      {"/exercises/0/in_triton", "[]", "exercises[0].in_triton:", "expected an object"},
      {"/exercises/0/in_triton/formula", "\"x\"", "exercises[0].in_triton.formula:", "unknown key"},
      {"/exercises/0/in_triton/statement", "\" \"", "exercises[0].in_triton.statement:", "not empty"},
      {"/exercises/0/in_triton/hints/of", "{}", "exercises[0].in_triton.hints.of:", "unknown key"},
      {"/exercises/0/in_triton/hints/staged", "[]", "exercises[0].in_triton.hints.staged:", "at least one"},
      {"/exercises/0/in_triton/hints/on/outofbounds", "\"x\"",
       "exercises[0].in_triton.hints.on.outofbounds:", "unknown key"},
  };
  for (const Row& row : rows) {
    json broken = good();
    const json::json_pointer at(row.pointer);
    if (*row.value) {
      broken[at] = json::parse(row.value);
    } else {
      json& parent = broken[at.parent_pointer()];
      parent.erase(at.back());
    }
    const std::string error = error_of(broken.dump());
    CAPTURE(std::string(row.pointer));
    CAPTURE(std::string(row.value));
    CHECK_MESSAGE(error.rfind(row.path, 0) == 0, error);
    CHECK_MESSAGE(error.find(row.says) != std::string::npos, error);
  }
}

TEST_CASE("A buffer too large to be timed at is named, a case's mere name means its own sizes") {
  json wide = good();
  wide["exercises"][0]["arguments"][0]["type"] = "f64";
  wide["exercises"][0]["arguments"][0]["shape"] = {"n", "n"};
  const std::string error = error_of(wide.dump());
  CHECK_MESSAGE(error.rfind("exercises[0].cases[1].values:", 0) == 0, error);
  wide["exercises"][0]["cases"][1]["values"]["n"] = 1000;
  const std::string timed = error_of(wide.dump());
  CHECK_MESSAGE(timed.rfind("exercises[0].timed[0].sizes: x would have", 0) == 0, timed);

  json old = good();
  old["exercises"][0]["timed"] = {"large"};
  const File file(old.dump());
  const Curriculum loaded = load_curriculum(file.path());
  const Exercise& exercise = loaded.exercises[0];
  CHECK(exercise.timed[0].sizes.empty());
  CHECK(exercise.timed_case(exercise.timed[0]).values.at("n") == 100000);
}

TEST_CASE("Exercises and levels may not stand twice") {
  json twice = good();
  twice["exercises"].push_back(twice["exercises"][0]);
  CHECK(error_of(twice.dump()).rfind("exercises[1].id: duplicate id \"1.1\"", 0) == 0);
  twice["exercises"][1]["id"] = "1.2";
  CHECK(error_of(twice.dump()).rfind("exercises[1].slug: duplicate slug", 0) == 0);
  json levels = good();
  levels["levels"].push_back(levels["levels"][0]);
  CHECK(error_of(levels.dump()).rfind("levels[1].number: duplicate level 1", 0) == 0);
}

TEST_CASE("Syntax errors stand at their line and column") {
  CHECK(error_of("{\n  \"format\": 1,\n  \"levels\" []\n}").rfind("line 3, column 12: not valid JSON", 0) == 0);
  CHECK(error_of("").find("not valid JSON") != std::string::npos);
  CHECK(error_of("[1]").rfind("the whole file: expected an object", 0) == 0);
  CHECK(error_of(R"({"format": 1, "format": 1})").find("\"format\" stands twice") != std::string::npos);
}

TEST_CASE("A file that is not there is named") {
  CHECK_THROWS_WITH_AS(load_curriculum("/nowhere/c.json"), doctest::Contains("/nowhere/c.json"), CurriculumError);
  CHECK_THROWS_AS(load_curriculum("/"), CurriculumError);
}

TEST_CASE("The project's own curriculum is sound") {
  const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  CHECK(curriculum.exercises.size() >= 16);
  CHECK(curriculum.find("0.1"));
}

TEST_CASE("Expressions over the sizes") {
  const reference::Values values{{"M", 6}, {"n", 4}};
  CHECK(evaluate("8*n", values) == 32);
  CHECK(evaluate("2 + 3 * 4", values) == 14);
  CHECK(evaluate("(2 + 3) * 4", values) == 20);
  CHECK(evaluate("M - n - 1", values) == 1);
  CHECK(evaluate("M / n / 2", values) == 0.75);
  CHECK(evaluate("-M + 2e1", values) == 14);
  CHECK(evaluate(" n ", values) == 4);
  for (const char* wrong : {"", "8*", "8n", "(n", "n)", "k", "n/0", "n n", "1..2", "$"}) {
    CHECK_THROWS_AS_MESSAGE(evaluate(wrong, values), std::invalid_argument, wrong);
  }
  CHECK_THROWS_AS(evaluate(std::string(100'000, '('), values), std::invalid_argument);
}

TEST_CASE("The shape of a buffer comes from the sizes") {
  const Argument argument{"a", reference::Type::f32, Role::input, {"M", "1", "n"}};
  CHECK(shape_of(argument, {{"M", 6}, {"n", 4}}) == std::vector<int64_t>{6, 1, 4});
  CHECK_THROWS_AS(shape_of(argument, {{"M", 6}}), std::invalid_argument);
}

}  // namespace
}  // namespace tritutor
