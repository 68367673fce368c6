// tritutor watch, as a learner uses it: on a terminal, with keys and saves.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "app/on_terminal_testing.h"

using namespace program_testing;

namespace {

const std::string source = TRITUTOR_SOURCE_DIR;
const char* const scaling = "level1/vector_scaling.cu";

std::string solution() { return read(source + "/solutions/level1/vector_scaling.cu"); }

/// The solution without its mask.
std::string unmasked() {
  std::string text = solution();
  const size_t mask = text.find("if (i < n)");
  REQUIRE(mask != std::string::npos);
  return text.erase(mask, 10);
}

/// A file that takes many seconds to be judged, each step below the budget that ends an endless loop at once.
const char* const slow =
    "#include <tritutor.cuh>\n"
    "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {\n"
    "  volatile int i = 0;\n"
    "  for (int k = 0; k < 400000; ++k) i = i + 1;\n"
    "  y[0] = x[0];\n"
    "}\n"
    "void launch(Plan& plan, const Problem& p) {\n"
    "  for (int step = 0; step < 16; ++step) plan.run(\"vector_scaling\", cdiv(p.n, 256), 256);\n"
    "}\n";

struct Workspace : Folder {
  Workspace() { REQUIRE(run(path, {"init", "."}).status == 0); }

  /// The verdicts of 1.1's attempts.
  std::vector<std::string> verdicts() const {
    std::vector<std::string> all;
    const nlohmann::json history = nlohmann::json::parse(run(path, {"history", "1.1", "--json"}).out);
    for (const auto& attempt : history.at("attempts")) all.push_back(attempt.at("verdict"));
    return all;
  }
};

using Verdicts = std::vector<std::string>;

}  // namespace

TEST_CASE("each save is judged, recorded, and shown with its line; q gives the terminal back") {
  Workspace workspace;
  OnTerminal watch(workspace.path, {"--color", "never", "watch", "1.1"});
  CHECK(watch.sees("1.1 Vector scaling  level1/vector_scaling.cu"));
  CHECK(watch.sees("Save the file and it is judged"));
  CHECK(watch.sees("To pass: right in every case"));
  CHECK(workspace.verdicts().empty());

  workspace.write(scaling, unmasked());
  CHECK(watch.sees("FAIL  1.1 Vector scaling"));
  CHECK(watch.sees(std::string(scaling) + ":"));
  CHECK(watch.sees("out-of-bounds"));
  // The place is a link to the line; the file's address ends in its name.
  CHECK(contains(watch.bytes(), std::string(scaling) + "#"));

  workspace.write("level1/new.cu", solution());
  fs::rename(workspace.path / "level1/new.cu", workspace.path / scaling);
  CHECK(watch.sees("PASS  1.1 Vector scaling"));
  CHECK(watch.sees("Passed. n: the next exercise"));
  CHECK(workspace.verdicts() == Verdicts{"fail", "pass"});

  watch.type("\r");  // without a save
  CHECK(watch.comes([&] { return workspace.verdicts() == Verdicts{"fail", "pass", "pass"}; }));

  watch.type("q");
  CHECK(watch.wait() == 0);
  CHECK(watch.is_given_back());
}

TEST_CASE("the keys do what the commands of their names do") {
  Workspace workspace;
  workspace.write(scaling, unmasked());
  OnTerminal watch(workspace.path, {"--color", "never", "watch", "1.1"});
  REQUIRE(watch.sees("Save the file and it is judged"));
  watch.type("h");
  CHECK(watch.sees("hint 1 of"));
  watch.type("h");
  CHECK(watch.sees("hint 2 of"));
  CHECK(watch.brings("p", "Level 5:"));
  CHECK(watch.brings("c", "there is nothing to check"));
  CHECK(watch.brings("t", "To pass: right in every case"));
  CHECK(watch.brings("?", "check all: judges every file"));

  CHECK(watch.brings("s", "Show our solution all the same? y/n"));
  watch.type("n");
  CHECK(watch.sees_no_more("y/n"));
  CHECK(watch.brings("s", "y/n"));
  watch.type("y");
  CHECK(watch.sees("// To notice:"));

  CHECK(watch.brings("r", "Put the starting file of 1.1 back?"));
  watch.type("x");
  CHECK(watch.sees_no_more("y/n"));
  CHECK(read(workspace.path / scaling) == unmasked());
  CHECK(watch.brings("r", "y/n"));
  watch.type("y");
  CHECK(watch.sees("is as it was at the start"));
  CHECK(read(workspace.path / scaling) == read(source + "/exercises/level1/vector_scaling.cu"));
  CHECK(read(workspace.path / (std::string(scaling) + ".~1~")) == unmasked());
  CHECK(workspace.verdicts().empty());  // a file that was put back was not saved
  watch.type("q");
  CHECK(watch.wait() == 0);
}

TEST_CASE("the list is searched, filtered, and what is chosen is followed") {
  Workspace workspace;
  OnTerminal watch(workspace.path, {"--color", "never"});
  CHECK(watch.sees("0.1 Vector addition  level0/vector_addition.cu"));
  watch.type("l");
  CHECK(watch.sees("> 0.1"));
  CHECK(watch.sees("all exercises: "));
  watch.type("\x1b[B");
  CHECK(watch.sees("> 1.1"));
  watch.type("f");
  CHECK(watch.sees("not passed yet: "));
  watch.type("/softm");
  CHECK(watch.sees("search: softm_"));
  CHECK(watch.sees_no_more("vector_scaling"));
  watch.type("\x7f\x1b");  // Escape is alone here: the search is taken back
  CHECK(watch.sees("vector_scaling"));
  watch.type("/relu\r\r");
  CHECK(watch.sees("1.3 ReLU  level1/relu.cu"));
  CHECK(watch.sees("Save the file and it is judged"));
  CHECK(fs::exists(workspace.path / "level1" / "relu.cu"));
  watch.type("n");
  CHECK(watch.sees("0.1 Vector addition  level0/vector_addition.cu"));
  watch.type("\r");
  CHECK(watch.sees("PASS  0.1"));
  watch.type("n");
  CHECK(watch.sees("1.1 Vector scaling  level1/vector_scaling.cu"));
  workspace.write(scaling, unmasked());
  CHECK(watch.sees("FAIL  1.1"));
  watch.type("c");
  CHECK(watch.sees("PASS  0.1"));
  CHECK(watch.sees("checked "));
  CHECK(watch.sees("FAIL  1.1"));
  watch.type("q");
  CHECK(watch.wait() == 0);
  CHECK(watch.is_given_back());
}

TEST_CASE("a new save stops the run under way, which then never was") {
  Workspace workspace;
  OnTerminal watch(workspace.path, {"--color", "never", "watch", "1.1"});
  REQUIRE(watch.sees("Save the file and it is judged"));
  workspace.write(scaling, slow);
  REQUIRE(watch.sees("judging..."));
  watch.type("h");
  CHECK(watch.sees("judging still; Ctrl-C stops it"));
  workspace.write(scaling, solution());
  CHECK(watch.sees("PASS  1.1 Vector scaling"));
  CHECK(workspace.verdicts() == Verdicts{"pass"});

  // So does Ctrl-C; where nothing runs it is the end.
  workspace.write(scaling, slow);
  REQUIRE(watch.sees("judging..."));
  watch.type("\x03");
  CHECK(watch.sees("stopped"));
  CHECK(workspace.verdicts() == Verdicts{"pass"});
  watch.type("\x03");
  CHECK(watch.wait() == 130);
  CHECK(watch.is_given_back());
}

TEST_CASE("the terminal is given back whatever ends the program") {
  Workspace workspace;
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT}) {
    CAPTURE(signal);
    OnTerminal watch(workspace.path, {"--color", "never", "watch", "1.1"});
    REQUIRE(watch.sees("Save the file and it is judged"));
    workspace.write(scaling, slow);
    REQUIRE(watch.sees("judging..."));
    CHECK_FALSE(watch.is_given_back());
    watch.signal(signal);
    const int status = watch.wait();
    CHECK(status != 0);
    if (signal == SIGTERM) CHECK(status == 128 + SIGTERM);
    CHECK(watch.is_given_back());
  }
  CHECK(workspace.verdicts().empty());
}

TEST_CASE("Ctrl-Z gives the terminal back until the program goes on") {
  Workspace workspace;
  OnTerminal watch(workspace.path, {"--color", "never", "watch", "1.1"});
  REQUIRE(watch.sees("Save the file and it is judged"));
  watch.signal(SIGTSTP);
  CHECK(watch.comes([&] { return watch.is_given_back(); }));
  watch.signal(SIGCONT);
  CHECK(watch.comes([&] { return !watch.is_given_back(); }));
  watch.type("h");
  CHECK(watch.sees("hint 1 of"));
  watch.type("q");
  CHECK(watch.wait() == 0);
}

TEST_CASE("e opens the editor, and what it saved is judged") {
  Workspace workspace;
  OnTerminal::Options options;
  options.environment["EDITOR"] = "cp " + source + "/solutions/level1/vector_scaling.cu";
  OnTerminal watch(workspace.path, {"--color", "never", "watch", "1.1"}, options);
  REQUIRE(watch.sees("Save the file and it is judged"));
  watch.type("e");
  CHECK(watch.sees("PASS  1.1 Vector scaling"));
  watch.type("q");
  CHECK(watch.wait() == 0);

  OnTerminal without(workspace.path, {"--color", "never", "watch", "1.1"});
  REQUIRE(without.sees("Save the file and it is judged"));
  without.type("e");
  CHECK(without.sees("Nothing says which editor is yours"));
  OnTerminal failing(workspace.path, {"--color", "never", "watch", "1.1", "--edit-cmd", "no-such-editor"});
  REQUIRE(failing.sees("Save the file and it is judged"));
  failing.type("e");
  CHECK(failing.sees("the editor 'no-such-editor' cannot be run"));
  failing.type("q");
  CHECK(failing.wait() == 0);
  CHECK(failing.is_given_back());
}

TEST_CASE("no row is wider than the terminal, nor any row below it, at any size and after a change of it") {
  Workspace workspace;
  for (const auto& [columns, rows] : {std::pair{80, 24}, std::pair{40, 24}, std::pair{40, 10}, std::pair{20, 5}}) {
    CAPTURE(columns);
    OnTerminal::Options options;
    options.columns = columns;
    options.rows = rows;
    OnTerminal watch(workspace.path, {"watch", "1.1"}, options);
    REQUIRE(watch.sees("1.1 "));
    workspace.write(scaling, unmasked());
    CHECK(watch.sees("FAIL"));
    watch.type("?");
    CHECK(watch.sees("Each save"));
    watch.type("\x1b[6~\x1b[F");
    watch.type("l");
    CHECK(watch.sees("> 1.1"));
    CHECK(watch.screen().widest() <= static_cast<size_t>(columns));
    CHECK(watch.screen().lowest() <= rows);
    watch.type("\x1b");
    watch.resize(columns / 2, rows - 1);
    watch.type("q");
    CHECK(watch.wait() == 0);
    CHECK(watch.screen().widest() <= static_cast<size_t>(columns));
    CHECK(watch.is_given_back());
  }
}

TEST_CASE("where the terminal knows only lines, each run is one, without escape codes") {
  Workspace workspace;
  OnTerminal::Options options;
  options.term = "dumb";
  options.columns = 200;
  OnTerminal watch(workspace.path, {"watch", "1.1"}, options);
  CHECK(watch.sees("watching level1/vector_scaling.cu, 1.1 Vector scaling"));
  workspace.write(scaling, unmasked());
  CHECK(watch.sees("FAIL  1.1 Vector scaling: "));
  CHECK(watch.sees("; level1/vector_scaling.cu:"));
  workspace.write(scaling, solution());
  CHECK(watch.sees("PASS  1.1 Vector scaling"));
  CHECK(workspace.verdicts() == Verdicts{"fail", "pass"});
  CHECK_FALSE(contains(watch.bytes(), "\x1b"));
  const std::string& all = watch.bytes();
  CHECK(std::count(all.begin(), all.end(), '\n') == 3);
  watch.type("\x03");
  CHECK(watch.wait() == 130);
}

TEST_CASE("what cannot be followed is said before the screen is taken") {
  Workspace workspace;
  OnTerminal watch(workspace.path, {"watch", "sofmax"});
  CHECK(watch.sees("2.3 softmax"));
  CHECK(watch.wait() == 2);
  CHECK_FALSE(contains(watch.bytes(), "\x1b[?1049h"));
  CHECK(run(workspace.path, {"watch", "nowhere.cu"}).status == 2);
}

TEST_CASE("any file can be followed") {
  Workspace workspace;
  workspace.write("mine.cu", unmasked());
  OnTerminal watch(workspace.path, {"--color", "never", "watch", "mine.cu", "--exercise", "1.1"});
  CHECK(watch.sees("1.1 Vector scaling  mine.cu"));
  REQUIRE(watch.sees("Save the file and it is judged"));
  workspace.write("mine.cu", solution());
  CHECK(watch.sees("PASS  1.1 Vector scaling"));
  watch.type("q");
  CHECK(watch.wait() == 0);
}
