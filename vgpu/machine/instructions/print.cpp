// printf from a kernel: the format string lies in global memory, the arguments in a thread's local memory, each at its
// natural alignment (CUDA C++ Programming Guide, "Formatted Output").

#include <fmt/printf.h>

#include <cstring>

#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

const std::byte* host_of(const Warp& warp, int lane, uint64_t address, uint64_t bytes) {
  if (address >> kSlotBits == kLocalSlot) {
    const uint64_t offset = address - slot_base(kLocalSlot) - kLocalStart;
    if (offset > warp.local_bytes || bytes > warp.local_bytes - offset) return nullptr;
    return warp.local_memory.get() + static_cast<uint64_t>(lane) * warp.local_bytes + offset;
  }
  return warp.launch->memory.host(address, bytes);
}

template <class T>
T take(const Warp& warp, int lane, uint64_t& address) {
  address = (address + sizeof(T) - 1) / sizeof(T) * sizeof(T);
  T value{};
  if (const std::byte* host = host_of(warp, lane, address, sizeof(T))) std::memcpy(&value, host, sizeof(T));
  address += sizeof(T);
  return value;
}

std::string string_at(const Warp& warp, int lane, uint64_t address) {
  std::string text;
  for (; text.size() < 65536; ++address) {
    const std::byte* c = host_of(warp, lane, address, 1);
    if (c == nullptr || *c == std::byte{0}) break;
    text += static_cast<char>(*c);
  }
  return text;
}

/// One conversion of the format: flags, width and precision without length modifiers, then the letter.
struct Conversion {
  std::string spec = "%";
  char letter = 0;
  bool is_64 = false;
};

}  // namespace

std::string format_printf(Warp& warp, int lane, uint64_t format_address, uint64_t arguments) {
  const std::string format = string_at(warp, lane, format_address);
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    if (++i < format.size() && format[i] == '%') {
      out += '%';
      continue;
    }
    Conversion c;
    for (; i < format.size() && std::strchr("-+ #0123456789.*", format[i]) != nullptr; ++i) {
      if (format[i] == '*') {
        c.spec += std::to_string(take<int32_t>(warp, lane, arguments));
      } else {
        c.spec += format[i];
      }
    }
    for (; i < format.size() && std::strchr("hlLqjzt", format[i]) != nullptr; ++i) {
      if (format[i] != 'h') c.is_64 = true;  // long is 64 bits on the device
    }
    if (i >= format.size()) break;
    c.letter = format[i];
    const std::string spec = c.spec + c.letter;
    try {
      switch (c.letter) {
        case 'd':
        case 'i':
          out += c.is_64 ? fmt::sprintf(spec, take<int64_t>(warp, lane, arguments))
                         : fmt::sprintf(spec, take<int32_t>(warp, lane, arguments));
          break;
        case 'u':
        case 'x':
        case 'X':
        case 'o':
          out += c.is_64 ? fmt::sprintf(spec, take<uint64_t>(warp, lane, arguments))
                         : fmt::sprintf(spec, take<uint32_t>(warp, lane, arguments));
          break;
        case 'c':
          out += fmt::sprintf(spec, static_cast<char>(take<int32_t>(warp, lane, arguments)));
          break;
        case 's':
          out += fmt::sprintf(spec, string_at(warp, lane, take<uint64_t>(warp, lane, arguments)));
          break;
        case 'p':
          out += fmt::sprintf("0x%x", take<uint64_t>(warp, lane, arguments));
          break;
        case 'f':
        case 'F':
        case 'e':
        case 'E':
        case 'g':
        case 'G':
        case 'a':
        case 'A':
          out += fmt::sprintf(spec, take<double>(warp, lane, arguments));
          break;
        default:
          out += spec;
          break;
      }
    } catch (const fmt::format_error&) {
      out += spec;  // a format that C leaves undefined is shown as it stands
    }
  }
  return out;
}

}  // namespace vgpu
