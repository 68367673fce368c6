#include "reference/array.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "reference/half.h"

namespace reference {
namespace {

struct TypeInfo {
  std::string_view name, c_name;
  size_t bytes;
};

// In the order of enum Type. c_name is what stands in a kernel's signature.
constexpr std::array<TypeInfo, 8> kTypes = {{
    {"f32", "float", 4},
    {"f64", "double", 8},
    {"f16", "half", 2},
    {"i32", "int", 4},
    {"u32", "unsigned", 4},
    {"i64", "long long", 8},
    {"u64", "unsigned long long", 8},
    {"u8", "unsigned char", 1},
}};

const TypeInfo& info(Type type) { return kTypes[static_cast<size_t>(type)]; }

template <class T>
T load(const std::vector<std::byte>& bytes, int64_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}

template <class T>
void store(std::vector<std::byte>& bytes, int64_t i, T value) {
  std::memcpy(bytes.data() + i * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
}

/// To the nearest integer, ties to even, held inside the type; NaN becomes 0.
template <class T>
T to_integer(double value) {
  if (std::isnan(value)) return 0;
  const double rounded = std::nearbyint(value);
  if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  // max() of a 64-bit type rounds up to 2^63 or 2^64 as a double, hence >= before the cast.
  if (rounded >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  return static_cast<T>(rounded);
}

}  // namespace

size_t size_of(Type type) { return info(type).bytes; }
std::string_view name_of(Type type) { return info(type).name; }
std::string_view c_name_of(Type type) { return info(type).c_name; }

bool parse_type(std::string_view name, Type& type) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name) {
      type = static_cast<Type>(i);
      return true;
    }
  }
  return false;
}

Array::Array(Type type_, std::vector<int64_t> shape_) : type(type_), shape(std::move(shape_)) {
  bytes.resize(static_cast<size_t>(count()) * size_of(type));
}

int64_t Array::count() const { return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>{}); }

double Array::at(int64_t i) const {
  switch (type) {
    case Type::f32:
      return static_cast<double>(load<float>(bytes, i));
    case Type::f64:
      return load<double>(bytes, i);
    case Type::f16:
      return half_to_double(load<uint16_t>(bytes, i));
    case Type::i32:
      return load<int32_t>(bytes, i);
    case Type::u32:
      return load<uint32_t>(bytes, i);
    case Type::i64:
      return static_cast<double>(load<int64_t>(bytes, i));
    case Type::u64:
      return static_cast<double>(load<uint64_t>(bytes, i));
    case Type::u8:
      return load<uint8_t>(bytes, i);
  }
  return 0;
}

void Array::set(int64_t i, double value) {
  switch (type) {
    case Type::f32:
      return store(bytes, i, static_cast<float>(value));
    case Type::f64:
      return store(bytes, i, value);
    case Type::f16:
      return store(bytes, i, double_to_half(value));
    case Type::i32:
      return store(bytes, i, to_integer<int32_t>(value));
    case Type::u32:
      return store(bytes, i, to_integer<uint32_t>(value));
    case Type::i64:
      return store(bytes, i, to_integer<int64_t>(value));
    case Type::u64:
      return store(bytes, i, to_integer<uint64_t>(value));
    case Type::u8:
      return store(bytes, i, to_integer<uint8_t>(value));
  }
}

}  // namespace reference
