#include "app/vgpu/fill.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "app/error.h"
#include "reference/random.h"

namespace vgpu_program {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const Argument& argument, const std::string& reason) {
  throw tritutor::CommandError(tritutor::status_usage, fmt::format("--arg '{}': {}", argument.text, reason));
}

void read_file(const Argument& argument, std::span<std::byte> bytes) {
  const std::string& path = argument.initial.path;
  std::error_code error;
  if (fs::is_directory(path, error)) fail(argument, fmt::format("{} is a folder; name a file of raw bytes", path));
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(argument, fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  in.seekg(0, std::ios::end);
  const auto found = static_cast<int64_t>(in.tellg());
  if (found < 0 || static_cast<uint64_t>(found) != bytes.size()) {
    const std::string wanted =
        argument.kind == Argument::Kind::bytes
            ? fmt::format("{} bytes", bytes.size())
            : fmt::format("{} bytes ({} of {})", bytes.size(), argument.count, name_of(argument.element));
    fail(argument, fmt::format("{} has {} bytes, expected {}; correct the count or the file", path, found, wanted));
  }
  in.seekg(0);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), found)) fail(argument, fmt::format("{} cannot be read", path));
}

void fill_random(const Argument& argument, std::span<std::byte> bytes) {
  const Initial& initial = argument.initial;
  const reference::Random random(initial.seed);
  const uint32_t step = size_of(argument.element);
  const uint64_t values = static_cast<uint64_t>(initial.last) - static_cast<uint64_t>(initial.first) + 1;
  for (uint64_t i = 0; i < argument.count; ++i) {
    std::byte* to = bytes.data() + i * step;
    if (is_float(argument.element)) {
      store_float(argument.element, initial.low + (initial.high - initial.low) * random.unit(i), to);
    } else {
      const uint64_t drawn = values == 0 ? random.bits(i) : random.bits(i) % values;  // 0: all 2^64
      store_integer(argument.element, static_cast<int64_t>(static_cast<uint64_t>(initial.first) + drawn), to);
    }
  }
}

void fill_iota(const Argument& argument, std::span<std::byte> bytes) {
  const uint32_t step = size_of(argument.element);
  for (uint64_t i = 0; i < argument.count; ++i) {
    std::byte* to = bytes.data() + i * step;
    if (is_float(argument.element)) {
      store_float(argument.element, static_cast<double>(i), to);
    } else {
      store_integer(argument.element, static_cast<int64_t>(i), to);
    }
  }
}

void fill_with(std::span<const std::byte> value, std::span<std::byte> bytes) {
  for (size_t at = 0; at < bytes.size(); at += value.size()) std::memcpy(bytes.data() + at, value.data(), value.size());
}

}  // namespace

void fill(const Argument& argument, std::span<std::byte> bytes) {
  switch (argument.initial.how) {
    case Initial::How::zeros:
      std::memset(bytes.data(), 0, bytes.size());
      break;
    case Initial::How::ones:
      fill_with(*parse_value(argument.element, "1"), bytes);
      break;
    case Initial::How::nan:
      fill_with(*parse_value(argument.element, "nan"), bytes);
      break;
    case Initial::How::iota:
      fill_iota(argument, bytes);
      break;
    case Initial::How::random:
      fill_random(argument, bytes);
      break;
    case Initial::How::value:
      fill_with(argument.initial.value, bytes);
      break;
    case Initial::How::file:
      read_file(argument, bytes);
      break;
    case Initial::How::undefined:
    case Initial::How::scratch:
      break;
  }
}

}  // namespace vgpu_program
