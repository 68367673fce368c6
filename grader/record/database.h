#pragma once
// SQLite with errors that name the file and the next step. The only place that calls it, beside record.cpp's queries.

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tritutor {

/// Throws RecordError for a result code of SQLite: what was tried, the file, the reason, the next step.
[[noreturn]] void fail_record(sqlite3* db, int code, const std::filesystem::path& file, std::string_view tried);

/// Opens or makes a progress file of the newest schema: write-ahead log, every commit on the disk before it returns.
/// Throws RecordError; refuses a file of a newer schema.
sqlite3* open_progress(const std::filesystem::path& file);

/// Opens a progress file that is there to read it, writing nothing beside it that stays. Throws RecordError; refuses a
/// file of a newer schema.
sqlite3* read_progress(const std::filesystem::path& file);

/// Runs statements without results. Throws RecordError.
void execute(sqlite3* db, const std::filesystem::path& file, const char* sql);

/// One prepared statement. Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement(sqlite3* db, const std::filesystem::path& file, const char* sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int parameter, const std::string& text);
  Statement& bind(int parameter, int64_t value);
  /// True where there is a row. Throws RecordError.
  bool step();
  std::string text(int column) const;
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3* db_;
  const std::filesystem::path& file_;
  sqlite3_stmt* statement_ = nullptr;
};

/// Everything or nothing of what happens in its scope: rolled back unless commit() was called.
class Transaction {
 public:
  Transaction(sqlite3* db, const std::filesystem::path& file) : db_(db), file_(file) {
    execute(db_, file_, "BEGIN IMMEDIATE");
  }
  ~Transaction() {
    if (!done_) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    execute(db_, file_, "COMMIT");
    done_ = true;
  }

 private:
  sqlite3* db_;
  const std::filesystem::path& file_;
  bool done_ = false;
};

}  // namespace tritutor
