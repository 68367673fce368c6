#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "vgpu/ptx/ast.h"

namespace vgpu::ptx {

/// Text that is not PTX, or PTX this parser does not know. what() names the line and what was found there.
class ParseError : public std::runtime_error {
 public:
  ParseError(int line, const std::string& message)
      : std::runtime_error("PTX line " + std::to_string(line) + ": " + message), line_(line) {}
  int line() const { return line_; }  ///< 1-based line of the PTX text

 private:
  int line_;
};

/// Parses a whole PTX text. Linear in its length; nesting is limited. Throws ParseError, nothing else, on any input.
Module parse(std::string_view text);

}  // namespace vgpu::ptx
