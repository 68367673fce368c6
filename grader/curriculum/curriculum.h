#pragma once
// curriculum.json in memory: everything about an exercise that is not code. The format:
//
// { "format": 1,
//   "levels":    [ { "number": 1, "title": "...", "goal": "one or two sentences" } ],
//   "roadmap":   [ { "title": "Week 1: ...", "goal": "...", "exercises": ["0.1", "1.1"] } ],  // absent: the levels.
//                                                // Every exercise is in one stage; optional ones may be in none
//   "exercises": [ {
//     "id": "1.1", "slug": "vector_scaling", "level": 1, "title": "Vector scaling",
//     "optional": false,                         // the roadmap's `+` exercises; absent: false
//     "worked": false,                           // given solved (0.1); absent: false
//     "read": ["fundamentals", "patterns#softmax"],   // notes to read first, with a section; absent: none
//     "statement": "Markdown-ish plain text, paragraphs separated by \n\n",
//     "formula": "y[i] = alpha * x[i], 0 <= i < n",
//     "triton": "grid = (triton.cdiv(n, BLOCK),)",   // how the same launch reads in Triton; may be empty
//     "arguments": [                              // the signature, in order
//       { "name": "x", "type": "f32", "role": "input",  "shape": ["n"] },
//       { "name": "y", "type": "f32", "role": "output", "shape": ["n"] },   // shape entries: a size's name or "1"
//       { "name": "alpha", "type": "f32", "role": "scalar" },
//       { "name": "n", "type": "i32", "role": "size" } ],
//     "tolerance": { "y": { "ulps": 2, "growth": "none", "length": "" } },   // per output, see Tolerance
//     "cases": [ { "name": "tail", "tests": "n is no multiple of the block: the tail mask",
//                  "values": { "n": 10007, "alpha": 2.5 }, "inputs": { "x": "uniform" },
//                  "seed": 7,                      // absent: drawn at submit time (a hidden case)
//                  "repeat": 2 } ],                // runs over the same buffers, absent: 1 (stale output)
//     "timed": [ { "case": "large",                // whose inputs, repeated, and scalars are used
//                  "sizes": { "n": 67108864 } } ],  // as on a GPU: what is not named is the case's. A time is
//                  predicted
//                                                  // from a sample of blocks there. A case's mere name, "large": its
//                                                  // own sizes
//     "limit": { "kind": "copy", "bytes": "8*n" }, // kind: copy, read, gemm_f32, gemm_f16, max; bytes and/or flops,
//                                                  // integer_operations
//     "needs": "bronze",                           // what passing takes: "right" (every case), or "bronze" as well,
//                                                  // where the technique is the lesson
//     "thresholds": { "bronze": 0.50, "silver": 0.75, "gold": 0.90 },
//     "hints": { "staged": ["what to look at first", "..."],
//                "on": { "tail": "shown when this failure happened", ... } },
//     "in_triton": { "statement": "...",           // what is said otherwise of a Triton file; absent: the same, and of
//                    "hints": { "staged": [...],   // hints.on key by key
//                               "on": { "tail": "..." } } } } ] }
//
// Keys of hints.on: a mismatch pattern's id (compare.h), a finding's kind ("out-of-bounds"), also with the buffer it is
// about ("out-of-bounds:scratch"), a case's name, "compile", or "slow": right, and not as fast as passing needs.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "grader/curriculum/dialect_id.h"
#include "reference/array.h"

namespace tritutor {

enum class Role : uint8_t { input, output, scalar, size };

struct Argument {
  std::string name;
  reference::Type type = reference::Type::f32;
  Role role = Role::input;
  std::vector<std::string> shape;  ///< buffers only: names of sizes, or "1"
};

/// How far a result may be from the reference: |got - want| <= ulps * eps(type) * growth(length) * magnitude.
struct Tolerance {
  enum class Growth : uint8_t { none, log2, sqrt, linear };  ///< of the bound with the reduction length
  double ulps = 0;                                           ///< 0: exact (as numbers: -0 equals 0, and NaN equals NaN)
  Growth growth = Growth::none;
  std::string length;  ///< name of the size that is the reduction length; empty where growth is none
};

struct Case {
  std::string name;
  std::string tests;                          ///< which mistake it is there for
  reference::Values values;                   ///< every size and scalar argument
  std::map<std::string, std::string> inputs;  ///< input kind of each input argument
  std::optional<uint64_t> seed;               ///< absent: drawn at submit time
  int repeat = 1;
};

/// A case that is timed, and the sizes at which it would be on a GPU.
struct Timed {
  std::string test;                                ///< the case's name
  reference::Values sizes;                         ///< in place of the case's; empty: the case's own
  std::map<std::string, std::string> inputs = {};  ///< kinds in place of the case's, where a GPU runs all of it
};

struct Limit {
  std::string kind;
  std::string bytes;  ///< arithmetic over the sizes, empty: none
  std::string flops;
  std::string integer_operations;  ///< of 32 bits, as PTX has them
};

/// What passing an exercise takes.
enum class Needs : uint8_t {
  right,   ///< every case
  bronze,  ///< and as much of the limit's speed as bronze: the technique is the lesson
};

std::string_view name_of(Needs needs);  ///< "right", "bronze"

struct Thresholds {
  double bronze = 0, silver = 0, gold = 0;  ///< fractions of the limit
};

struct Hints {
  std::vector<std::string> staged;
  std::map<std::string, std::string> on;
};

/// What a learner of Triton reads in place of the common words; what is empty is said alike.
struct InTriton {
  std::string statement;
  Hints hints;  ///< of `on` key by key
};

struct Exercise {
  std::string id, slug, title, statement, formula, triton;
  int level = 0;
  bool optional = false;
  bool worked = false;
  std::vector<std::string> read;  ///< notes to read first: "fundamentals", "patterns#softmax"
  std::vector<Argument> arguments;
  std::map<std::string, Tolerance> tolerance;
  std::vector<Case> cases;
  std::vector<Timed> timed;
  Limit limit;
  Needs needs = Needs::right;
  Thresholds thresholds;
  Hints hints;
  InTriton in_triton;

  /// The kernel's declaration as a learner writes it:
  /// extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n)
  std::string signature() const;
  /// That of the function which launches the kernels in Triton: def vector_scaling(x, y, alpha, n)
  std::string host_signature() const;
  /// From the folder of exercises, solutions or a learner's files: level1/vector_scaling.cu.
  std::filesystem::path file_name(DialectId dialect) const;
  /// In the words of a dialect.
  const std::string& statement_in(DialectId dialect) const;
  Hints hints_in(DialectId dialect) const;
  /// Where a case stands among `cases`. Throws std::invalid_argument where there is none of that name.
  size_t case_index(const std::string& name) const;
  /// A timed case with the sizes it is timed at.
  Case timed_case(const Timed& which) const;
};

struct Level {
  int number = 0;
  std::string title, goal;
};

/// A stretch of the way through the exercises: a week, a month.
struct Stage {
  std::string title, goal;
  std::vector<std::string> exercises;  ///< ids, in order; may be empty
};

struct Curriculum {
  std::filesystem::path file;
  std::vector<Level> levels;
  std::vector<Stage> roadmap;       ///< where the file has none, a stage for each level
  std::vector<Exercise> exercises;  ///< in the order they are done

  /// By id ("4.1") or slug ("tiled_matmul"); nullptr where there is none.
  const Exercise* find(std::string_view id_or_slug) const;
};

/// A curriculum file that cannot be used. what() names the file and the path of the broken field
/// ("exercises[3].cases[0].values.n: missing") and what was expected there.
class CurriculumError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads and validates the whole file. Throws CurriculumError.
Curriculum load_curriculum(const std::filesystem::path& file);

/// Value of an arithmetic expression over sizes: numbers, names, + - * / and parentheses. Throws std::invalid_argument.
double evaluate(std::string_view expression, const reference::Values& values);

/// Sizes by name in the order of the arguments: "m = 512, n = 448".
std::string sizes_in_words(const Exercise& exercise, const reference::Values& values);

/// Elements of a buffer argument in a case, dimension by dimension.
std::vector<int64_t> shape_of(const Argument& argument, const reference::Values& values);
/// All of them.
uint64_t elements_of(const Argument& argument, const reference::Values& values);

}  // namespace tritutor
