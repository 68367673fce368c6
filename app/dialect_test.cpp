// Two dialects in one workspace, as a shell sees it.

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/program_testing.h"
#include "grader/curriculum/curriculum.h"
#include "grader/record/record.h"

using namespace program_testing;

namespace {

const fs::path source = TRITUTOR_SOURCE_DIR;
const char* const in_cuda = "level1/vector_scaling.cu";
const char* const in_triton = "level1/vector_scaling.py";

/// A workspace on a machine whose Python says that it has Triton, or has none.
struct Workplace : Folder {
  explicit Workplace(const std::string& answer = "triton 3.9.0 /packages") {
    python.write("python", "#!/bin/sh\necho " + answer + "\n");
    chmod((python.path / "python").c_str(), 0755);
    REQUIRE(tritutor_with({"init", "."}).status == 0);
  }
  Result tritutor_with(const std::vector<std::string>& arguments) const {
    return run(path, arguments, [this] { setenv("TRITUTOR_PYTHON", (python.path / "python").c_str(), 1); });
  }
  Folder python;
};

}  // namespace

TEST_CASE("every exercise can be done in every dialect") {
  for (const tritutor::Exercise& exercise : tritutor::load_curriculum(source / "curriculum.json").exercises) {
    for (const tritutor::DialectId dialect : tritutor::every_dialect) {
      const fs::path file = exercise.file_name(dialect);
      CHECK_MESSAGE(fs::exists(source / "exercises" / file), file);
      CHECK_MESSAGE(fs::exists(source / "solutions" / file), file);
    }
  }
}

TEST_CASE("a workspace without a word on it is for CUDA C++; next --dialect changes that for good") {
  const Workplace place;
  CHECK(contains(place.tritutor_with({"next"}).out, "level0/vector_addition.cu"));
  Result result = place.tritutor_with({"next", "--dialect", "triton"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, "for Triton from now on"));
  CHECK(contains(result.out, "level0/vector_addition.py"));
  CHECK(contains(result.out, "def vector_addition(x, y, z, n)"));
  CHECK_FALSE(contains(result.out, "__global__"));
  CHECK(contains(read(place.path / "pyrightconfig.json"), "\"/packages\""));

  const nlohmann::json next = nlohmann::json::parse(place.tritutor_with({"next", "--json"}).out);
  CHECK(next.at("dialect") == "triton");
  CHECK(next.at("file").get<std::string>().ends_with("vector_addition.py"));
  CHECK(place.tritutor_with({"start", "1.1"}).status == 0);
  CHECK(read(place.path / in_triton) == read(source / "exercises" / in_triton));
  CHECK_FALSE(fs::exists(place.path / in_cuda));
  CHECK(contains(place.tritutor_with({"show", "1.1"}).out, "def vector_scaling(x, y, alpha, n)"));
  CHECK(place.tritutor_with({"solution", "1.1", "--anyway"}).out == read(source / "solutions" / in_triton));

  CHECK(place.tritutor_with({"next", "--dialect", "cuda"}).status == 0);
  CHECK(contains(place.tritutor_with({"show", "1.1"}).out, "__global__"));
}

TEST_CASE("without Triton that is said, and nothing changes") {
  const Workplace place("missing triton numpy");
  const Result result = place.tritutor_with({"next", "--dialect", "triton"});
  CHECK(result.status == 3);
  CHECK(contains(result.err, "has no Triton"));
  CHECK(contains(result.err, "CUDA C++ goes without"));
  CHECK(contains(place.tritutor_with({"next"}).out, "level0/vector_addition.cu"));
  CHECK(contains(place.tritutor_with({"doctor"}).out, "has no Triton"));
  const Result check = place.tritutor_with({"dev", "check", "--dialect", "triton", "0.1"});
  CHECK(check.status == 3);
  CHECK(contains(check.err, "skipped: no Triton ("));
}

TEST_CASE("--dialect is for one command, and is said again in what comes next") {
  const Workplace place;
  CHECK(contains(place.tritutor_with({"start", "1.1", "--dialect", "triton"}).out,
                 "tritutor submit 1.1 --dialect triton"));
  CHECK(fs::exists(place.path / in_triton));
  Result result = place.tritutor_with({"submit", "1.1"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "tritutor start 1.1."));
  CHECK(contains(result.err, std::string(in_triton) + " is there: tritutor submit 1.1 --dialect triton"));

  CHECK(contains(place.tritutor_with({"start", "1.1"}).out, "tritutor submit 1.1\n"));
  place.write(in_triton, "mine\n");
  result = place.tritutor_with({"reset", "1.1", "--dialect", "triton"});
  CHECK(contains(result.out, std::string(in_triton) + ".~1~"));
  CHECK(
      contains(place.tritutor_with({"hint", "1.1", "--dialect", "triton"}).out, "tritutor hint 1.1 --dialect triton"));
  CHECK(place.tritutor_with({"submit", in_triton, "--dialect", "cuda"}).status == 2);
  CHECK(place.tritutor_with({"show", "1.1", "--dialect", "cobol"}).status == 2);
}

TEST_CASE("of two files the workspace's own is taken, and a newer one in the other dialect is named") {
  const Workplace place;
  fs::create_directories(place.path / "level1");
  fs::copy(source / "solutions" / in_cuda, place.path / in_cuda);
  place.write(in_triton, "");
  fs::last_write_time(place.path / in_triton, fs::last_write_time(place.path / in_cuda) + std::chrono::seconds(10));
  Result result = place.tritutor_with({"submit", "1.1"});
  CHECK(result.status == 0);
  CHECK(contains(result.err, std::string(in_triton) + " is newer: tritutor submit 1.1 --dialect triton"));
  fs::last_write_time(place.path / in_triton, fs::last_write_time(place.path / in_cuda) - std::chrono::seconds(10));
  CHECK_FALSE(contains(place.tritutor_with({"submit", "1.1"}).err, "newer"));
}

TEST_CASE("history and progress tell dialects apart, and an earlier file comes back where it was") {
  const Workplace place;
  {
    tritutor::Record record(place.path / ".tritutor/progress.db");
    for (const char* file : {in_cuda, in_triton}) {
      tritutor::Attempt attempt;
      attempt.exercise = "1.1";
      attempt.file = (place.path / file).string();
      attempt.source = std::string("of ") + file + "\n";
      attempt.verdict = file == in_triton ? "pass" : "fail";
      attempt.medal = "none";
      attempt.device = "virtual: tritutor virtual GPU";
      attempt.details = "{}";
      record.add(attempt);
    }
  }
  const auto attempts = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"history", "1.1", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return nlohmann::json::parse(place.tritutor_with(arguments).out).at("attempts");
  };
  REQUIRE(attempts({}).size() == 2);
  REQUIRE(attempts({"--dialect", "triton"}).size() == 1);
  CHECK(attempts({"--dialect", "triton"})[0].at("dialect") == "triton");
  CHECK(contains(place.tritutor_with({"history", "1.1"}).out, "  triton  "));

  const Result restored = place.tritutor_with({"history", "1.1", "--restore", "2"});
  CHECK(restored.status == 0);
  CHECK(read(place.path / in_triton) == std::string("of ") + in_triton + "\n");
  CHECK_FALSE(fs::exists(place.path / in_cuda));
  CHECK(contains(restored.out, "tritutor submit 1.1 --dialect triton"));

  CHECK(contains(place.tritutor_with({"progress"}).out, "passed in Triton"));
  CHECK(contains(place.tritutor_with({"progress", "--dialect", "cuda"}).out, "not yet"));
  for (const nlohmann::json& one : nlohmann::json::parse(place.tritutor_with({"list", "--json"}).out)) {
    if (one.at("id") == "1.1") CHECK(one.at("passed_in") == nlohmann::json{"triton"});
  }
}
