#include "grader/dialect/cuda/standard_headers.h"

#include <algorithm>
#include <array>

namespace tritutor {
namespace {

constexpr std::string_view empty = "#pragma once\n";

// As CUDA's <cuda/std/cstdint> has them, so that both may be included.
constexpr std::string_view integer_types = R"(
using int8_t = signed char;
using int16_t = signed short;
using int32_t = signed int;
using int64_t = signed long long;
using uint8_t = unsigned char;
using uint16_t = unsigned short;
using uint32_t = unsigned int;
using uint64_t = unsigned long long;
using intptr_t = int64_t;
using uintptr_t = uint64_t;
using intmax_t = int64_t;
using uintmax_t = uint64_t;
)";

constexpr std::string_view stdint_h = R"(#pragma once
#ifndef INT32_MAX
#define INT8_MIN (-128)
#define INT8_MAX 127
#define UINT8_MAX 255
#define INT16_MIN (-32768)
#define INT16_MAX 32767
#define UINT16_MAX 65535
#define INT32_MIN (-2147483647 - 1)
#define INT32_MAX 2147483647
#define UINT32_MAX 4294967295U
#define INT64_MIN (-9223372036854775807LL - 1)
#define INT64_MAX 9223372036854775807LL
#define UINT64_MAX 18446744073709551615ULL
#endif
#ifndef SIZE_MAX
#define SIZE_MAX 18446744073709551615ULL
#endif
)";

constexpr std::string_view limits_h = R"(#pragma once
#ifndef INT_MAX
#define CHAR_BIT 8
#define SCHAR_MIN (-128)
#define SCHAR_MAX 127
#define UCHAR_MAX 255
#define CHAR_MIN SCHAR_MIN
#define CHAR_MAX SCHAR_MAX
#define SHRT_MIN (-32768)
#define SHRT_MAX 32767
#define USHRT_MAX 65535
#define INT_MIN (-2147483647 - 1)
#define INT_MAX 2147483647
#define UINT_MAX 4294967295U
#define LONG_MIN (-9223372036854775807L - 1)
#define LONG_MAX 9223372036854775807L
#define ULONG_MAX 18446744073709551615UL
#define LLONG_MIN (-9223372036854775807LL - 1)
#define LLONG_MAX 9223372036854775807LL
#define ULLONG_MAX 18446744073709551615ULL
#endif
)";

constexpr std::string_view float_h = R"(#pragma once
#ifndef FLT_MAX
#define FLT_RADIX 2
#define FLT_MANT_DIG 24
#define FLT_DIG 6
#define FLT_MIN_EXP (-125)
#define FLT_MAX_EXP 128
#define FLT_EPSILON 1.1920928955078125e-7f
#define FLT_MIN 1.17549435082228750797e-38f
#define FLT_TRUE_MIN 1.40129846432481707092e-45f
#define FLT_MAX 3.40282346638528859812e+38f
#define DBL_MANT_DIG 53
#define DBL_DIG 15
#define DBL_MIN_EXP (-1021)
#define DBL_MAX_EXP 1024
#define DBL_EPSILON 2.2204460492503130808e-16
#define DBL_MIN 2.2250738585072013831e-308
#define DBL_TRUE_MIN 4.9406564584124654418e-324
#define DBL_MAX 1.7976931348623157081e+308
#endif
)";

constexpr std::string_view math_h = R"(#pragma once
#ifndef NAN
#define NAN __int_as_float(0x7fffffff)
#endif
#ifndef HUGE_VALF
#define HUGE_VALF __int_as_float(0x7f800000)
#define HUGE_VAL __longlong_as_double(0x7ff0000000000000LL)
#endif
#ifndef M_PI
#define M_E 2.7182818284590452354
#define M_LOG2E 1.4426950408889634074
#define M_LOG10E 0.43429448190325182765
#define M_LN2 0.69314718055994530942
#define M_LN10 2.30258509299404568402
#define M_PI 3.14159265358979323846
#define M_PI_2 1.57079632679489661923
#define M_PI_4 0.78539816339744830962
#define M_1_PI 0.31830988618379067154
#define M_2_PI 0.63661977236758134308
#define M_2_SQRTPI 1.12837916709551257390
#define M_SQRT2 1.41421356237309504880
#define M_SQRT1_2 0.70710678118654752440
#endif
)";

constexpr std::string_view std_math = R"(
namespace std {
using ::abs; using ::acos; using ::acosh; using ::asin; using ::asinh; using ::atan; using ::atan2;
using ::atanh; using ::cbrt; using ::ceil; using ::copysign; using ::cos; using ::cosh; using ::erf;
using ::erfc; using ::exp; using ::exp2; using ::expm1; using ::fabs; using ::fdim; using ::floor;
using ::fma; using ::fmax; using ::fmin; using ::fmod; using ::frexp; using ::hypot; using ::ilogb;
using ::isfinite; using ::isinf; using ::isnan; using ::ldexp; using ::lgamma; using ::llrint;
using ::llround; using ::log; using ::log10; using ::log1p; using ::log2; using ::logb;
using ::lrint; using ::lround; using ::modf; using ::nearbyint; using ::nextafter; using ::pow;
using ::remainder; using ::rint; using ::round; using ::scalbn; using ::signbit; using ::sin;
using ::sinh; using ::sqrt; using ::tan; using ::tanh; using ::tgamma; using ::trunc;
}
)";

constexpr std::string_view stddef_h = R"(#pragma once
using ptrdiff_t = decltype(static_cast<char*>(nullptr) - static_cast<char*>(nullptr));
#ifndef NULL
#define NULL 0
#endif
#ifndef offsetof
#define offsetof(type, member) \
  ((unsigned long long)&reinterpret_cast<const volatile char&>(((type*)0)->member))
#endif
)";

struct Entry {
  std::string_view name, text;
};

constexpr std::array entries = {
    Entry{"assert.h", empty},    Entry{"cassert", empty},       Entry{"cfloat", float_h},    Entry{"climits", limits_h},
    Entry{"cmath", math_h},      Entry{"cstddef", stddef_h},    Entry{"cstdint", stdint_h},  Entry{"cstdio", empty},
    Entry{"cstdlib", stddef_h},  Entry{"cstring", stddef_h},    Entry{"ctime", empty},       Entry{"cuda.h", empty},
    Entry{"float.h", float_h},   Entry{"inttypes.h", stdint_h}, Entry{"limits.h", limits_h}, Entry{"math.h", math_h},
    Entry{"stdbool.h", empty},   Entry{"stddef.h", stddef_h},   Entry{"stdint.h", stdint_h}, Entry{"stdio.h", empty},
    Entry{"stdlib.h", stddef_h}, Entry{"string.h", stddef_h},   Entry{"time.h", empty},
};

constexpr std::array<std::string_view, 40> host_headers = {
    "algorithm",     "array",   "atomic",        "bits/stdc++.h", "chrono",
    "cublas_v2.h",   "cudnn.h", "deque",         "exception",     "fstream",
    "functional",    "future",  "helper_cuda.h", "iomanip",       "iostream",
    "iterator",      "limits",  "list",          "map",           "memory",
    "mutex",         "numeric", "optional",      "queue",         "random",
    "ratio",         "set",     "sstream",       "stack",         "stdexcept",
    "string",        "thread",  "tuple",         "type_traits",   "unistd.h",
    "unordered_map", "utility", "vector",        "windows.h",     "cuda_profiler_api.h"};

}  // namespace

std::string_view standard_integer_types() { return integer_types; }

std::optional<std::string> standard_header(std::string_view name) {
  const auto* found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.name == name; });
  if (found == entries.end()) return std::nullopt;
  std::string text(found->text);
  if (text == stdint_h) text += integer_types;
  if (name == "cmath") text += std_math;
  return text;
}

bool is_host_header(std::string_view name) {
  return std::find(host_headers.begin(), host_headers.end(), name) != host_headers.end();
}

}  // namespace tritutor
