#include "vgpu/ptx/scopes.h"

#include <charconv>

namespace vgpu::ptx {

bool Scopes::open() {
  const int depth = current_ < 0 ? 1 : scopes_[current_].depth + 1;
  if (depth > deepest) return false;
  scopes_.emplace_back();
  scopes_.back().parent = current_;
  scopes_.back().depth = depth;
  current_ = static_cast<int>(scopes_.size()) - 1;
  return true;
}

bool Scopes::close() {
  current_ = scopes_[current_].parent;
  return current_ >= 0;
}

bool Scopes::add(std::string_view name, Symbol symbol) {
  Scope& scope = scopes_[current_];
  if (find_in_range(scope, name).kind != Symbol::Kind::none) return false;
  return scope.names.emplace(name, symbol).second;
}

bool Scopes::add_range(std::string_view prefix, int count, int first, int width) {
  return scopes_[current_].ranges.emplace(prefix, Range{count, first, width}).second;
}

Symbol Scopes::find(std::string_view name, int scope) const {
  for (; scope >= 0; scope = scopes_[scope].parent) {
    const Scope& s = scopes_[scope];
    if (const auto found = s.names.find(name); found != s.names.end()) return found->second;
    if (const Symbol symbol = find_in_range(s, name); symbol.kind != Symbol::Kind::none) return symbol;
  }
  return {};
}

// %r12 may be number 12 of %r<20> or, after `.reg .b32 %r1<5>`, number 2 of %r1.
Symbol Scopes::find_in_range(const Scope& scope, std::string_view name) {
  if (scope.ranges.empty()) return {};
  constexpr size_t most_digits = 7;  // of a register's number, see limits in parser_impl.h
  for (size_t digits = 1; digits <= most_digits && digits < name.size(); ++digits) {
    const size_t split = name.size() - digits;
    const char c = name[split];
    if (c < '0' || c > '9') break;
    if (c == '0' && digits > 1) continue;  // %r01 is not %r1
    const auto found = scope.ranges.find(name.substr(0, split));
    if (found == scope.ranges.end()) continue;
    int number = 0;
    std::from_chars(name.data() + split, name.data() + name.size(), number);
    const Range& range = found->second;
    if (number < range.count) return {Symbol::Kind::reg, range.first + number * range.width, range.width};
  }
  return {};
}

}  // namespace vgpu::ptx
