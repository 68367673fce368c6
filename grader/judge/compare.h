#pragma once
// An output held against its reference: is it right, and if not, what is the shape of what is wrong?

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "reference/array.h"
#include "reference/functions.h"

namespace tritutor {

struct Mismatch {
  std::string output;          ///< argument name
  std::vector<int64_t> index;  ///< of the first wrong element
  double got = 0, want = 0;
  double bound = 0;  ///< |got - want| allowed there
  int64_t count = 0, total = 0;
  std::string pattern;       ///< id: "tail", "never-written", "transposed", "tf32", ...; "scattered" where none fits
  std::string pattern_text;  ///< "every index >= 1024 is wrong", for a person
  int weight = 0;            ///< how well the pattern is borne out: 0 there is none, 1 by little, 2 by some, 3 by many
  int plainness = 2;         ///< of the case's data: 2 ordinary numbers, 1 unusual ones, 0 hardly any, or infinities
  std::vector<std::string> map;  ///< small picture, one string a line: '.' right, '#' wrong (several elements a cell)
};

/// Every pattern id with what it means; keys that curriculum.json's hints.on may use.
const std::vector<std::pair<std::string, std::string>>& mismatch_patterns();

/// What compare() may know beyond the numbers, to name a pattern.
struct CompareContext {
  const reference::Arrays* inputs = nullptr;  ///< the case's inputs, nullptr: unknown
  const reference::Array* before = nullptr;   ///< the poison the output held before the run, nullptr: unknown
  uint64_t block_threads = 0;                 ///< elements of a block in the learner's last step, 0: unknown
  uint64_t grid_blocks = 0;                   ///< its blocks, 0: unknown
  const reference::Values* values = nullptr;  ///< the case's sizes and scalars, nullptr: unknown
};

/// nullopt where every element of `got` is within its bound. `length` is the reduction length for the tolerance's
/// growth. An element still holding its poison is always wrong.
std::optional<Mismatch> compare(const std::string& output, const reference::Array& got, const reference::Expected& want,
                                const Tolerance& tolerance, double length, const CompareContext& context = {});

/// How many terms an element adds up, by the sizes of a case: what a tolerance grows with. 1: it does not.
double reduction_length(const Tolerance& tolerance, const reference::Values& values);

/// |got - want| allowed for one element.
double bound_of(reference::Type type, const Tolerance& tolerance, double length, double magnitude);

}  // namespace tritutor
