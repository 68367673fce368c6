#pragma once
// Dense arrays as they lie in device memory, and the numbers that describe a case.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reference {

/// Element types of buffers and scalars.
enum class Type : uint8_t { f32, f64, f16, i32, u32, i64, u64, u8 };

size_t size_of(Type type);              ///< bytes
std::string_view name_of(Type type);    ///< "f32"
std::string_view c_name_of(Type type);  ///< "float"
/// False where there is no such type.
bool parse_type(std::string_view name, Type& type);

/// A dense row-major array.
struct Array {
  Type type = Type::f32;
  std::vector<int64_t> shape;  ///< empty: one element
  std::vector<std::byte> bytes;

  Array() = default;
  Array(Type type, std::vector<int64_t> shape);  ///< zeros
  int64_t count() const;                         ///< elements
  double at(int64_t i) const;                    ///< element i, widened
  void set(int64_t i, double value);             ///< rounded to the type
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

/// Sizes and scalars of a case by name: {"n", 1000}, {"alpha", 2.5}.
using Values = std::map<std::string, double, std::less<>>;
/// Buffers by argument name.
using Arrays = std::map<std::string, Array, std::less<>>;

}  // namespace reference
