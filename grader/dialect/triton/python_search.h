#pragma once
// Which Python of this machine runs Triton programs, and where the package is that lets them run on the virtual GPU.

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace tritutor {

struct PythonWithTriton {
  std::filesystem::path path;
  std::string triton_version;      ///< "3.9.0"
  std::filesystem::path packages;  ///< the folder that holds Triton's own
};

/// what: a sentence for each Python that was tried, and then the next step.
struct NoPythonWithTriton {
  std::string what;
};

/// Where to look; the default is this machine.
struct PythonSearch {
  std::string python;                         ///< TRITUTOR_PYTHON: this one and no other; empty: search
  std::vector<std::filesystem::path> places;  ///< best first; a name without a slash is looked for on PATH

  static PythonSearch of_this_machine();
};

/// The first Python that has Triton 3.4 or later and numpy. Each one tried takes some 50 ms, at most 20 s.
std::variant<PythonWithTriton, NoPythonWithTriton> find_python_with_triton(
    const PythonSearch& search = PythonSearch::of_this_machine());

/// The Python package `vgpu` and the library it opens, of this installation or as built.
struct VgpuPackage {
  std::filesystem::path folder;   ///< for PYTHONPATH
  std::filesystem::path library;  ///< libvgpu.so.1, for VGPU_LIBRARY
};
/// Its files may be missing, where this installation is not whole.
VgpuPackage vgpu_package();

}  // namespace tritutor
