// Arithmetic over the sizes of a case ("8*n"), by recursive descent.

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <stdexcept>

#include "grader/curriculum/curriculum.h"

namespace tritutor {
namespace {

class Expression {
 public:
  Expression(std::string_view text, const reference::Values& values) : text_(text), values_(values) {}

  double whole() {
    const double value = sum();
    if (at_ < text_.size()) fail(fmt::format("unexpected '{}'", text_[at_]));
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw std::invalid_argument(fmt::format("in \"{}\" at column {}: {}", text_, at_ + 1, reason));
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool take(char wanted) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    skip_space();
    return true;
  }

  double sum() {
    double value = product();
    for (;;) {
      if (take('+')) {
        value += product();
      } else if (take('-')) {
        value -= product();
      } else {
        return value;
      }
    }
  }

  double product() {
    double value = factor();
    for (;;) {
      if (take('*')) {
        value *= factor();
      } else if (take('/')) {
        const double divisor = factor();
        if (divisor == 0) fail("division by zero");
        value /= divisor;
      } else {
        return value;
      }
    }
  }

  double factor() {
    if (++depth_ > 100) fail("too deeply nested");
    const double value = unary();
    --depth_;
    return value;
  }

  double unary() {
    if (take('-')) return -factor();
    if (take('(')) {
      const double value = sum();
      if (!take(')')) fail("expected ')'");
      return value;
    }
    skip_space();
    if (at_ >= text_.size()) fail("expected a number or a name, found the end");
    const char first = text_[at_];
    if (std::isdigit(static_cast<unsigned char>(first)) || first == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(first)) || first == '_') return name();
    fail(fmt::format("expected a number or a name, found '{}'", first));
  }

  double number() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) fail("not a number");
    at_ = static_cast<size_t>(end - text_.data());
    skip_space();
    return value;
  }

  double name() {
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    const auto found = values_.find(word);
    if (found == values_.end()) {
      at_ = start;
      fail(fmt::format("\"{}\" is no size of this exercise", word));
    }
    skip_space();
    return found->second;
  }

  std::string_view text_;
  const reference::Values& values_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

double evaluate(std::string_view expression, const reference::Values& values) {
  return Expression(expression, values).whole();
}

std::vector<int64_t> shape_of(const Argument& argument, const reference::Values& values) {
  std::vector<int64_t> shape;
  for (const std::string& dimension : argument.shape) {
    if (dimension == "1") {
      shape.push_back(1);
      continue;
    }
    const auto found = values.find(dimension);
    if (found == values.end()) {
      throw std::invalid_argument(fmt::format("the shape of {} needs the size {}", argument.name, dimension));
    }
    shape.push_back(static_cast<int64_t>(found->second));
  }
  return shape;
}

uint64_t elements_of(const Argument& argument, const reference::Values& values) {
  uint64_t elements = 1;
  for (const int64_t extent : shape_of(argument, values)) elements *= static_cast<uint64_t>(extent);
  return elements;
}

}  // namespace tritutor
