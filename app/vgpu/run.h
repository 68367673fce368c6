#pragma once
// vgpu run, vgpu list and vgpu python.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vgpu/vgpu.h"

namespace vgpu_program {

/// "128", "16,16" or "8,8,4", each at least 1. Throws tritutor::CommandError that names `option`.
vgpu::Dim3 parse_extent(std::string_view text, const std::string& option);

/// "--out 1=FILE" or "--print 1[:COUNT]", taken apart.
struct Selection {
  std::string which;   ///< index or name of an argument
  std::string file;    ///< of --out
  uint64_t count = 0;  ///< of --print; UINT64_MAX: all
};
Selection parse_out(std::string_view text);
Selection parse_print(std::string_view text);

/// Adds the command; it leaves its exit status in `status`.
void add_run(CLI::App& app, int& status);
void add_list(CLI::App& app, int& status);
/// This one's process becomes Python.
void add_python(CLI::App& app);

}  // namespace vgpu_program
