#pragma once
// Progress: every attempt with its source and verdict, in SQLite in the workspace (.tritutor/progress.db).

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "grader/curriculum/dialect_id.h"

struct sqlite3;

namespace tritutor {

/// The database cannot be opened, read or written. what() names the file, the reason and the next step.
class RecordError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Attempt {
  int64_t number = 0;    ///< row id, grows
  std::string time;      ///< UTC, ISO 8601
  std::string exercise;  ///< id
  std::string file;
  std::string source;
  std::string verdict;  ///< "pass", "fail", "error"
  std::string medal;
  std::string device;     ///< kind and name, "virtual: tritutor virtual GPU"
  std::string toolchain;  ///< NVRTC's version
  std::string seed;       ///< empty: none was drawn
  std::string details;    ///< the whole verdict as JSON
};

struct ExerciseProgress {
  int64_t attempts = 0;
  bool passed = false;               ///< in whatever dialect
  std::vector<DialectId> passed_in;  ///< sorted
  std::string medal = "none";        ///< best so far
  bool medal_predicted = false;      ///< that medal is only predicted: no GPU gave it
  std::string last_verdict;
  std::string last_time;
  int hints_shown = 0;
};

/// One open progress file. Writes are durable when the call returns: kill -9 afterwards loses nothing.
/// Several processes may use one file at once.
class Record {
 public:
  enum class Use : uint8_t { write, read };

  /// Opens or makes the file and its folder; to read a file that is there, nothing is written, so that it can be done
  /// on a full disk and in a folder that may only be read. Throws RecordError.
  explicit Record(const std::filesystem::path& file, Use use = Use::write);
  ~Record();
  Record(Record&&) noexcept;
  Record& operator=(Record&&) noexcept;

  /// Stores an attempt and returns its number. `number` and an empty `time` of the argument are filled in.
  int64_t add(Attempt attempt);
  /// By exercise id, of attempts in one dialect or in all.
  std::map<std::string, ExerciseProgress> progress(std::optional<DialectId> dialect = std::nullopt) const;
  std::vector<Attempt> attempts(const std::string& exercise) const;  ///< oldest first
  void set_hints_shown(const std::string& exercise, int count);

 private:
  sqlite3* db_ = nullptr;
  std::filesystem::path file_;
};

}  // namespace tritutor
