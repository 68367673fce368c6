#include "grader/record/database.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "grader/record/record.h"
#include "grader/temporary_folder.h"

namespace tritutor {
namespace {

/// Raised whenever the tables change; kept in the file as user_version.
constexpr int schema_version = 1;
constexpr int busy_timeout_ms = 60'000;  // a disk that is busy elsewhere can hold a writer up for many seconds

constexpr const char* schema = R"(
CREATE TABLE attempts (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  time      TEXT NOT NULL,
  exercise  TEXT NOT NULL,
  file      TEXT NOT NULL,
  source    TEXT NOT NULL,
  verdict   TEXT NOT NULL,
  medal     TEXT NOT NULL,
  device    TEXT NOT NULL,
  toolchain TEXT NOT NULL,
  seed      TEXT NOT NULL,
  details   TEXT NOT NULL
);
CREATE INDEX attempts_by_exercise ON attempts (exercise, number);
CREATE TABLE hints (
  exercise TEXT PRIMARY KEY,
  shown    INTEGER NOT NULL
);
)";

std::string_view next_step(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "move the file away to begin a new one, or put a copy of it back";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "make the file and its folder writable, or use another workspace";
    case SQLITE_FULL:
      return "free some space on its disk and submit again";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program keeps it locked; end that one and try again";
    case SQLITE_IOERR:
      return "check its disk and the free space on it, then submit again";
    default:
      return "look at the file with the sqlite3 program, or move it away to begin a new one";
  }
}

/// The change to a write-ahead log is refused at once, not waited for, where another process makes it at this moment.
void use_wal(sqlite3* db, const std::filesystem::path& file) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
  for (;;) {
    const int code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return;
    if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > deadline) {
      fail_record(db, code, file, "use the progress file");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

int64_t user_version(sqlite3* db, const std::filesystem::path& file) {
  Statement statement(db, file, "PRAGMA user_version");
  return statement.step() ? statement.integer(0) : 0;
}

[[noreturn]] void fail_newer(const std::filesystem::path& file, int64_t found) {
  throw RecordError(
      fmt::format("{} was written by a newer tritutor (its schema is {}, this program knows {}); update "
                  "tritutor, or use another workspace",
                  file.string(), found, schema_version));
}

/// Brings an older file to the newest schema. Two programs at once: the second finds it done.
void migrate(sqlite3* db, const std::filesystem::path& file) {
  if (user_version(db, file) == schema_version) return;
  Transaction transaction(db, file);
  const int64_t found = user_version(db, file);
  if (found > schema_version) fail_newer(file, found);
  if (found < 1) execute(db, file, schema);
  execute(db, file, fmt::format("PRAGMA user_version = {}", schema_version).c_str());
  transaction.commit();
}

/// An open database that closes itself unless it is taken.
class Opened {
 public:
  explicit Opened(sqlite3* db) : db_(db) {}
  Opened(const std::string& name, int flags, const std::filesystem::path& file) {
    const int code = sqlite3_open_v2(name.c_str(), &db_, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
    if (code != SQLITE_OK) {
      const Opened closes(db_);
      fail_record(db_, code, file, "open the progress file");
    }
    sqlite3_extended_result_codes(db_, 1);
    sqlite3_busy_timeout(db_, busy_timeout_ms);
  }
  ~Opened() { sqlite3_close(db_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  sqlite3* get() const { return db_; }
  sqlite3* take() { return std::exchange(db_, nullptr); }

 private:
  sqlite3* db_ = nullptr;
};

std::filesystem::path log_of(const std::filesystem::path& file) { return file.string() + "-wal"; }

/// The file's name for SQLite as one that nobody changes, so that it writes nothing beside it.
std::string unchanging(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool plain = c != '?' && c != '#' && c != '%';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri + "?immutable=1";
}

/// A database with what a file and its write-ahead log hold, where SQLite cannot write beside the file to read them.
sqlite3* read_aside(const std::filesystem::path& file) {
  std::error_code none;
  if (const auto bytes = std::filesystem::file_size(log_of(file), none); none || bytes == 0) {
    return Opened(unchanging(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, file).take();
  }
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder / "progress.db";
  std::filesystem::copy_file(file, copy);
  std::error_code error;
  if (std::filesystem::exists(log_of(file), error)) std::filesystem::copy_file(log_of(file), log_of(copy));
  const Opened from(copy.string(), SQLITE_OPEN_READWRITE, file);
  Opened memory(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, file);
  sqlite3_backup* backup = sqlite3_backup_init(memory.get(), "main", from.get(), "main");
  if (backup == nullptr) fail_record(memory.get(), sqlite3_errcode(memory.get()), file, "read the progress file");
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) fail_record(from.get(), code, file, "read the progress file");
  return memory.take();
}

sqlite3* check_schema(Opened& opened, const std::filesystem::path& file) {
  const int64_t found = user_version(opened.get(), file);
  if (found > schema_version) fail_newer(file, found);
  if (found == schema_version) return opened.take();
  // Made a moment ago, or never finished: nothing was recorded yet.
  Opened empty(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, file);
  execute(empty.get(), file, schema);
  return empty.take();
}

}  // namespace

sqlite3* read_progress(const std::filesystem::path& file) {
  try {
    Opened opened(file.string(), SQLITE_OPEN_READONLY, file);
    // Reads a page, and with it the log, whose index SQLite may want to write.
    if (Statement(opened.get(), file, "SELECT count(*) FROM sqlite_master").step()) return check_schema(opened, file);
  } catch (const RecordError&) {
    try {
      Opened aside(read_aside(file));
      return check_schema(aside, file);
    } catch (const std::filesystem::filesystem_error&) {
      // No room for a copy either; the first error says what is wrong with the file.
    }
    throw;
  }
  return nullptr;  // not reached: count(*) has a row
}

void fail_record(sqlite3* db, int code, const std::filesystem::path& file, std::string_view tried) {
  const char* reason = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  throw RecordError(fmt::format("{}: cannot {}: {}; {}", file.string(), tried, reason, next_step(code)));
}

sqlite3* open_progress(const std::filesystem::path& file) {
  std::error_code error;
  if (!file.parent_path().empty()) std::filesystem::create_directories(file.parent_path(), error);
  if (error) {
    throw RecordError(fmt::format("{}: cannot make the folder: {}; make it writable, or use another workspace",
                                  file.parent_path().string(), error.message()));
  }
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &db, flags, nullptr);
  try {
    if (code != SQLITE_OK) fail_record(db, code, file, "open the progress file");
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, busy_timeout_ms);
    use_wal(db, file);
    execute(db, file, "PRAGMA synchronous = FULL;");
    migrate(db, file);
  } catch (...) {
    sqlite3_close(db);
    throw;
  }
  return db;
}

void execute(sqlite3* db, const std::filesystem::path& file, const char* sql) {
  const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_record(db, code, file, "use the progress file");
}

Statement::Statement(sqlite3* db, const std::filesystem::path& file, const char* sql) : db_(db), file_(file) {
  const int code = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr);
  if (code != SQLITE_OK) fail_record(db, code, file, "read the progress file");
}

Statement& Statement::bind(int parameter, const std::string& text) {
  const int code = sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) fail_record(db_, code, file_, "write the progress file");
  return *this;
}

Statement& Statement::bind(int parameter, int64_t value) {
  const int code = sqlite3_bind_int64(statement_, parameter, value);
  if (code != SQLITE_OK) fail_record(db_, code, file_, "write the progress file");
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail_record(db_, code, file_, "use the progress file");
  return false;
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text ? std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

}  // namespace tritutor
