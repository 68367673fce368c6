#pragma once
// The names of one function: nested scopes with shadowing.

#include <string_view>
#include <unordered_map>
#include <vector>

namespace vgpu::ptx {

/// What a name stands for inside a function.
struct Symbol {
  enum class Kind : unsigned char {
    none,
    reg,              ///< index: Function::registers, a vector's first; width: how many
    variable,         ///< index: Function::variables
    module_variable,  ///< index: Module::variables, one declared in the function
    parameter,        ///< index: Function::params, then results
    label,            ///< index: instruction
    branch_targets,   ///< index: Function::branch_targets
    prototype,        ///< index: Function::prototypes
  };
  Kind kind = Kind::none;
  int index = -1;
  int width = 1;
};

/// All scopes of a function. Closed ones stay, since labels are looked up after the whole body is known. Names are
/// views of the PTX text.
class Scopes {
 public:
  static constexpr int deepest = 64;  ///< nesting that real code never reaches

  /// Opens a scope inside the current one. False when that would nest too deeply.
  bool open();
  /// Goes back to the enclosing scope; returns whether one is still open.
  bool close();
  int current() const { return current_; }

  /// Names something in the current scope. False when the name is taken there.
  bool add(std::string_view name, Symbol symbol);
  /// Names the registers prefix0 ... prefix(count-1), which have indices from `first`, `width` each. False when the
  /// prefix is taken.
  bool add_range(std::string_view prefix, int count, int first, int width = 1);

  /// What the name means in a scope (or the ones around it); kind none when nothing.
  Symbol find(std::string_view name, int scope) const;
  Symbol find(std::string_view name) const { return find(name, current_); }

 private:
  struct Range {
    int count = 0;
    int first = 0;
    int width = 1;
  };
  struct Scope {
    int parent = -1;
    int depth = 0;
    std::unordered_map<std::string_view, Symbol> names;
    std::unordered_map<std::string_view, Range> ranges;
  };
  static Symbol find_in_range(const Scope& scope, std::string_view name);

  std::vector<Scope> scopes_;
  int current_ = -1;
};

}  // namespace vgpu::ptx
