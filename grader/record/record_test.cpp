// Progress in SQLite: what goes in comes out, and every failure names the file and the next step.

#include "grader/record/record.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "grader/temporary_folder.h"

namespace tritutor {
namespace {

namespace fs = std::filesystem;

Attempt attempt(const std::string& exercise, const std::string& verdict, const std::string& medal = "none") {
  Attempt result;
  result.exercise = exercise;
  result.file = "1.1_vector_scaling.cu";
  result.source = "// it's \"quoted\"\n\tand \xC3\xA9\n";
  result.verdict = verdict;
  result.medal = medal;
  result.device = "tritutor virtual GPU";
  result.toolchain = "NVRTC 13.0";
  result.seed = "18446744073709551615";
  result.details = R"({"verdict":"pass"})";
  return result;
}

std::string error_of(const fs::path& file) {
  try {
    Record record(file);
  } catch (const RecordError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("An attempt comes back as it was stored, after the file was closed") {
  const TemporaryFolder folder;
  const fs::path file = folder / "deep/er/progress.db";
  {
    Record record(file);
    CHECK(record.add(attempt("1.1", "fail")) == 1);
    CHECK(record.add(attempt("2.1", "fail")) == 2);
    CHECK(record.add(attempt("1.1", "pass")) == 3);
  }
  const Record record(file);
  const std::vector<Attempt> all = record.attempts("1.1");
  REQUIRE(all.size() == 2);
  CHECK(all[0].number == 1);
  CHECK(all[1].number == 3);
  const Attempt given = attempt("1.1", "fail");
  CHECK(all[0].source == given.source);
  CHECK(all[0].seed == given.seed);
  CHECK(all[0].details == given.details);
  CHECK(all[0].toolchain == given.toolchain);
  CHECK(all[0].time.size() == std::string("2026-01-01T00:00:00Z").size());
  CHECK(all[0].time[10] == 'T');
  CHECK(all[0].time.back() == 'Z');
  CHECK(record.attempts("9.9").empty());
}

TEST_CASE("A medal that a GPU has measured stands before one that is only predicted, and a better one before both") {
  const TemporaryFolder folder;
  Record record(folder / "progress.db");
  const auto add = [&](const char* medal, const char* device) {
    Attempt one = attempt("1.1", "pass", medal);
    one.device = device;
    record.add(one);
    return record.progress().at("1.1");
  };
  const char* const predicted = "virtual: tritutor virtual GPU";
  const char* const measured = "cuda: NVIDIA H100";
  CHECK(!add("none", predicted).medal_predicted);
  CHECK(add("bronze", predicted).medal_predicted);
  CHECK(add("bronze", measured).medal == "bronze");
  CHECK(!add("bronze", predicted).medal_predicted);
  CHECK(add("silver", predicted).medal == "silver");
  CHECK(record.progress().at("1.1").medal_predicted);
}

TEST_CASE("Progress is the best so far and the last so far") {
  const TemporaryFolder folder;
  Record record(folder / "progress.db");
  CHECK(record.progress().empty());
  record.add(attempt("1.1", "pass", "silver"));
  record.add(attempt("1.1", "pass", "bronze"));
  record.add(attempt("1.1", "error"));
  record.add(attempt("1.2", "fail"));
  record.set_hints_shown("1.2", 1);
  record.set_hints_shown("1.2", 2);
  record.set_hints_shown("1.3", 1);
  const auto progress = record.progress();
  REQUIRE(progress.size() == 3);
  CHECK(progress.at("1.1").attempts == 3);
  CHECK(progress.at("1.1").passed);
  CHECK(progress.at("1.1").medal == "silver");
  CHECK(progress.at("1.1").last_verdict == "error");
  CHECK(!progress.at("1.2").passed);
  CHECK(progress.at("1.2").medal == "none");
  CHECK(progress.at("1.2").hints_shown == 2);
  CHECK(progress.at("1.3").attempts == 0);
  CHECK(progress.at("1.3").hints_shown == 1);
}

TEST_CASE("What is passed in either dialect is passed, and each can be asked for alone") {
  const TemporaryFolder folder;
  Record record(folder / "progress.db");
  const auto add = [&](const char* exercise, const char* file, const char* verdict, const char* medal) {
    Attempt one = attempt(exercise, verdict, medal);
    one.file = file;
    record.add(one);
  };
  add("1.1", "/w/level1/vector_scaling.cu", "pass", "gold");
  add("1.1", "/w/level1/vector_scaling.py", "pass", "silver");
  add("1.1", "/w/level1/vector_scaling.py", "fail", "none");
  add("1.2", "/w/level1/vector_max.py", "pass", "none");
  add("1.3", "/w/level1/relu.py", "fail", "none");
  add("1.3", "/w/level1/relu.cu", "error", "none");
  using Dialects = std::vector<DialectId>;
  auto all = record.progress();
  CHECK(all["1.1"].passed_in == Dialects{DialectId::cuda, DialectId::triton});
  CHECK(all["1.1"].attempts == 3);
  CHECK(all["1.1"].medal == "gold");
  CHECK(all["1.2"].passed);
  CHECK(all["1.2"].passed_in == Dialects{DialectId::triton});
  CHECK_FALSE(all["1.3"].passed);
  CHECK(all["1.3"].passed_in.empty());

  auto triton = record.progress(DialectId::triton);
  CHECK(triton["1.1"].attempts == 2);
  CHECK(triton["1.1"].medal == "silver");
  CHECK(triton["1.1"].last_verdict == "fail");
  CHECK(triton["1.3"].last_verdict == "fail");
  auto cuda = record.progress(DialectId::cuda);
  CHECK(cuda["1.1"].last_verdict == "pass");
  CHECK_FALSE(cuda.contains("1.2"));
}

TEST_CASE("Several writers of one file lose nothing") {
  const TemporaryFolder folder;
  const fs::path file = folder / "progress.db";
  constexpr int writers = 4, each = 25;
  {
    std::vector<std::jthread> threads;
    for (int w = 0; w < writers; ++w) {
      threads.emplace_back([&file, w] {
        Record record(file);
        for (int i = 0; i < each; ++i) record.add(attempt(std::to_string(w), "fail"));
      });
    }
  }
  const Record record(file);
  for (int w = 0; w < writers; ++w) CHECK(record.attempts(std::to_string(w)).size() == each);
}

TEST_CASE("A file of a newer schema is refused by name and left alone") {
  const TemporaryFolder folder;
  const fs::path file = folder / "progress.db";
  { Record(file).add(attempt("1.1", "pass")); }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA user_version = 99", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const std::string error = error_of(file);
  CHECK(contains(error, file.string()));
  CHECK(contains(error, "99"));
  CHECK(contains(error, "update tritutor"));
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA user_version = 1", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  CHECK(Record(file).attempts("1.1").size() == 1);
}

TEST_CASE("What is no database is refused by name and left as it is") {
  const TemporaryFolder folder;
  const fs::path file = folder / "progress.db";
  const std::string text(4096, 'x');
  std::ofstream(file) << text;
  const std::string error = error_of(file);
  CHECK(contains(error, file.string()));
  CHECK(contains(error, "not a database"));
  CHECK(contains(error, "move the file away"));
  CHECK(fs::file_size(file) == text.size());
}

TEST_CASE("A place that cannot hold the file is named with the next step") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "progress.db");  // a folder where the file should be
  const std::string taken = error_of(folder / "progress.db");
  CHECK(contains(taken, (folder / "progress.db").string()));
  CHECK(contains(taken, "writable"));
  std::ofstream(folder / "file") << "x";
  const std::string under = error_of(folder / "file/progress.db");  // a file where the folder should be
  CHECK(contains(under, (folder / "file").string()));
  CHECK(contains(under, "writable"));
  if (geteuid() != 0) {  // root may write anywhere
    fs::create_directories(folder / "locked");
    fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(contains(error_of(folder / "locked/progress.db"), "writable"));
  }
}

TEST_CASE("A full disk loses the attempt with an error that says so, and nothing stored before") {
  const TemporaryFolder folder;
  const fs::path file = folder / "progress.db";
  Record record(file);
  record.add(attempt("1.1", "pass"));
  // A limit on the size of files stands in for the disk; its signal would end the program.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 256 * 1024;
  setrlimit(RLIMIT_FSIZE, &small);
  Attempt large = attempt("1.1", "fail");
  large.source.assign(1024 * 1024, 'x');
  std::string error;
  try {
    record.add(large);
  } catch (const RecordError& caught) {
    error = caught.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(contains(error, file.string()));
  CHECK(contains(error, "space"));
  CHECK(record.attempts("1.1").size() == 1);
  CHECK(record.add(attempt("1.1", "fail")) == 2);
}

}  // namespace
}  // namespace tritutor
