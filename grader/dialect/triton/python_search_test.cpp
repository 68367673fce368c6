#include "grader/dialect/triton/python_search.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>

#include "grader/child/output_of.h"

namespace fs = std::filesystem;
using tritutor::NoPythonWithTriton;
using tritutor::PythonWithTriton;

namespace {

/// Shell scripts that answer as Pythons do; gone with the test.
struct Pythons {
  fs::path folder;
  Pythons() {
    std::string name = (fs::temp_directory_path() / "pythons-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~Pythons() { fs::remove_all(folder); }
  Pythons(const Pythons&) = delete;
  Pythons& operator=(const Pythons&) = delete;

  fs::path add(const std::string& name, const std::string& script) const {
    const fs::path file = folder / name;
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    chmod(file.c_str(), 0755);
    return file;
  }
};

std::string why_not(const tritutor::PythonSearch& search) {
  const auto found = find_python_with_triton(search);
  REQUIRE(std::holds_alternative<NoPythonWithTriton>(found));
  return std::get<NoPythonWithTriton>(found).what;
}

}  // namespace

TEST_CASE("the first Python with Triton is taken") {
  const Pythons pythons;
  const tritutor::PythonSearch search{
      "",
      {pythons.folder / "absent", pythons.add("without", "echo missing triton numpy"),
       pythons.add("old", "echo triton 3.3.1"), pythons.add("first", "echo triton 3.4.0 /its packages"),
       pythons.add("second", "echo triton 3.9.0")}};
  const auto found = find_python_with_triton(search);
  REQUIRE(std::holds_alternative<PythonWithTriton>(found));
  CHECK(std::get<PythonWithTriton>(found).path == pythons.folder / "first");
  CHECK(std::get<PythonWithTriton>(found).triton_version == "3.4.0");
  CHECK(std::get<PythonWithTriton>(found).packages == "/its packages");
}

TEST_CASE("what TRITUTOR_PYTHON names is taken and no other") {
  const Pythons pythons;
  const std::string told = pythons.add("told", "echo missing numpy").string();
  const std::string why = why_not({told, {pythons.add("other", "echo triton 3.9.0")}});
  CHECK(why.find(told + " has no numpy") != std::string::npos);
  CHECK(why.find("TRITUTOR_PYTHON") != std::string::npos);
  CHECK(why.find((pythons.folder / "other").string()) == std::string::npos);
}

TEST_CASE("why each Python will not do is said, and the next step") {
  const Pythons pythons;
  const std::string why = why_not(
      {"",
       {pythons.folder / "absent", pythons.add("without", "echo missing triton numpy"),
        pythons.add("old", "echo triton 3.3.1"), pythons.add("two", "exit 1"), pythons.add("strange", "echo Hello")}});
  CHECK(why.find("there is no " + (pythons.folder / "absent").string()) != std::string::npos);
  CHECK(why.find("without has no Triton") != std::string::npos);
  CHECK(why.find("old has Triton 3.3.1, older than 3.4") != std::string::npos);
  CHECK(why.find("two is no Python of version 3.9 or later") != std::string::npos);
  CHECK(why.find("strange does not answer as Python does") != std::string::npos);
  CHECK(why.find("./tritutor next --dialect triton") != std::string::npos);
}

TEST_CASE("a program that does not end is killed with what it started") {
  const auto start = std::chrono::steady_clock::now();
  const tritutor::Output output =
      tritutor::output_of({"sh", "-c", "echo begun; sleep 60"}, std::chrono::milliseconds(300));
  CHECK(output.end == tritutor::Output::End::out_of_time);
  CHECK(output.text == "begun\n");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("the package is where the programs expect it") {
  CHECK(fs::exists(tritutor::vgpu_package().folder / "vgpu" / "__main__.py"));
}
