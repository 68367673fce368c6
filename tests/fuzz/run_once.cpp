// One program, launched with one host thread and with two.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "tests/fuzz/fuzz.h"

namespace vgpu::fuzz {

namespace {

// Small enough that an endless loop ends in milliseconds.
Limits limits(uint32_t threads) {
  Limits l;
  l.warp_steps = 3000;
  l.total_steps = 30000;
  l.threads = threads;
  return l;
}

/// All that a launch shows, as text.
std::string describe(const LaunchResult& result) {
  std::string text = fmt::format("completed {} steps {} lanes {}\n{}\n", result.completed, result.warp_instructions,
                                 result.lane_instructions, result.printed);
  for (const Finding& f : result.findings) {
    text += fmt::format("{} {}:{} {} | {} | {} x{}\n", name_of(f.kind), f.file, f.line, f.message, f.cause, f.buffer,
                        f.count);
  }
  return text;
}

/// The buffers and parameters that every kernel gets, on a GPU of its own.
std::string launch(const Module& module, const KernelInfo& kernel, const WrittenProgram& program, uint32_t threads) {
  Gpu gpu;
  const Address in = gpu.allocate("in", kBufferBytes, Access::read_only, 4, "float");
  const Address out = gpu.allocate("out", kBufferBytes, Access::read_write, 4, "float");
  const auto bytes = gpu.data(in);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
  gpu.mark_undefined(out);
  std::vector<std::byte> parameters;
  for (size_t i = 0; i < kernel.parameters.size() && parameters.size() < kBufferBytes; ++i) {
    const Parameter& p = kernel.parameters[i];
    const uint64_t value = p.bytes == 8 ? (i % 2 == 0 ? in : out) : 64;
    const size_t wanted = std::min<uint64_t>(p.bytes, kBufferBytes);
    std::vector<std::byte> content(wanted);
    std::memcpy(content.data(), &value, std::min(wanted, sizeof(value)));
    pack(parameters, content.data(), wanted, std::clamp<uint32_t>(p.alignment, 1, 256));
  }
  std::string text;
  try {
    text = describe(gpu.launch(module, kernel.name, program.grid, program.block, program.dynamic_shared, parameters,
                               limits(threads)));
  } catch (const LoadError& error) {
    text = error.what();
  } catch (const LaunchError& error) {
    text = error.what();
  }
  const auto after = gpu.data(out);
  return text.append(reinterpret_cast<const char*>(after.data()), after.size());
}

void expect_equal(const std::string& one, const std::string& two) {
  if (one == two) return;
  const size_t tail = std::min(one.size(), two.size());
  size_t at = 0;
  while (at < tail && one[at] == two[at]) ++at;
  throw std::logic_error(fmt::format("one host thread and two differ at byte {}:\n{:.2000}\n---\n{:.2000}", at,
                                     one.substr(0, one.size() - kBufferBytes),
                                     two.substr(0, two.size() - kBufferBytes)));
}

}  // namespace

void run_once(std::span<const uint8_t> input) {
  constexpr size_t kKernels = 3;
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const bool is_ptx = text.starts_with(".version");
  WrittenProgram program =
      is_ptx ? WrittenProgram{std::string(text), {2, 1, 1}, {64, 1, 1}, 256} : write_program(input);
  std::shared_ptr<const Module> module;
  try {
    module = Module::load(program.ptx);
  } catch (const LoadError&) {
    return;
  }
  const std::vector<KernelInfo> kernels = module->kernels();
  for (size_t i = 0; i < std::min(kernels.size(), kKernels); ++i) {
    if (is_ptx && kernels[i].required_block.x != 0) program.block = kernels[i].required_block;
    expect_equal(launch(*module, kernels[i], program, 1), launch(*module, kernels[i], program, 2));
  }
}

}  // namespace vgpu::fuzz
