// What the built program writes: cleaned for a terminal, and never lost without a word.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/program_testing.h"

using namespace program_testing;

namespace {

/// Bytes that a terminal may obey: any control character but line feeds and tabs, and C1 as UTF-8.
std::string controls_of(const std::string& text) {
  std::string found;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || c1) found += fmt::format("{:02x} ", c);
  }
  return found;
}

/// tritutor's curriculum with a title that a terminal would obey.
void write_curriculum(const Folder& folder, const std::string& title) {
  nlohmann::json curriculum = nlohmann::json::parse(read(fs::path(TRITUTOR_SOURCE_DIR) / "curriculum.json"));
  curriculum["exercises"][0]["title"] = title;
  folder.write("mine.json", curriculum.dump());
}

void close_output() { close(STDOUT_FILENO); }

void fill_output() {
  const int full = open("/dev/full", O_WRONLY);
  dup2(full, STDOUT_FILENO);
}

/// Modes hold for root too.
void obey_modes() {
  if (geteuid() == 0 && prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) != 0) _exit(98);
}

/// No file grows past this: what SQLite wants to write beside a database does not fit.
void fill_disk() {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{20'000, 20'000};
  setrlimit(RLIMIT_FSIZE, &limit);
}

void set_writable(const fs::path& folder, bool writable) {
  const auto how = writable ? fs::perm_options::add : fs::perm_options::remove;
  const auto write = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    fs::permissions(entry.path(), write, how);
  }
  fs::permissions(folder, write, how);
}

}  // namespace

TEST_CASE("a title that a terminal would obey is spelled out; JSON has it as it is") {
  Folder folder;
  const std::string title =
      "T\x1b[2J\x07\xC2\x9B"
      "31m\xE2\x80\xAE end";
  write_curriculum(folder, title);
  for (const char* command : {"list", "next"}) {
    const Result result = run(folder.path, {"--curriculum", "mine.json", command});
    CHECK(result.status == 0);
    CHECK(controls_of(result.out) == "");
    CHECK(contains(result.out, "T\\x1b[2J\\x07\\u009b31m\\u202e end"));
  }
  const Result json = run(folder.path, {"--curriculum", "mine.json", "list", "--json"});
  CHECK(nlohmann::json::parse(json.out)[0].at("title") == title);
}

TEST_CASE("a kernel's name, a source line and a file's name are spelled out, each on one line") {
  Folder folder;
  const std::string name = "a\x1b[31m.cu";
  folder.write(name,
               "#include <tritutor.cuh>\n"
               "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {}\n"
               "void launch(Plan& plan, const Problem& p) { /* \x1b[2J */ plan.run(\"\\033[2J\\nPASS\", 1, 256); }\n");
  const Result result = run(folder.path, {"submit", name, "--exercise", "1.1"});
  CHECK(result.status == 1);
  CHECK(controls_of(result.out) == "");
  CHECK(contains(result.out, "\\x1b[2J\\nPASS"));
  CHECK_FALSE(contains(result.out, "\nPASS"));
  CHECK(contains(result.out, "a\\x1b[31m.cu"));
}

TEST_CASE("standard output that is closed or full is an error, however little was to be said") {
  Folder folder;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"list"}, {"list", "--json"}, {"--version"}, {"show", "1.1"}}) {
    for (const auto& broken : {close_output, fill_output}) {
      const Result result = run(folder.path, command, broken);
      CHECK(result.status == 3);
      CHECK(contains(result.err, "standard output cannot be written"));
    }
  }
}

TEST_CASE("nothing that is opened takes the place of a closed standard output") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  REQUIRE(run(folder.path, {"reset", "1.1"}).status == 0);
  CHECK(run(folder.path, {"submit", "1.1"}, close_output).status == 3);
  const Result progress = run(folder.path, {"progress", "--json"});  // the database holds no verdict's text
  CHECK(progress.status == 0);
  CHECK(contains(progress.out, "\"attempts\": 1"));
}

TEST_CASE("what only reads works in a workspace that may only be read") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  REQUIRE(run(folder.path, {"reset", "1.1"}).status == 0);
  REQUIRE(run(folder.path, {"submit", "1.1"}).status == 1);
  set_writable(folder.path, false);
  for (const bool log_is_there : {true, false}) {
    if (!log_is_there) {
      fs::remove(folder.path / ".tritutor/progress.db-wal");
      fs::remove(folder.path / ".tritutor/progress.db-shm");
    }
    for (const char* command : {"progress", "next", "list", "hint"}) {
      CAPTURE(command);
      const Result result = run(folder.path, {command}, obey_modes);
      CHECK(result.status == 0);
      CHECK_FALSE(result.out.empty());
    }
    CHECK(contains(run(folder.path, {"progress"}, obey_modes).out, "vector_scaling"));
  }
  set_writable(folder.path, true);
}

TEST_CASE("what only reads works on a full disk") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  REQUIRE(run(folder.path, {"next"}).status == 0);
  REQUIRE(run(folder.path, {"submit", "0.1"}).status == 0);
  fs::remove(folder.path / ".tritutor/progress.db-wal");
  fs::remove(folder.path / ".tritutor/progress.db-shm");
  for (const char* command : {"progress", "next", "list", "hint"}) {
    CAPTURE(command);
    const Result result = run(folder.path, {command}, fill_disk);
    CHECK(result.status == 0);
    CHECK_FALSE(result.out.empty());
  }
  CHECK(contains(run(folder.path, {"progress"}, fill_disk).out, "vector_addition"));
}

TEST_CASE("our solution goes into a file byte by byte") {
  Folder folder;
  const fs::path solutions = fs::path(TRITUTOR_SOURCE_DIR) / "solutions";
  CHECK(run(folder.path, {"solution", "1.1", "--anyway"}).out == read(solutions / "level1/vector_scaling.cu"));
  CHECK(run(folder.path, {"solution", "4.1", "--anyway"}).out == read(solutions / "level4/tiled_matmul.cu"));
  CHECK(run(folder.path, {"solution", "4.1", "--anyway", "--fast"}).out ==
        read(solutions / "level4/tiled_matmul_fast.cu"));
}

TEST_CASE("where there is one solution, --fast says so") {
  Folder folder;
  const Result result = run(folder.path, {"solution", "1.1", "--anyway", "--fast"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "tritutor solution 1.1"));
}
