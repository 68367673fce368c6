// Around a submission, as a shell sees it: getting a file, editing it.

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/program_testing.h"

using namespace program_testing;

namespace {

const std::string source = TRITUTOR_SOURCE_DIR;
const char* const scaling = "level1/vector_scaling.cu";

/// Runs with an editor set, or none.
Result run_with_editor(const fs::path& folder, const std::vector<std::string>& arguments, const char* editor) {
  return run(folder, arguments, [editor] {
    for (const char* name : {"VISUAL", "EDITOR", "TERM_PROGRAM"}) unsetenv(name);
    if (editor != nullptr) setenv("EDITOR", editor, 1);
  });
}

}  // namespace

TEST_CASE("start puts a file there once, and leaves one that is there alone") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  Result result = run(folder.path, {"submit", "1.1"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "tritutor start 1.1"));

  result = run(folder.path, {"start", "1.1"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, std::string(scaling) + " is there now"));
  CHECK(contains(result.out, "tritutor submit 1.1"));
  CHECK(contains(read(folder.path / scaling), "vector_scaling"));

  folder.write(scaling, "mine");
  result = run(folder.path, {"start", "vector_scaling"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "stays as it is"));
  CHECK(read(folder.path / scaling) == "mine");

  result = run(folder.path, {"start", "9.9"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "9.9"));
}

TEST_CASE("open runs the editor on the file, which it first puts there") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  Result result = run_with_editor(folder.path, {"open", "1.1"}, "printf '%s|%s' edited");
  CHECK(result.status == 0);
  CHECK(contains(result.out, "edited|" + fs::canonical(folder.path / scaling).string()));
  CHECK(contains(result.out, "tritutor submit 1.1"));
  CHECK(contains(run_with_editor(folder.path, {"open", "--edit-cmd", "echo with"}, "false").out, "with /"));
}

TEST_CASE("open says what to do without an editor, and where it fails") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  Result result = run_with_editor(folder.path, {"open", "1.1"}, nullptr);
  CHECK(result.status == 2);
  CHECK(contains(result.err, "export EDITOR=nano"));
  CHECK_FALSE(fs::exists(folder.path / scaling));
  result = run_with_editor(folder.path, {"open", "1.1"}, "no-such-editor-here -x");
  CHECK(result.status == 3);
  CHECK(contains(result.err, "the editor 'no-such-editor-here -x' cannot be run"));
  result = run_with_editor(folder.path, {"open", "1.1"}, "false");
  CHECK(result.status == 3);
  CHECK(contains(result.err, "ended with status 1"));
}

namespace {

/// The history of 1.1 as JSON.
nlohmann::json history(const fs::path& folder) {
  return nlohmann::json::parse(run(folder, {"history", "1.1", "--json"}).out);
}

}  // namespace

TEST_CASE("history shows every attempt, what failed first, and what changed; an earlier file comes back") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  Result result = run(folder.path, {"history", "1.1"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "There is no attempt yet. The first: tritutor submit 1.1"));

  const std::string good = read(source + "/solutions/level1/vector_scaling.cu");
  std::string bad = good;
  bad.replace(bad.find("alpha *"), 7, "2.0f *");
  folder.write(scaling, bad);
  REQUIRE(run(folder.path, {"submit", "1.1"}).status == 1);
  folder.write(scaling, good);
  REQUIRE(run(folder.path, {"submit", "1.1"}).status == 0);
  folder.write(scaling, "nonsense\n");
  REQUIRE(run(folder.path, {"submit", "1.1"}).status == 1);

  const nlohmann::json all = history(folder.path).at("attempts");
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("verdict") == "fail");
  CHECK(all[0].at("failed_case").get<std::string>().size() > 0);
  CHECK(all[0].at("failed_by").get<std::string>().size() > 0);
  CHECK(all[1].at("verdict") == "pass");
  CHECK(all[1].at("timing").at("kind") == "predicted");
  CHECK_FALSE(all[1].contains("failed_by"));
  CHECK_FALSE(all[2].contains("failed_case"));
  CHECK(all[2].at("failed_by") == "compile");

  result = run(folder.path, {"history", "1.1"});
  CHECK(contains(result.out, "case " + all[0].at("failed_case").get<std::string>() + ": " +
                                 all[0].at("failed_by").get<std::string>()));
  CHECK(contains(result.out, " us predicted for H200\n"));
  CHECK(contains(result.out, "compile\n"));
  CHECK(contains(result.out, "--diff 2 3"));

  // The difference turns the one file into the other.
  result = run(folder.path, {"history", "1.1", "--diff", "1", "2"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "--- attempt 1 of 1.1"));
  CHECK(contains(result.out, "\n+++ attempt 2 of 1.1"));
  CHECK(contains(result.out, "2.0f *"));
  CHECK(contains(run(folder.path, {"history", "1.1", "--diff", "2", "2"}).out, "Nothing differs"));
  CHECK(contains(run(folder.path, {"history", "1.1", "--diff", "2"}).out, "\n+nonsense\n"));

  result = run(folder.path, {"history", "1.1", "--restore", "2"});
  CHECK(result.status == 0);
  CHECK(read(folder.path / scaling) == good);
  CHECK(contains(result.out, std::string(scaling) + ".~1~"));
  CHECK(read(folder.path / (std::string(scaling) + ".~1~")) == "nonsense\n");
}

TEST_CASE("history says what it cannot find") {
  Folder folder;
  CHECK(run(folder.path, {"history", "1.1"}).status == 2);  // no workspace
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  for (const char* option : {"--diff", "--restore"}) {
    const Result result = run(folder.path, {"history", "1.1", option, "7"});
    CHECK(result.status == 2);
    CHECK(contains(result.err, "1.1 has no attempt 7"));
  }
  CHECK(run(folder.path, {"history", "1.1", "--restore", "1", "--json"}).status == 2);
  CHECK(run(folder.path, {"history"}).status == 2);
}
