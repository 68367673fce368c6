#include <string_view>

#include "tests/fuzz/fuzz.h"
#include "vgpu/ptx/parser.h"

namespace vgpu::fuzz {

void parse_once(std::span<const uint8_t> input) {
  try {
    ptx::parse({reinterpret_cast<const char*>(input.data()), input.size()});
  } catch (const ptx::ParseError&) {
  }
}

}  // namespace vgpu::fuzz
