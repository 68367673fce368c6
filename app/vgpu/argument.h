#pragma once
// One --arg: what a kernel's parameter is given.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/vgpu/element.h"

namespace vgpu_program {

/// What a buffer holds before the kernel runs.
struct Initial {
  enum class How : uint8_t { zeros, ones, nan, iota, random, value, file, undefined, scratch };
  How how = How::zeros;
  uint64_t seed = 0;             ///< random
  double low = -1, high = 1;     ///< random floats: in [low, high)
  int64_t first = 0, last = 0;   ///< random integers: first..last, both possible
  std::vector<std::byte> value;  ///< of one element, for `value`
  std::string path;              ///< of raw little-endian bytes, for `file`
};

struct Argument {
  enum class Kind : uint8_t {
    buffer,  ///< a pointer to COUNT elements
    scalar,  ///< one value
    null,    ///< a null pointer
    bytes,   ///< a struct by value
  };
  Kind kind = Kind::scalar;
  std::string text;  ///< as it was written
  std::string name;  ///< given as NAME:..., else empty
  Element element = Element::i32;
  uint64_t count = 0;            ///< elements of a buffer, bytes of a struct
  std::vector<std::byte> value;  ///< of a scalar
  Initial initial;               ///< of a buffer or a struct
  bool read_only = false;        ///< the kernel may not write it: a const pointer

  /// Of the buffer; of the parameter where it is a scalar or a struct.
  uint64_t bytes() const;
};

/// Reads `[NAME:]TYPE[COUNT]=INITIAL[,ro]`, `[NAME:]TYPE=VALUE`, `bytes[N]=INITIAL` or `null`; COUNT may be a product
/// A*B. Throws tritutor::CommandError (bad usage) that shows the text and the right form.
Argument parse_argument(std::string_view text);

}  // namespace vgpu_program
