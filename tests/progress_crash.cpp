// Kill -9 at any moment, and two writers at once, lose nothing that was reported.
//
//   progress_crash [--rounds N] [--seed S] [--report-first]
//
// Each round starts two writers on one progress file. A writer stores attempts and reports each one, by a line through
// a pipe, after Record::add() has returned. Both are killed at random moments. Then the file must be sound, hold every
// reported attempt with its whole source, and hold at most one attempt a writer that was not reported.
// --report-first makes the writers report too early: the loss must be noticed, which proves the check.

#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "grader/record/record.h"

namespace {

namespace fs = std::filesystem;
using tritutor::Attempt;
using tritutor::Record;

constexpr int writers = 2;
constexpr int rounds_a_file = 10;  // a new file now and then: its making is killed too
constexpr int longest_life_ms = 60;

/// A source that shows by itself whether it is whole: a few kilobytes made from the attempt's tag.
std::string source_of(const std::string& tag) {
  std::string source = tag;
  for (size_t i = 0; i < 50 + std::hash<std::string>{}(tag) % 400; ++i) source += fmt::format("\n// {} {}", i, tag);
  return source;
}

/// Stores attempts without end; reports "tag number" after each.
[[noreturn]] void write_attempts(const fs::path& file, int report, const std::string& writer, bool report_first) {
  Record record(file);
  for (int i = 0;; ++i) {
    const std::string tag = fmt::format("{}.{}", writer, i);
    Attempt attempt;
    attempt.exercise = "1.1";
    attempt.file = tag;
    attempt.source = source_of(tag);
    attempt.verdict = "pass";
    attempt.medal = "none";
    const std::string early = fmt::format("{} 0\n", tag);
    if (report_first && ::write(report, early.data(), early.size()) < 0) _exit(2);
    const int64_t number = record.add(attempt);
    const std::string line = fmt::format("{} {}\n", tag, number);
    if (!report_first && ::write(report, line.data(), line.size()) < 0) _exit(2);
  }
}

struct Writer {
  pid_t pid = 0;
  int reports = -1;  // read end of its pipe
};

Writer start_writer(const fs::path& file, const std::string& name, bool report_first) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe failed");
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) {
    close(ends[0]);
    try {
      write_attempts(file, ends[1], name, report_first);
    } catch (const std::exception& error) {
      fmt::print(stderr, "writer {}: {}\n", name, error.what());
      _exit(3);
    }
  }
  close(ends[1]);
  return {pid, ends[0]};
}

/// Kills a writer and returns what it had reported: tags and numbers. Throws where it had ended by itself.
std::map<std::string, int64_t> end_writer(const Writer& writer) {
  kill(writer.pid, SIGKILL);
  int status = 0;
  waitpid(writer.pid, &status, 0);
  std::string text;
  char block[4096];
  for (ssize_t got = 0; (got = read(writer.reports, block, sizeof block)) > 0;) {
    text.append(block, static_cast<size_t>(got));
  }
  close(writer.reports);
  if (!WIFSIGNALED(status)) throw std::runtime_error(fmt::format("a writer ended by itself, status {}", status));
  std::map<std::string, int64_t> reported;
  std::istringstream lines(text);
  std::string tag;
  int64_t number = 0;
  while (lines >> tag >> number) reported[tag] = number;
  return reported;
}

void check_sound(const fs::path& file) {
  sqlite3* db = nullptr;
  std::string answer;
  const auto keep = [](void* to, int, char** values, char**) {
    *static_cast<std::string*>(to) = values[0];
    return 0;
  };
  if (sqlite3_open(file.c_str(), &db) == SQLITE_OK) {
    sqlite3_exec(db, "PRAGMA integrity_check", keep, &answer, nullptr);
  }
  sqlite3_close(db);
  if (answer != "ok") throw std::runtime_error(fmt::format("{} is not sound: {}", file.string(), answer));
}

/// Holds the file against everything reported so far. `kills` writers were killed on it.
void check_complete(const fs::path& file, const std::map<std::string, int64_t>& reported, size_t kills) {
  std::map<std::string, int64_t> stored;
  for (const Attempt& attempt : Record(file).attempts("1.1")) {
    if (attempt.source != source_of(attempt.file)) {
      throw std::runtime_error(fmt::format("attempt {} ({}) is not whole", attempt.number, attempt.file));
    }
    stored[attempt.file] = attempt.number;
  }
  for (const auto& [tag, number] : reported) {
    const auto found = stored.find(tag);
    if (found == stored.end()) throw std::runtime_error(fmt::format("{} was reported and is lost", tag));
    if (number != 0 && found->second != number) {
      throw std::runtime_error(fmt::format("{} was reported as {} and is {}", tag, number, found->second));
    }
  }
  if (stored.size() > reported.size() + kills) {
    throw std::runtime_error(fmt::format("{} attempts stored, {} reported", stored.size(), reported.size()));
  }
}

struct Totals {
  size_t reported = 0, kills = 0;
};

Totals run_rounds(const fs::path& folder, int rounds, unsigned seed, bool report_first) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> life_us(0, longest_life_ms * 1000);
  std::map<std::string, int64_t> reported;
  Totals totals;
  size_t kills = 0;
  for (int round = 0; round < rounds; ++round) {
    const fs::path file = folder / fmt::format("{}", round / rounds_a_file) / "progress.db";
    if (round % rounds_a_file == 0) {
      reported.clear();
      kills = 0;
    }
    std::vector<Writer> running;
    for (int w = 0; w < writers; ++w) {
      running.push_back(start_writer(file, fmt::format("{}.{}", round, w), report_first));
    }
    for (const Writer& writer : running) {
      std::this_thread::sleep_for(std::chrono::microseconds(life_us(random)));
      const auto more = end_writer(writer);
      totals.reported += more.size();
      reported.insert(more.begin(), more.end());
      ++kills;
      ++totals.kills;
    }
    check_complete(file, reported, kills);
    check_sound(file);
  }
  return totals;
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 150;
  unsigned seed = 1;
  bool report_first = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) rounds = std::atoi(argv[++i]);
    if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) seed = static_cast<unsigned>(std::atoi(argv[++i]));
    if (std::strcmp(argv[i], "--report-first") == 0) report_first = true;
  }
  std::string folder = (fs::temp_directory_path() / "tritutor-crash-XXXXXX").string();
  if (!mkdtemp(folder.data())) return 2;
  int status = 0;
  try {
    const Totals totals = run_rounds(folder, rounds, seed, report_first);
    fmt::print("{} writers killed, {} attempts reported, none lost\n", totals.kills, totals.reported);
    if (totals.reported < static_cast<size_t>(rounds)) {
      fmt::print("too few attempts were reported to show anything\n");
      status = 1;
    }
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
    status = 1;
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return status;
}
