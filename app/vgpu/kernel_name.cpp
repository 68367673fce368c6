#include "app/vgpu/kernel_name.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "app/error.h"

namespace vgpu_program {

namespace {

/// Where the bracket that closes at the end of `text` opens, npos: nowhere.
size_t opening(std::string_view text, char open, char close) {
  int depth = 0;
  for (size_t i = text.size(); i-- > 0;) {
    if (text[i] == close) ++depth;
    if (text[i] == open && --depth == 0) return i;
  }
  return std::string_view::npos;
}

/// "void ns::copy<float>(float*)" -> "ns::copy<float>".
std::string without_parameters(std::string_view name) {
  if (name.ends_with(")")) name = name.substr(0, opening(name, '(', ')'));
  if (name.starts_with("void ")) name.remove_prefix(5);  // only templates' names tell it
  return std::string(name);
}

std::string without_template_arguments(std::string_view name) {
  if (name.ends_with(">")) name = name.substr(0, opening(name, '<', '>'));
  return std::string(name);
}

/// Whatever follows the last "::" outside of template arguments.
std::string unqualified(std::string_view name) {
  int depth = 0;
  for (size_t i = name.size(); i-- > 0;) {
    if (name[i] == '>') ++depth;
    if (name[i] == '<') --depth;
    if (depth == 0 && name[i] == ':') return std::string(name.substr(i + 1));
  }
  return std::string(name);
}

bool answers_to(const std::string& kernel, const std::string& wanted) {
  const std::string full = demangled(kernel);
  const std::string name = without_parameters(full);
  const std::string plain = without_template_arguments(name);
  return wanted == full || wanted == name || wanted == plain || wanted == unqualified(name) ||
         wanted == unqualified(plain);
}

std::string listed(const std::vector<vgpu::KernelInfo>& kernels) {
  std::string text;
  for (const vgpu::KernelInfo& kernel : kernels) text += "\n  " + demangled(kernel.name);
  return text;
}

}  // namespace

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  // A plain name such as "f" would be taken for a mangled type.
  return status == 0 && text && name.starts_with("_Z") ? text.get() : name;
}

std::string base_name(const std::string& name) {
  return unqualified(without_template_arguments(without_parameters(demangled(name))));
}

const vgpu::KernelInfo& choose_kernel(const std::vector<vgpu::KernelInfo>& kernels, const std::string& wanted,
                                      const std::string& file) {
  if (kernels.empty()) {
    throw tritutor::CommandError(tritutor::status_usage,
                                 fmt::format("{} has no kernel: a __global__ function, and a template only where it "
                                             "is instantiated",
                                             file));
  }
  std::vector<vgpu::KernelInfo> meant;
  const vgpu::KernelInfo* found = nullptr;
  for (const vgpu::KernelInfo& kernel : kernels) {
    if (kernel.name == wanted) return kernel;
    if (!wanted.empty() && !answers_to(kernel.name, wanted)) continue;
    found = &kernel;
    meant.push_back(kernel);
  }
  if (meant.size() == 1) return *found;
  if (meant.empty()) {
    throw tritutor::CommandError(tritutor::status_usage,
                                 fmt::format("{} has no kernel '{}'. It has:{}", file, wanted, listed(kernels)));
  }
  throw tritutor::CommandError(
      tritutor::status_usage,
      fmt::format("{} has {} kernels{}; say which by --kernel:{}", file, meant.size(),
                  wanted.empty() ? "" : fmt::format(" of the name '{}'", wanted), listed(meant)));
}

}  // namespace vgpu_program
