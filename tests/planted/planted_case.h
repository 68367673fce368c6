#pragma once
// One kernel of the corpus of planted bugs, and what its header comment says about it.
//
//   // planted: <what is wrong>            (a fixed twin says `fixed:`, a benign kernel `silent:`)
//   // launch: grid X,Y,Z block X,Y,Z shared BYTES
//   // arg: f32[1000]=uniform:7 ro         one line for each argument of the kernel
//   // finds: race                         the kind of finding
//   // also: uninitialized                 kinds that may follow from it, in the same lines
//
// A buffer is zeros, nan, iota, uniform:SEED, uniform:SEED:LOW:HIGH (HIGH excluded), undefined (nobody has written it)
// or scratch (nor does the host read it); `ro` makes it an input. A scalar is i32=1000 or f32=2.5, a pointer to nothing
// f32*=null. Types: f32, f64, i8 to i64, u8 to u64.
//
// The bug is found in the lines that end with `// <- here`, in each of them (races of one buffer in one of them, and
// the others are named). It may also be found in those that end with `// <- and here`; one of its findings names one of
// them in its message, as "line 12". A race without such lines is of one line with itself.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vgpu/vgpu.h"

namespace planted {

struct Argument {
  std::string name;  ///< as the kernel's signature calls it
  std::string type;  ///< "f32"
  std::string fill;  ///< a buffer's, "null", or a scalar's value
  bool buffer = false;
  uint64_t elements = 0;
  bool read_only = false;
};

struct Case {
  std::filesystem::path file;
  std::string source;
  std::string about;  ///< what is wrong, or how it was mended
  vgpu::Dim3 grid, block;
  uint32_t shared_bytes = 0;
  std::vector<Argument> arguments;
  std::string finds;              ///< empty: nothing
  std::vector<std::string> also;  ///< kinds that may come with it
  std::vector<int> here;          ///< lines that must each have a finding
  std::vector<int> and_here;      ///< other lines of a race
};

/// Throws std::runtime_error with the file and line of what it does not understand.
Case read_case(const std::filesystem::path& file);

/// The bytes a buffer starts with. Throws std::runtime_error for a type or a fill that is none.
std::vector<std::byte> contents_of(const Argument& buffer);
/// A scalar's bytes; for "null" eight zeros.
std::vector<std::byte> value_of(const Argument& scalar);
uint32_t bytes_of(const std::string& type);
/// The C++ name, for messages.
std::string name_of_type(const std::string& type);

/// What is wrong with the findings of a run, one line each; empty: as the header says.
std::vector<std::string> judge(const Case& wanted, const std::vector<vgpu::Finding>& findings);

}  // namespace planted
