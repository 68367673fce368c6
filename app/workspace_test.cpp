#include "app/workspace.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "app/error.h"
#include "grader/temporary_folder.h"

using namespace tritutor;
namespace fs = std::filesystem;

namespace {

/// An empty folder that goes with the test.
struct Folder {
  TemporaryFolder made;
  const fs::path& path = made.path();
};

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// A product of one exercise.
struct Product {
  Folder folder;
  Home home;
  Curriculum curriculum;
  Product() {
    home.root = folder.path;
    home.curriculum = folder.path / "curriculum.json";
    home.tl = folder.path / "tl";
    write(home.tl / "tritutor.cuh", "// version 1\n");
    write(folder.path / "exercises/level1/vector_scaling.cu", "// starter\n");
    write(folder.path / "app/editor/tritutor_editor.cuh", "// editor\n");
    Exercise exercise;
    exercise.id = "1.1";
    exercise.slug = "vector_scaling";
    exercise.level = 1;
    exercise.arguments = {{"x", reference::Type::f32, Role::input, {"n"}},
                          {"alpha", reference::Type::f32, Role::scalar, {}},
                          {"n", reference::Type::i32, Role::size, {}}};
    curriculum.exercises = {exercise, exercise};
  }
};

}  // namespace

TEST_CASE("a workspace is found from any folder below it, and beside the current one") {
  Folder folder;
  CHECK_FALSE(find_workspace(folder.path));
  fs::create_directories(folder.path / "a/tritutor-workspace/.tritutor");
  fs::create_directories(folder.path / "a/tritutor-workspace/level1");
  CHECK_FALSE(find_workspace(folder.path));
  CHECK(find_workspace(folder.path / "a")->root() == folder.path / "a/tritutor-workspace");
  CHECK(find_workspace(folder.path / "a/tritutor-workspace/level1")->root() == folder.path / "a/tritutor-workspace");
  CHECK(find_workspace(folder.path / "a/b/that/is/not/there")->root() == folder.path / "a/tritutor-workspace");
}

TEST_CASE("a file named .tritutor is no workspace") {
  Folder folder;
  write(folder.path / ".tritutor", "");
  CHECK_FALSE(find_workspace(folder.path));
}

TEST_CASE("a new workspace takes an empty folder as it is, and makes its own in one that is in use") {
  Folder folder;
  CHECK(place_for_workspace(folder.path) == folder.path);
  write(folder.path / "mine.txt", "");
  CHECK(place_for_workspace(folder.path) == folder.path / "tritutor-workspace");
}

TEST_CASE("prepare writes the headers and the editor's files, those the learner may change stay changed") {
  Product product;
  Folder folder;
  const Workspace workspace(folder.path);
  workspace.prepare(product.home, product.curriculum);
  CHECK(read_text(workspace.include_dir() / "tritutor.cuh") == "// version 1\n");
  const std::string problem = read_text(workspace.include_dir() / "tritutor_problem.cuh");
  CHECK(problem.find("struct Problem {\n  float alpha;\n  int n;\n};\n") != std::string::npos);
  CHECK(read_text(folder.path / ".clangd").find("-I" + workspace.include_dir().string()) != std::string::npos);

  write(folder.path / ".clangd", "mine\n");
  write(product.home.tl / "tritutor.cuh", "// version 2\n");
  workspace.prepare(product.home, product.curriculum);
  CHECK(read_text(folder.path / ".clangd") == "mine\n");
  CHECK(read_text(workspace.include_dir() / "tritutor.cuh") == "// version 2\n");
}

TEST_CASE("a learner's file is never overwritten") {
  Product product;
  Folder folder;
  const Workspace workspace(folder.path);
  const Exercise& exercise = product.curriculum.exercises[0];
  CHECK(workspace.ensure_starter(product.home, exercise, DialectId::cuda));
  CHECK(read_text(workspace.file_of(exercise, DialectId::cuda)) == "// starter\n");
  write(workspace.file_of(exercise, DialectId::cuda), "// mine\n");
  CHECK_FALSE(workspace.ensure_starter(product.home, exercise, DialectId::cuda));
  CHECK(read_text(workspace.file_of(exercise, DialectId::cuda)) == "// mine\n");
}

TEST_CASE("reset keeps every older file beside the new one") {
  Product product;
  Folder folder;
  const Workspace workspace(folder.path);
  const Exercise& exercise = product.curriculum.exercises[0];
  CHECK(workspace.reset(product.home, exercise, DialectId::cuda).empty());
  for (const char* text : {"first", "second"}) {
    write(workspace.file_of(exercise, DialectId::cuda), text);
    const fs::path kept = workspace.reset(product.home, exercise, DialectId::cuda);
    CHECK(read_text(kept) == text);
    CHECK(read_text(workspace.file_of(exercise, DialectId::cuda)) == "// starter\n");
  }
  CHECK(workspace.reset(product.home, exercise, DialectId::cuda).empty());  // it is the starter already
  CHECK(fs::exists(workspace.file_of(exercise, DialectId::cuda).string() + ".~1~"));
  CHECK(fs::exists(workspace.file_of(exercise, DialectId::cuda).string() + ".~2~"));
}

TEST_CASE("a workspace keeps its dialect, and files of both lie side by side") {
  Product product;
  write(product.folder.path / "exercises/level1/vector_scaling.py", "# starter\n");
  Folder folder;
  const Workspace workspace(folder.path);
  workspace.prepare(product.home, product.curriculum);
  const Exercise& exercise = product.curriculum.exercises[0];
  CHECK(workspace.dialect() == DialectId::cuda);
  workspace.set_dialect(DialectId::triton);
  CHECK(Workspace(folder.path).dialect() == DialectId::triton);

  CHECK(workspace.ensure_starter(product.home, exercise, DialectId::cuda));
  CHECK(workspace.ensure_starter(product.home, exercise, DialectId::triton));
  CHECK(read_text(folder.path / "level1/vector_scaling.cu") == "// starter\n");
  CHECK(read_text(folder.path / "level1/vector_scaling.py") == "# starter\n");
  CHECK(workspace.replace(exercise, DialectId::triton, "mine\n") == folder.path / "level1/vector_scaling.py.~1~");
  CHECK(read_text(folder.path / "level1/vector_scaling.cu") == "// starter\n");
}

TEST_CASE("an editor for Python is told where Triton is, once") {
  Folder folder;
  const Workspace workspace(folder.path);
  workspace.prepare_python("/opt/\"odd\"/packages");
  const fs::path config = folder.path / "pyrightconfig.json";
  CHECK(read_text(config).find("\"/opt/\\\"odd\\\"/packages\"") != std::string::npos);
  write(config, "mine\n");
  workspace.prepare_python("/opt/other");
  CHECK(read_text(config) == "mine\n");
}

TEST_CASE("a dialect that is none, and an exercise without a file in one, are named with the next step") {
  Product product;
  Folder folder;
  const Workspace workspace(folder.path);
  workspace.prepare(product.home, product.curriculum);
  write(folder.path / ".tritutor/dialect", "cobol\n");
  const auto error_of = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const CommandError& error) {
      return error.what();
    }
    return "";
  };
  const std::string unknown = error_of([&] { (void)workspace.dialect(); });
  CHECK(unknown.find(".tritutor/dialect should hold the word cuda or triton") != std::string::npos);
  CHECK(unknown.find("tritutor next --dialect") != std::string::npos);

  const Exercise& exercise = product.curriculum.exercises[0];
  const std::string none = error_of([&] { workspace.ensure_starter(product.home, exercise, DialectId::triton); });
  CHECK(none.find("no file in Triton") != std::string::npos);
  CHECK(none.find("There is one in CUDA C++: --dialect cuda") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.path / "level1/vector_scaling.py"));
}

TEST_CASE("a place that cannot be written is named, with the next step") {
  Product product;
  Folder folder;
  write(folder.path / "file", "");
  const Workspace workspace(folder.path / "file");
  try {
    workspace.prepare(product.home, product.curriculum);
    FAIL("it was accepted");
  } catch (const CommandError& error) {
    CHECK(error.status() == status_environment);
    CHECK(std::string(error.what()).find((folder.path / "file").string()) != std::string::npos);
    CHECK(std::string(error.what()).find("tritutor init DIR") != std::string::npos);
  }
}
