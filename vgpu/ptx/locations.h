#pragma once
// Source places from `.loc` directives (PTX ISA, "Debugging Directives: .loc").

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "vgpu/ptx/ast.h"

namespace vgpu::ptx {

/// Collects the distinct places of a module. A place's `inlined_at` always has a smaller index than the place itself,
/// so walking outwards ends.
class Locations {
 public:
  struct Place {
    int file = 0;
    int line = 0;
    int column = 0;
    bool operator==(const Place&) const = default;
  };

  /// Forgets which call places were seen: those of another function say nothing about this one's.
  void begin_function() { latest_ = {}; }  // clear() would walk all buckets
  /// The index of a place in the function's own text.
  int add(Place place);
  /// The index of a place in a function that was inlined into the place `call`. The call may itself stand in an
  /// inlined function: then it is the latest place of this function with the same file, line and column.
  int add_inlined(Place place, Place call);
  /// The places; those in files that `files` does not name get file -1.
  std::vector<SourceLocation> take(const std::vector<std::string>& files);

 private:
  struct Hash {
    size_t operator()(const Place& p) const;
    size_t operator()(const SourceLocation& l) const;
  };
  struct Equal {
    bool operator()(const SourceLocation& a, const SourceLocation& b) const;
  };
  int intern(Place place, int inlined_at);

  static constexpr int deepest = 64;  ///< inlining levels kept; a recursion inlined into itself could grow for ever
  std::vector<SourceLocation> all_;
  std::vector<int> depth_;  ///< of each place: how many calls lie around it
  std::unordered_map<SourceLocation, int, Hash, Equal> index_;
  std::unordered_map<Place, int, Hash> latest_;
};

}  // namespace vgpu::ptx
