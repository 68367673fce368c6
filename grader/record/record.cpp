#include "grader/record/record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "grader/record/database.h"

namespace tritutor {
namespace {

std::string now_utc() {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace

Record::Record(const std::filesystem::path& file, Use use)
    : db_(use == Use::read ? read_progress(file) : open_progress(file)), file_(file) {}

Record::~Record() { sqlite3_close(db_); }

Record::Record(Record&& other) noexcept : db_(std::exchange(other.db_, nullptr)), file_(std::move(other.file_)) {}

Record& Record::operator=(Record&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(file_, other.file_);
  return *this;
}

int64_t Record::add(Attempt attempt) {
  if (attempt.time.empty()) attempt.time = now_utc();
  Transaction transaction(db_, file_);
  {
    Statement insert(db_, file_,
                     "INSERT INTO attempts (time, exercise, file, source, verdict, medal, device, toolchain, seed, "
                     "details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, attempt.time).bind(2, attempt.exercise).bind(3, attempt.file).bind(4, attempt.source);
    insert.bind(5, attempt.verdict).bind(6, attempt.medal).bind(7, attempt.device).bind(8, attempt.toolchain);
    insert.bind(9, attempt.seed).bind(10, attempt.details).step();
  }
  const int64_t number = sqlite3_last_insert_rowid(db_);
  transaction.commit();
  return number;
}

std::map<std::string, ExerciseProgress> Record::progress(std::optional<DialectId> dialect) const {
  std::map<std::string, ExerciseProgress> result;
  // Medals by rank, and a measured one above a predicted one of the same metal, so that the best so far is a maximum.
  // Times on the virtual GPU are predicted.
  // An attempt's dialect is that of its file's name: ?1 are Triton's. Of which dialect: ?2, 1 Triton, 0 not, -1 any.
  Statement attempts(db_, file_,
                     "SELECT a.exercise, count(*), "
                     "max(a.verdict = 'pass' AND a.file NOT GLOB ?1), max(a.verdict = 'pass' AND a.file GLOB ?1), "
                     "max(CASE a.medal WHEN 'gold' THEN 6 WHEN 'silver' THEN 4 WHEN 'bronze' THEN 2 ELSE 0 END "
                     "+ (a.device NOT LIKE 'virtual%')), "
                     "l.verdict, l.time "
                     "FROM attempts a JOIN attempts l ON l.number = (SELECT max(number) FROM attempts "
                     "WHERE exercise = a.exercise AND (?2 < 0 OR (file GLOB ?1) = ?2)) "
                     "WHERE ?2 < 0 OR (a.file GLOB ?1) = ?2 GROUP BY a.exercise");
  attempts.bind(1, fmt::format("*{}", extension_of(DialectId::triton)));
  attempts.bind(2, !dialect ? int64_t{-1} : int64_t{*dialect == DialectId::triton});
  constexpr const char* medals[] = {"none", "bronze", "silver", "gold"};
  while (attempts.step()) {
    ExerciseProgress& of = result[attempts.text(0)];
    of.attempts = attempts.integer(1);
    if (attempts.integer(2) != 0) of.passed_in.push_back(DialectId::cuda);
    if (attempts.integer(3) != 0) of.passed_in.push_back(DialectId::triton);
    of.passed = !of.passed_in.empty();
    of.medal = medals[attempts.integer(4) / 2];
    of.medal_predicted = of.medal != "none" && attempts.integer(4) % 2 == 0;
    of.last_verdict = attempts.text(5);
    of.last_time = attempts.text(6);
  }
  Statement hints(db_, file_, "SELECT exercise, shown FROM hints");
  while (hints.step()) result[hints.text(0)].hints_shown = static_cast<int>(hints.integer(1));
  return result;
}

std::vector<Attempt> Record::attempts(const std::string& exercise) const {
  std::vector<Attempt> result;
  Statement select(db_, file_,
                   "SELECT number, time, exercise, file, source, verdict, medal, device, toolchain, seed, details "
                   "FROM attempts WHERE exercise = ? ORDER BY number");
  select.bind(1, exercise);
  while (select.step()) {
    result.push_back({select.integer(0), select.text(1), select.text(2), select.text(3), select.text(4), select.text(5),
                      select.text(6), select.text(7), select.text(8), select.text(9), select.text(10)});
  }
  return result;
}

void Record::set_hints_shown(const std::string& exercise, int count) {
  Transaction transaction(db_, file_);
  {
    Statement upsert(db_, file_,
                     "INSERT INTO hints (exercise, shown) VALUES (?, ?) "
                     "ON CONFLICT (exercise) DO UPDATE SET shown = excluded.shown");
    upsert.bind(1, exercise).bind(2, static_cast<int64_t>(count)).step();
  }
  transaction.commit();
}

}  // namespace tritutor
