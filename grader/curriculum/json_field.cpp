#include "grader/curriculum/json_field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace tritutor {
namespace {

std::string_view kind_of(const nlohmann::json& value) {
  if (value.is_number_float()) return "the number";
  if (value.is_number()) return "the integer";
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (value.is_string()) return "the string";
  if (value.is_boolean()) return "the boolean";
  return "null";
}

/// The value as a short complaint shows it.
std::string shown(const nlohmann::json& value) {
  if (value.is_object() || value.is_array() || value.is_null()) return std::string(kind_of(value));
  std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > 40) text = text.substr(0, 37) + "...";
  return fmt::format("{} {}", kind_of(value), text);
}

std::string line_and_column(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t start = before.rfind('\n');
  const size_t column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return fmt::format("line {}, column {}", line, column);
}

/// Refuses a key given twice in one object: the parser would silently keep the last.
class UniqueKeys {
 public:
  bool operator()(int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) {
      open_.emplace_back();
    } else if (event == Event::object_end) {
      open_.pop_back();
    } else if (event == Event::key && !open_.back().insert(value.get<std::string>()).second) {
      throw FieldError(fmt::format("the key \"{}\" stands twice in one object: remove one", value.get<std::string>()));
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> open_;
};

}  // namespace

void Field::fail(const std::string& expected) const {
  throw FieldError(fmt::format("{}: {}", path_.empty() ? "the whole file" : path_, expected));
}

void Field::fail_missing(std::string_view key, const std::string& expected) const {
  throw FieldError(fmt::format("{}{}{}: missing; expected {}", path_, path_.empty() ? "" : ".", key, expected));
}

std::string Field::text() const {
  if (!value_->is_string()) fail(fmt::format("expected a string, found {}", shown(*value_)));
  return value_->get<std::string>();
}

std::string Field::filled_text() const {
  std::string result = text();
  if (result.find_first_not_of(" \t\r\n") == std::string::npos) fail("expected a text that is not empty");
  return result;
}

std::string Field::filled_line() const {
  std::string line = filled_text();
  if (line.find_first_of("\n\r") != std::string::npos) fail("text on one line");
  return line;
}

bool Field::boolean() const {
  if (!value_->is_boolean()) fail(fmt::format("expected true or false, found {}", shown(*value_)));
  return value_->get<bool>();
}

double Field::number() const {
  if (!value_->is_number()) fail(fmt::format("expected a number, found {}", shown(*value_)));
  return value_->get<double>();
}

int64_t Field::integer(int64_t least, int64_t most) const {
  const bool fits = value_->is_number_integer() &&
                    (!value_->is_number_unsigned() || value_->get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX));
  if (!fits || value_->get<int64_t>() < least || value_->get<int64_t>() > most) {
    fail(fmt::format("expected an integer from {} to {}, found {}", least, most, shown(*value_)));
  }
  return value_->get<int64_t>();
}

uint64_t Field::natural() const {
  if (!value_->is_number_unsigned()) {
    fail(fmt::format("expected an integer from 0 to 2^64 - 1, found {}", shown(*value_)));
  }
  return value_->get<uint64_t>();
}

std::vector<Field> Field::items() const {
  if (!value_->is_array()) fail(fmt::format("expected an array, found {}", shown(*value_)));
  std::vector<Field> result;
  for (size_t i = 0; i < value_->size(); ++i) result.emplace_back((*value_)[i], fmt::format("{}[{}]", path_, i));
  return result;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", shown(*value_)));
  std::vector<std::pair<std::string, Field>> result;
  for (const auto& [key, value] : value_->items()) result.emplace_back(key, member(key, value));
  return result;
}

bool Field::is_object() const { return value_->is_object(); }

bool Field::has(std::string_view key) const { return value_->is_object() && value_->contains(key); }

Field Field::at(std::string_view key, const std::string& expected) const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", shown(*value_)));
  const auto found = value_->find(key);
  if (found == value_->end()) fail_missing(key, expected);
  return member(key, *found);
}

std::optional<Field> Field::find(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return member(key, *value_->find(key));
}

void Field::only(std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, field] : members()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      field.fail(fmt::format("unknown key; known here: {}", fmt::join(keys, ", ")));
    }
  }
}

Field Field::member(std::string_view key, const nlohmann::json& value) const {
  return {value, path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)};
}

nlohmann::json parse_json(std::string_view text) {
  try {
    UniqueKeys unique;
    return nlohmann::json::parse(text, [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
      return unique(depth, event, value);
    });
  } catch (const nlohmann::json::parse_error& error) {
    std::string reason = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ...": keep the reason.
    if (const size_t at = reason.find(": "); at != std::string::npos) reason = reason.substr(at + 2);
    const size_t byte = error.byte == 0 ? 0 : error.byte - 1;
    throw FieldError(fmt::format("{}: not valid JSON: {}", line_and_column(text, byte), reason));
  } catch (const nlohmann::json::exception& error) {
    throw FieldError(fmt::format("not usable JSON: {}", error.what()));
  }
}

}  // namespace tritutor
