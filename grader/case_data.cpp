#include "grader/case_data.h"

#include <random>

#include "reference/inputs.h"

namespace tritutor {
namespace {

/// A seed and a name mixed: FNV-1a over the name, then the finaliser of splitmix64. The same on every machine.
uint64_t mix(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  hash ^= hash >> 30;
  hash *= 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 27;
  hash *= 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

}  // namespace

uint64_t case_seed(const Case& test, uint64_t submission_seed) {
  return test.seed ? *test.seed : mix(submission_seed, test.name);
}

reference::Arrays make_inputs(const Exercise& exercise, const Case& test, uint64_t seed) {
  reference::Arrays inputs;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::input) continue;
    inputs.emplace(argument.name,
                   reference::make_input(test.inputs.at(argument.name), argument.type, shape_of(argument, test.values),
                                         mix(seed, argument.name), test.values));
  }
  return inputs;
}

uint64_t draw_seed() {
  std::random_device entropy;
  return uint64_t{entropy()} << 32 | entropy();
}

}  // namespace tritutor
