#pragma once
// Runs PTX on the virtual GPU the way tests want it.
//
//   Machine m(kernel("ld.global.b32 %r1, [%i]; add.u32 %r1, %r1, 1; st.global.b32 [%o], %r1;"));
//   const Address in = m.buffer<uint64_t>("in", {...}), out = m.zeros<uint64_t>("out", 32);
//   m.run(1, 32, out, in);
//   CHECK(m.values<uint64_t>(out)[0] == 1);

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "vgpu/vgpu.h"

namespace vgpu::testing {

inline const char* const kHeader = ".version 8.0\n.target sm_80\n.address_size 64\n";

/// Registers every body may use: %r (32 bits), %rd (64), %rs (16), %f, %fd, %q (128), %p.
inline const char* const kRegisters =
    ".reg .pred %p<16>; .reg .b16 %rs<32>; .reg .b32 %r<64>; .reg .b64 %rd<64>; .reg .b128 %q<8>;\n"
    ".reg .f32 %f<32>; .reg .f64 %fd<32>;\n";

/// A module with the kernel k(out, in, ...). `body` finds, besides kRegisters, %out and %in (the two pointers), %t
/// (the thread's number in the grid, one-dimensional) and %o, %i (out and in plus 8 bytes a thread). `parameters` are
/// further ones, each with a comma in front; `module` is text in front of the kernel.
inline std::string kernel(std::string_view body, std::string_view parameters = "", std::string_view module = "") {
  std::string text = kHeader;
  (text += module) += "\n.visible .entry k(.param .u64 out, .param .u64 in";
  (text += parameters) += ")\n{\n";
  text += kRegisters;
  text +=
      ".reg .b64 %out, %in, %o, %i, %t8; .reg .b32 %t, %tc, %tn;\n"
      "ld.param.u64 %out, [out]; ld.param.u64 %in, [in];\n"
      "mov.u32 %t, %tid.x; mov.u32 %tc, %ctaid.x; mov.u32 %tn, %ntid.x; mad.lo.u32 %t, %tc, %tn, %t;\n"
      "mul.wide.u32 %t8, %t, 8; add.u64 %o, %out, %t8; add.u64 %i, %in, %t8;\n";
  (text += body) += "\nret;\n}\n";
  return text;
}

/// `text` with every `{name}` replaced.
inline std::string with(std::string text, std::initializer_list<std::pair<std::string, std::string>> replacements) {
  for (const auto& [name, value] : replacements) {
    for (size_t at = 0; (at = text.find("{" + name + "}", at)) != std::string::npos; at += value.size())
      text.replace(at, name.size() + 2, value);
  }
  return text;
}

/// A GPU with one module.
class Machine {
 public:
  explicit Machine(const std::string& ptx) : module_(load(ptx)) {}

  template <class T>
  Address buffer(const std::string& name, const std::vector<T>& values, Access access = Access::read_write,
                 const std::string& element = "word") {
    const Address address = gpu.allocate(name, values.size() * sizeof(T), access, sizeof(T), element);
    if (!values.empty()) std::memcpy(gpu.data(address).data(), values.data(), values.size() * sizeof(T));
    return address;
  }
  template <class T>
  Address zeros(const std::string& name, size_t count, const std::string& element = "word") {
    return buffer(name, std::vector<T>(count), Access::read_write, element);
  }
  template <class T>
  std::vector<T> values(Address address) {
    const auto bytes = gpu.data(address);
    std::vector<T> result(bytes.size() / sizeof(T));
    if (!result.empty()) std::memcpy(result.data(), bytes.data(), result.size() * sizeof(T));
    return result;
  }

  /// Launches k. Findings are the caller's to look at; run() below wants none.
  template <class... Arguments>
  LaunchResult launch(Dim3 grid, Dim3 block, Arguments... arguments) {
    std::vector<std::byte> parameters;
    (pack(parameters, &arguments, sizeof(arguments), alignof(Arguments)), ...);
    return gpu.launch(*module_, kernel, grid, block, dynamic_shared, parameters, limits);
  }
  /// Launches k, which has to run to its end without a finding.
  template <class... Arguments>
  LaunchResult run(uint32_t grid, uint32_t block, Arguments... arguments) {
    LaunchResult result = launch({grid, 1, 1}, {block, 1, 1}, arguments...);
    CHECK(result.completed);
    for (const Finding& finding : result.findings) FAIL_CHECK(name_of(finding.kind) << ": " << finding.message);
    return result;
  }

  const Module& module() const { return *module_; }

  Gpu gpu;
  std::string kernel = "k";
  uint32_t dynamic_shared = 0;
  Limits limits{};

 private:
  static std::shared_ptr<const Module> load(const std::string& ptx) {
    try {
      return Module::load(ptx);
    } catch (const LoadError& error) {
      FAIL(error.what() << "\n" << ptx);
    }
    return nullptr;
  }
  std::shared_ptr<const Module> module_;
};

/// The message of the LoadError that loading `ptx`, or its first kernel that cannot run, gives; empty when all run.
inline std::string refusal(const std::string& ptx, std::string* file = nullptr, int* line = nullptr) {
  try {
    for (const KernelInfo& kernel : Module::load(ptx)->kernels()) {
      if (kernel.refusal) throw LoadError(*kernel.refusal);
    }
  } catch (const LoadError& error) {
    if (file != nullptr) *file = error.file();
    if (line != nullptr) *line = error.line();
    return error.what();
  }
  return "";
}

/// One warp runs `body`: lane l finds in[l] at [%i] and stores its result of 8 bytes at [%o] (0 before).
inline std::vector<uint64_t> run_warp_of(const std::string& body, const std::vector<uint64_t>& in,
                                         std::string_view module = "") {
  CAPTURE(body);
  Machine m(kernel(body, "", module));
  const Address from = m.buffer("in", in);
  const Address to = m.zeros<uint64_t>("out", 32);
  m.run(1, 32, to, from);
  return m.values<uint64_t>(to);
}

/// 32 values from a function of the lane.
template <class F>
std::vector<uint64_t> lanes(F f) {
  std::vector<uint64_t> values(32);
  for (uint32_t l = 0; l < 32; ++l) values[l] = static_cast<uint64_t>(f(l));
  return values;
}

}  // namespace vgpu::testing
