#include "app/vgpu/binding.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "app/error.h"
#include "app/terminal.h"
#include "app/vgpu/fill.h"
#include "app/vgpu/kernel_name.h"

namespace vgpu_program {

namespace {

using tritutor::CommandError;
using tritutor::pad;

/// Why an argument cannot be a parameter's, empty: it can. PTX tells pointers from integers as little as it tells
/// signed from unsigned.
std::string objection(const vgpu::Parameter& parameter, const Argument& argument) {
  const bool pointer = argument.kind == Argument::Kind::buffer || argument.kind == Argument::Kind::null;
  const uint64_t bytes = pointer ? 8 : argument.bytes();
  const char kind = parameter.type.empty() ? 'b' : parameter.type[0];  // u64, s32, f32, b8
  if (bytes != parameter.bytes) {
    return pointer ? fmt::format("a pointer has 8 bytes, not {}", parameter.bytes)
                   : fmt::format("{} bytes, not {}", bytes, parameter.bytes);
  }
  if (pointer && kind == 'f') return "a pointer is no floating-point number";
  if (argument.kind != Argument::Kind::scalar) return "";
  if (kind == 'f' && !is_float(argument.element)) return fmt::format("not {}", parameter.type);
  if ((kind == 'u' || kind == 's') && is_float(argument.element)) return "not an integer";
  return "";
}

std::string parameter_text(const vgpu::Parameter& parameter) {
  const bool one = parameter.type != "b8" || parameter.bytes == 1;
  return one ? parameter.type : fmt::format("{} bytes", parameter.bytes);
}

std::string both_shown(const vgpu::KernelInfo& kernel, const std::vector<Argument>& arguments,
                       const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::max(kernel.parameters.size(), arguments.size()); ++i) {
    std::string left = "none", right = "none", reason = "missing";
    if (i < kernel.parameters.size()) {
      left = parameter_text(kernel.parameters[i]);
      if (i < names.size()) left += " " + names[i];
    }
    if (i < arguments.size()) {
      right = arguments[i].text;
      reason = i < kernel.parameters.size() ? objection(kernel.parameters[i], arguments[i]) : "one too many";
    }
    text += fmt::format("\n  {}  {}  {}{}", i, pad(left, 14), pad(right, 24), reason.empty() ? "" : "  <- " + reason);
    while (text.ends_with(' ')) text.pop_back();
  }
  return text;
}

/// Whether a sample's buffer needs no memory before it is touched.
bool starts_empty(const Argument& argument) {
  return argument.initial.how == Initial::How::undefined || argument.initial.how == Initial::How::scratch ||
         argument.initial.how == Initial::How::zeros;
}

void check_memory(const std::vector<Bound>& bound, bool sampled) {
  const auto memory = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  uint64_t bytes = 0;
  for (const Bound& each : bound) {
    if (sampled && starts_empty(each.argument)) continue;
    if (each.argument.kind == Argument::Kind::buffer) bytes += each.argument.bytes();
    if (bytes > memory) {
      throw CommandError(tritutor::status_environment,
                         fmt::format("--arg '{}': the buffers need more than this machine's memory ({} MiB); make "
                                     "them smaller",
                                     each.argument.text, memory >> 20));
    }
  }
}

}  // namespace

std::vector<Bound> pair_up(const vgpu::KernelInfo& kernel, const std::vector<Argument>& arguments,
                           const std::vector<std::string>& names) {
  bool fits = kernel.parameters.size() == arguments.size();
  for (size_t i = 0; fits && i < arguments.size(); ++i) fits = objection(kernel.parameters[i], arguments[i]).empty();
  if (!fits) {
    throw CommandError(
        tritutor::status_usage,
        fmt::format("the arguments do not fit {}: it has {} parameter{}, {} --arg given{}", base_name(kernel.name),
                    kernel.parameters.size(), kernel.parameters.size() == 1 ? "" : "s", arguments.size(),
                    both_shown(kernel, arguments, names)));
  }
  std::vector<Bound> bound;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i].name;
    if (name.empty()) name = i < names.size() ? names[i] : fmt::format("arg{}", i);
    const bool taken = std::any_of(bound.begin(), bound.end(), [&](const Bound& each) { return each.name == name; });
    if (taken) {
      throw CommandError(tritutor::status_usage,
                         fmt::format("--arg '{}': another argument is called {} already", arguments[i].text, name));
    }
    bound.push_back({arguments[i], name});
  }
  return bound;
}

std::vector<std::byte> upload(vgpu::Gpu& gpu, const vgpu::KernelInfo& kernel, std::vector<Bound>& bound, bool sampled) {
  check_memory(bound, sampled);
  std::vector<std::byte> parameters;
  for (size_t i = 0; i < bound.size(); ++i) {
    const Argument& argument = bound[i].argument;
    const uint32_t alignment = kernel.parameters[i].alignment;
    const auto access = argument.read_only ? vgpu::Access::read_only : vgpu::Access::read_write;
    switch (argument.kind) {
      case Argument::Kind::buffer:
        if (sampled && starts_empty(argument)) {
          bound[i].address = gpu.allocate_lazy(bound[i].name, argument.bytes(), {}, access, size_of(argument.element),
                                               std::string(noun_of(argument.element)));
          vgpu::pack(parameters, &bound[i].address, sizeof(vgpu::Address), alignment);
          break;
        }
        bound[i].address = gpu.allocate(bound[i].name, argument.bytes(), access, size_of(argument.element),
                                        std::string(noun_of(argument.element)));
        if (argument.initial.how == Initial::How::undefined || argument.initial.how == Initial::How::scratch) {
          gpu.mark_undefined(bound[i].address, argument.initial.how == Initial::How::undefined);
        } else {
          fill(argument, gpu.data(bound[i].address));
        }
        [[fallthrough]];
      case Argument::Kind::null:
        vgpu::pack(parameters, &bound[i].address, sizeof(vgpu::Address), alignment);
        break;
      case Argument::Kind::scalar:
        vgpu::pack(parameters, argument.value.data(), argument.value.size(), alignment);
        break;
      case Argument::Kind::bytes: {
        std::vector<std::byte> value(argument.bytes());
        fill(argument, value);
        vgpu::pack(parameters, value.data(), value.size(), alignment);
        break;
      }
    }
  }
  return parameters;
}

size_t find_buffer(const std::vector<Bound>& bound, const std::string& which, const std::string& option) {
  std::string buffers;
  for (size_t i = 0; i < bound.size(); ++i) {
    const bool is_buffer = bound[i].argument.kind == Argument::Kind::buffer;
    if (is_buffer && (bound[i].name == which || std::to_string(i) == which)) return i;
    if (is_buffer) buffers += fmt::format("{}{} ({})", buffers.empty() ? "" : ", ", i, bound[i].name);
  }
  throw CommandError(tritutor::status_usage, fmt::format("{}: argument {} is no buffer; {}", option, which,
                                                         buffers.empty() ? "there is none" : "buffers are " + buffers));
}

}  // namespace vgpu_program
