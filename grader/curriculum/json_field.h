#pragma once
// A JSON value together with where it stands ("exercises[3].cases[0].values.n"), so that every complaint names its
// place.

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tritutor {

/// A field that is not what was expected. what() is "PATH: what was expected".
class FieldError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One value of a JSON document. Refers to the document, which must outlive it. Every function throws FieldError.
class Field {
 public:
  Field(const nlohmann::json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  /// Throws FieldError naming this field, or a member of it that is not there.
  [[noreturn]] void fail(const std::string& expected) const;
  [[noreturn]] void fail_missing(std::string_view key, const std::string& expected) const;

  std::string text() const;         ///< any string
  std::string filled_text() const;  ///< a string that is not empty
  std::string filled_line() const;  ///< one without line breaks, too
  bool boolean() const;
  double number() const;  ///< finite
  int64_t integer(int64_t least, int64_t most) const;
  uint64_t natural() const;                                    ///< any 64-bit value that is not negative
  std::vector<Field> items() const;                            ///< of an array
  std::vector<std::pair<std::string, Field>> members() const;  ///< of an object

  bool is_object() const;
  bool has(std::string_view key) const;  ///< false too where this is no object
  /// A member that must be there; `expected` says what it would be.
  Field at(std::string_view key, const std::string& expected) const;
  std::optional<Field> find(std::string_view key) const;
  /// Refuses members other than these, by name.
  void only(std::initializer_list<std::string_view> keys) const;

 private:
  Field member(std::string_view key, const nlohmann::json& value) const;

  const nlohmann::json* value_;
  std::string path_;
};

/// Parses a document. Throws FieldError: "line 3, column 5: ..." on a syntax error, or a key given twice by name.
nlohmann::json parse_json(std::string_view text);

}  // namespace tritutor
