#include "grader/device/cublas.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

namespace tritutor::cuda {
namespace {

constexpr int no_transpose = 0;  // CUBLAS_OP_N
constexpr int default_math = 0;  // CUBLAS_DEFAULT_MATH: floats are multiplied as floats

void check(int status, const char* call) {
  if (status != 0) throw std::runtime_error(fmt::format("{} failed with status {}", call, status));
}

}  // namespace

Cublas::Cublas(const std::vector<std::string>& candidates, Stream stream) {
  void* library = nullptr;
  for (const std::string& candidate : candidates) {
    if ((library = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL)) != nullptr) break;
  }
  if (library == nullptr) throw std::runtime_error("cuBLAS was not found");
  const auto bind = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (function == nullptr) throw std::runtime_error(fmt::format("this cuBLAS has no {}", name));
  };
  int (*create)(void**) = nullptr;
  int (*set_stream)(void*, void*) = nullptr;
  int (*set_math_mode)(void*, int) = nullptr;
  int (*get_version)(void*, int*) = nullptr;
  bind(create, "cublasCreate_v2");
  bind(destroy_, "cublasDestroy_v2");
  bind(set_stream, "cublasSetStream_v2");
  bind(set_math_mode, "cublasSetMathMode");
  bind(get_version, "cublasGetVersion_v2");
  bind(sgemm_, "cublasSgemmStridedBatched");
  check(create(&handle_), "cublasCreate");
  check(set_stream(handle_, stream), "cublasSetStream");
  check(set_math_mode(handle_, default_math), "cublasSetMathMode");
  int version = 0;
  check(get_version(handle_, &version), "cublasGetVersion");
  version_ = fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

Cublas::~Cublas() {
  if (handle_ != nullptr) destroy_(handle_);
}

void Cublas::multiply(const GemmShape& shape, const GemmBuffers& buffers) const {
  // cuBLAS is column-major: there C is n x m, the product of B and A.
  const float one = 1, zero = 0;
  const auto m = static_cast<int>(shape.m), n = static_cast<int>(shape.n), k = static_cast<int>(shape.k);
  check(sgemm_(handle_, no_transpose, no_transpose, n, m, k, &one, reinterpret_cast<const float*>(buffers.b), n,
               static_cast<long long>(shape.k * shape.n), reinterpret_cast<const float*>(buffers.a), k,
               static_cast<long long>(shape.m * shape.k), &zero, reinterpret_cast<float*>(buffers.c), n,
               static_cast<long long>(shape.m * shape.n), static_cast<int>(shape.batch)),
        "cublasSgemmStridedBatched");
}

}  // namespace tritutor::cuda
