#include "app/vgpu/kernel_name.h"

#include <doctest/doctest.h>

#include "app/error.h"

using namespace vgpu_program;

namespace {

std::vector<vgpu::KernelInfo> kernels(std::initializer_list<const char*> names) {
  std::vector<vgpu::KernelInfo> all;
  for (const char* name : names) {
    all.emplace_back();
    all.back().name = name;
  }
  return all;
}

const char* const copy_float = "_ZN2ns4copyIfEEvPKT_PS1_";  // void ns::copy<float>(float const*, float*)
const char* const copy_short = "_ZN2ns4copyIsEEvPKT_PS1_";
const char* const scale = "_Z5scalePff";  // scale(float*, float)

}  // namespace

TEST_CASE("C++ names are shown as written, plain ones as they are") {
  CHECK(demangled(scale) == "scale(float*, float)");
  CHECK(demangled("f") == "f");  // a mangled type of that name is float
  CHECK(base_name(copy_float) == "copy");
  CHECK(base_name(scale) == "scale");
  CHECK(base_name("add_k") == "add_k");
  CHECK(base_name("_ZN12_GLOBAL__N_14fillEPi") == "fill");  // (anonymous namespace)::fill(int*)
}

TEST_CASE("a kernel answers to its name in PTX, in C++, and to the last part of it") {
  const auto all = kernels({copy_float, copy_short, scale, "plain"});
  for (const char* name : {"_Z5scalePff", "scale", "scale(float*, float)"})
    CHECK_MESSAGE(choose_kernel(all, name, "a.cu").name == scale, name);
  for (const char* name : {"copy<float>", "ns::copy<float>"})
    CHECK_MESSAGE(choose_kernel(all, name, "a.cu").name == copy_float, name);
  CHECK(choose_kernel(all, "plain", "a.cu").name == "plain");
}

TEST_CASE("the only kernel needs no name, and of several, those meant are listed") {
  CHECK(choose_kernel(kernels({scale}), "", "a.cu").name == scale);
  const auto all = kernels({copy_float, copy_short, scale});
  CHECK_THROWS_WITH_AS(choose_kernel(all, "", "a.cu"), doctest::Contains("3 kernels"), tritutor::CommandError);
  try {
    choose_kernel(all, "copy", "a.cu");
    FAIL("two kernels are called copy");
  } catch (const tritutor::CommandError& error) {
    const std::string message = error.what();
    CHECK(message.find("ns::copy<short>") != std::string::npos);
    CHECK(message.find("scale") == std::string::npos);
  }
  CHECK_THROWS_WITH_AS(choose_kernel(all, "sale", "a.cu"), doctest::Contains("no kernel 'sale'. It has:"),
                       tritutor::CommandError);
  CHECK_THROWS_WITH_AS(choose_kernel({}, "", "a.cu"), doctest::Contains("has no kernel"), tritutor::CommandError);
}
