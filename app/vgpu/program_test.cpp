// The built vgpu as a shell sees it.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace fs = std::filesystem;

namespace {

/// y[i] = 2 x[i] for every thread of the grid, whatever n is: scale reads and writes past the end of short buffers.
const char* const scale_ptx = R"(.version 7.0
.target sm_80
.address_size 64
.visible .entry scale(.param .u64 scale_0, .param .u64 scale_1, .param .f32 scale_2)
{
  .reg .b32 %r<5>;
  .reg .f32 %f<4>;
  .reg .b64 %rd<6>;
  ld.param.u64 %rd1, [scale_0];
  ld.param.u64 %rd2, [scale_1];
  ld.param.f32 %f3, [scale_2];
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.s32 %r4, %r1, %r2, %r3;
  mul.wide.s32 %rd3, %r4, 4;
  add.s64 %rd4, %rd1, %rd3;
  add.s64 %rd5, %rd2, %rd3;
  ld.global.f32 %f1, [%rd4];
  mul.f32 %f2, %f1, %f3;
  st.global.f32 [%rd5], %f2;
  ret;
}
.visible .entry nothing()
{
  ret;
}
)";

const char* const saxpy_cu = R"(#include "half.cuh"
// y = a x + y, without the mask
__global__ void saxpy(const float* x, float* y, float a, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0) printf("n is %d\n", n);
  y[i] = a * x[i] + half_of(y[i]);
}
)";

struct Result {
  int status = -1;
  std::string out, err;
};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A folder with the files above, that goes with the test.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "vgpu-test-XXXXXX").string();
    path = mkdtemp(name.data());
    std::ofstream(path / "scale.ptx") << scale_ptx;
    std::ofstream(path / "saxpy.cu") << saxpy_cu;
    fs::create_directories(path / "inc");
    std::ofstream(path / "inc/half.cuh") << "__device__ inline float half_of(float x) { return 0.5f * x; }\n";
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Runs `vgpu ARGUMENTS` there, by the shell; `before` goes in front, such as variables.
  Result vgpu(const std::string& arguments, const std::string& before = "") const {
    const std::string command =
        "cd '" + path.string() + "' || exit 99; " + before + " '" VGPU_PROGRAM "' " + arguments + " >out.txt 2>err.txt";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(path / "out.txt"),
            read(path / "err.txt")};
  }
};

/// Whether a process that was started handles SIGINT, by the kernel's own account, or has ended.
bool listens(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("SigCgt:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1) != 0;
    if (line.starts_with("State:\tZ")) return true;
  }
  return true;
}

/// Runs vgpu in a folder with its output in out.txt and err.txt, and sends it Ctrl-C's signal. Its exit status.
int interrupted(const fs::path& folder, const std::vector<std::string>& arguments) {
  const pid_t pid = fork();
  if (pid == 0) {
    signal(SIGINT, SIG_DFL);  // the tests' own handler is not the program's
    if (chdir(folder.c_str()) != 0 || std::freopen("out.txt", "w", stdout) == nullptr ||
        std::freopen("err.txt", "w", stderr) == nullptr)
      _exit(99);
    std::vector<char*> argv = {const_cast<char*>("vgpu")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(VGPU_PROGRAM, argv.data());
    _exit(99);
  }
  // Until exec the child has the tests' handlers: it must be vgpu that listens.
  const std::string program = fs::canonical(VGPU_PROGRAM).string();
  std::error_code error;
  while (fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).string() != program && !error)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  while (!listens(pid)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(pid, SIGINT);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a clean run is status 0, and --out is the buffer's bytes") {
  Folder folder;
  const Result result = folder.vgpu(
      "run scale.ptx --kernel scale --grid 2 --block 32 --arg 'f32[64]=iota,ro' --arg 'f32[64]=undefined' "
      "--arg f32=2 --out 1=y.bin --print 1:3");
  CHECK(result.status == 0);
  CHECK(contains(result.out, "CLEAN  scale"));
  CHECK(contains(result.out, "grid 2, block 32"));
  CHECK(contains(result.out, "0  2  4"));
  CHECK(result.err.empty());
  const std::string bytes = read(folder.path / "y.bin");
  REQUIRE(bytes.size() == 64 * sizeof(float));
  for (int i = 0; i < 64; ++i) {
    float value = 0;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    CHECK(value == 2 * i);
  }
  // What was written can be read back, by a buffer's name too.
  CHECK(folder
            .vgpu("run scale.ptx --kernel scale --grid 1 --block 32 --arg 'f32[64]=file:y.bin' "
                  "--arg 'y:f32[64]=zeros' --arg f32=0.5 --out y=z.bin")
            .status == 0);
  float last = 0;
  std::memcpy(&last, read(folder.path / "z.bin").data() + 31 * sizeof last, sizeof last);
  CHECK(last == 31);
}

TEST_CASE("an access out of bounds is status 1, with buffer, index and thread, and the rest is written all the same") {
  Folder folder;
  const Result result = folder.vgpu(
      "run scale.ptx --kernel scale --grid 2 --block 32 --arg 'x:f32[64]=ones' --arg 'y:f32[60]=zeros' --arg f32=3 "
      "--out y=y.bin");
  CHECK(result.status == 1);
  CHECK(contains(result.out, "FINDINGS"));
  CHECK(contains(result.out, "out-of-bounds"));
  CHECK(contains(result.out, "block (1,0,0) thread (28,0,0): wrote y[60]; y has 60 floats (0..59)"));
  CHECK(contains(result.out, "out-of-bounds, 4 times\n"));
  CHECK(read(folder.path / "y.bin").size() == 240);
}

TEST_CASE("a buffer that is read-only may not be written") {
  Folder folder;
  const Result result = folder.vgpu(
      "run scale.ptx --kernel scale --grid 1 --block 32 --arg 'f32[32]=ones' --arg 'f32[32]=zeros,ro' --arg f32=3");
  CHECK(result.status == 1);
  CHECK(contains(result.out, "read-only-write"));
}

TEST_CASE("reading an undefined buffer is a finding, with its index") {
  Folder folder;
  const Result result = folder.vgpu(
      "run scale.ptx --kernel scale --grid 1 --block 32 --arg x:f32[32]=undefined --arg f32[32]=zeros --arg f32=2");
  CHECK(result.status == 1);
  CHECK(contains(result.out, "uninitialized"));
  CHECK(contains(result.out, "x[0]"));
}

TEST_CASE("bad usage is status 2, said on standard error alone, with what there is") {
  Folder folder;
  const auto refused = [&](const std::string& arguments, const std::string& part) {
    const Result result = folder.vgpu(arguments);
    CHECK_MESSAGE(result.status == 2, arguments);
    CHECK_MESSAGE(contains(result.err, part), result.err);
    CHECK_MESSAGE(result.out.empty(), result.out);
  };
  const std::string scale = "run scale.ptx --kernel scale --grid 1 --block 32 ";
  refused("run scale.ptx --kernel sale --grid 1 --block 32", "It has:\n  scale\n  nothing");
  refused("run scale.ptx --grid 1 --block 32", "2 kernels; say which by --kernel");
  refused(scale + "--arg 'f32[32]=ones'", "it has 3 parameters, 1 --arg given");
  refused(scale + "--arg 'f32[32]=ones' --arg 'f32[32]=ones' --arg i32=1", "i32=1                     <- not f32");
  refused(scale + "--arg 'f32[32]=ones' --arg f32=1 --arg f32=1", "4 bytes, not 8");
  refused(scale + "--arg null --arg null --arg null", "8 bytes, not 4");
  refused(scale + "--arg null --arg null --arg f32=1 --arg f32=1", "one too many");
  refused(scale + "--arg null --arg null --arg f32=1 --out 2=y.bin", "argument 2 is no buffer");
  refused(scale + "--arg 'f32[32]=file:none.bin' --arg null --arg f32=1", "none.bin cannot be read");
  refused("run absent.ptx --grid 1 --block 32", "absent.ptx cannot be read");
  refused("run inc --grid 1 --block 32", "inc is a folder");
  refused("run out.txt --grid 1 --block 32", "neither CUDA C++ (.cu) nor PTX (.ptx)");
  refused("run scale.ptx --kernel nothing --grid 0 --block 32", "--grid '0'");
  refused("run scale.ptx --kernel nothing --grid 1,1,1,1 --block 32", "at most three");
  refused("run scale.ptx --kernel nothing --grid 1 --block 2048", "1 to 1024 threads");
  refused("run scale.ptx --kernel nothing --grid 1", "--block is required");
  refused("run scale.ptx --kernel nothing --grid 1 --block 32 --wat", "vgpu run --help");
  refused("run saxpy.cu --include nowhere --grid 1 --block 32", "--include nowhere");
  refused("", "vgpu --help");
}

TEST_CASE("PTX that cannot be loaded is named by its line") {
  Folder folder;
  std::ofstream(folder.path / "bad.ptx") << ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry k()\n{\n"
                                            "  .reg .b32 %r<3>;\n  frobnicate.u32 %r1, %r2;\n}\n";
  const Result result = folder.vgpu("run bad.ptx --grid 1 --block 32");
  CHECK(result.status == 2);
  CHECK(contains(result.err, "bad.ptx"));
  CHECK(contains(result.err, "frobnicate"));
}

TEST_CASE("--json is one object with everything") {
  Folder folder;
  const Result result = folder.vgpu(
      "run scale.ptx --kernel scale --grid 2 --block 32 --arg 'f32[64]=nan' --arg 'f32[60]=ones' --arg f32=3 --json "
      "--print 1:2 --print 0:1");
  CHECK(result.status == 1);
  const nlohmann::json json = nlohmann::json::parse(result.out);
  CHECK(json.at("kernel") == "scale");
  CHECK(json.at("verdict") == "findings");
  CHECK(json.at("completed") == true);
  CHECK(json.at("grid") == nlohmann::json{2, 1, 1});
  CHECK(json.at("warp_instructions") == 2 * 14);
  const nlohmann::json& finding = json.at("findings").at(0);
  CHECK(finding.at("kind") == "out-of-bounds");
  CHECK(finding.at("buffer") == "arg1");
  CHECK(finding.at("index") == 60);
  CHECK(finding.at("count") == 4);
  CHECK(json.at("counters").contains("total"));
  CHECK(json.at("arguments").at(1).at("values") == nlohmann::json{"nan", "nan"});
  CHECK(json.at("arguments").at(0).at("values") == nlohmann::json{"nan"});
  CHECK_FALSE(json.at("arguments").at(2).contains("values"));
}

TEST_CASE("--sample runs some blocks over gigabytes, and estimates the grid's counters from them") {
  Folder folder;
  const std::string arguments =
      "run scale.ptx --kernel scale --grid 4194304 --block 256 --arg 'f32[1073741824]=zeros,ro' "
      "--arg 'f32[1073741824]=undefined' --arg f32=2 --sample 48";
  const Result text = folder.vgpu(arguments);
  CHECK(text.status == 0);
  CHECK(contains(text.out, "SAMPLED  scale"));
  CHECK(contains(text.out, "48 of 4,194,304 blocks ran"));
  CHECK(contains(text.out, "4,294,967,296 bytes read"));  // --counters is implied
  const nlohmann::json json = nlohmann::json::parse(folder.vgpu(arguments + " --json").out);
  CHECK(json.at("verdict") == "sampled");
  CHECK(json.at("sample") == nlohmann::json{{"blocks_run", 48}, {"blocks", 4194304}, {"end", "done"}});
  CHECK(json.at("warp_instructions") == uint64_t{14} * 8 * 4194304);
  CHECK(json.at("counters").at("dram_written_sectors") == 1 << 27);

  // Findings of the blocks that ran: the last one is always among them.
  const Result past = folder.vgpu(
      "run scale.ptx --kernel scale --grid 1000 --block 32 --arg 'x:f32[32000]=zeros,ro' --arg 'y:f32[31999]=zeros' "
      "--arg f32=2 --sample 8");
  CHECK(past.status == 1);
  CHECK(contains(past.out, "wrote y[31999]"));
  const Result printed = folder.vgpu(arguments + " --print 1");
  CHECK(printed.status == 2);
  CHECK(contains(printed.err, "leave out --out and --print"));
  CHECK(folder.vgpu(arguments + " --sample 0").status == 2);
}

TEST_CASE("--sample says where a block did not end, and where none can be run alone") {
  Folder folder;
  const std::string head = ".version 7.0\n.target sm_80\n.address_size 64\n";
  std::ofstream(folder.path / "long.ptx")
      << head << ".visible .entry k()\n{\nagain:\n  bra agn;\nagn:\n  bra again;\n}\n";
  const Result cut = folder.vgpu("run long.ptx --grid 100 --block 64 --sample 8 --steps 100000");
  CHECK(cut.status == 0);
  CHECK(contains(cut.out, "1 of 100 blocks ran, the last of them not to its end"));
  CHECK_FALSE(contains(cut.out, "timeout"));
  std::ofstream(folder.path / "wait.ptx") << head
                                          << ".visible .entry k(.param .u64 p)\n{\n  .reg .b64 %rd<2>;\n"
                                             "  .reg .b32 %r<2>;\n  .reg .pred %q<2>;\n"
                                             "  ld.param.u64 %rd1, [p];\nagain:\n"
                                             "  ld.volatile.global.u32 %r1, [%rd1];\n"
                                             "  setp.eq.u32 %q1, %r1, 0;\n  @%q1 bra again;\n  ret;\n}\n";
  const std::string wait = "run wait.ptx --grid 100 --block 64 --arg 'u32[1]=zeros' --sample 8 --steps 100000";
  const Result waiting = folder.vgpu(wait);
  CHECK(waiting.status == 1);
  CHECK(contains(waiting.out, "No sample is possible"));
  CHECK_FALSE(contains(waiting.out, "Counters"));
  CHECK(nlohmann::json::parse(folder.vgpu(wait + " --json").out).at("sample").at("end") == "waiting");
}

TEST_CASE("PTX can come from standard input") {
  Folder folder;
  const Result result = folder.vgpu("run - --kernel nothing --grid 1 --block 32", "cat scale.ptx |");
  CHECK(result.status == 0);
  CHECK(contains(result.out, "CLEAN  nothing"));
}

TEST_CASE("nothing is coloured in a file, unless asked for") {
  Folder folder;
  const std::string command = "run scale.ptx --kernel nothing --grid 1 --block 32";
  CHECK_FALSE(contains(folder.vgpu(command).out, "\x1b["));
  CHECK(contains(folder.vgpu(command + " --color always").out, "\x1b["));
}

TEST_CASE("an endless loop ends at the step budget") {
  Folder folder;
  std::ofstream(folder.path / "spin.ptx") << ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry spin()\n"
                                             "{\nagain:\n  bra agn;\nagn:\n  bra again;\n}\n";
  const Result result = folder.vgpu("run spin.ptx --grid 1 --block 32 --steps 10000");
  CHECK(result.status == 1);
  CHECK(contains(result.out, "timeout"));
}

TEST_CASE("Ctrl-C stops a kernel: status 130, said so, and nothing is written") {
  Folder folder;
  std::ofstream(folder.path / "spin.ptx") << ".version 7.0\n.target sm_80\n.address_size 64\n"
                                             ".visible .entry spin(.param .u64 p)\n{\n"
                                             "again:\n  bra agn;\nagn:\n  bra again;\n}\n";
  const int status = interrupted(folder.path, {"run", "spin.ptx", "--grid", "1", "--block", "32", "--steps",
                                               "1000000000000", "--arg", "f32[4]=ones", "--out", "0=y.bin"});
  CHECK(status == 130);
  CHECK(contains(read(folder.path / "err.txt"), "stopped by Ctrl-C"));
  CHECK(contains(read(folder.path / "out.txt"), "STOPPED"));
  CHECK_FALSE(fs::exists(folder.path / "y.bin"));
}

TEST_CASE("a kernel that cannot run is named by list and refused by run, and its neighbour runs") {
  Folder folder;
  std::ofstream(folder.path / "pair.ptx") << R"(.version 7.8
.target sm_80
.address_size 64
.file 1 "pair.cu"
.visible .entry good(.param .u64 out) { .reg .b64 %rd<2>; ld.param.u64 %rd1, [out]; st.global.u32 [%rd1], 7; ret; }
.visible .entry bad(.param .u64 out) { .reg .b32 %r<2>;
.loc 1 6 3
mov.u32 %r1, %pm0; ret; }
)";
  const std::string run = "run pair.ptx --grid 1 --block 1 --arg 'u32[1]=undefined' --kernel ";
  CHECK(folder.vgpu(run + "good").status == 0);
  const Result bad = folder.vgpu(run + "bad");
  CHECK(bad.status == 2);
  CHECK(contains(bad.err, "pair.cu:6"));
  CHECK(contains(bad.err, "%pm0"));
  const Result listed = folder.vgpu("list pair.ptx");
  CHECK(listed.status == 0);
  CHECK(contains(listed.out, "good"));
  CHECK(contains(listed.out, "cannot run here: pair.cu:6"));
  const nlohmann::json json = nlohmann::json::parse(folder.vgpu("list pair.ptx --json").out);
  CHECK_FALSE(json.at("kernels").at(0).contains("refused"));
  CHECK(json.at("kernels").at(1).at("refused").at("line") == 6);
}

TEST_CASE("list --missing shows the PTX that does not run, by feature") {
  Folder folder;
  const Result text = folder.vgpu("list --missing");
  CHECK(text.status == 0);
  CHECK(contains(text.out, "\nTextures\n  tex.1d."));
  CHECK(contains(text.out, "movmatrix.sync"));
  const nlohmann::json json = nlohmann::json::parse(folder.vgpu("list --missing --json").out);
  CHECK(json.at("missing").size() > 20);
  CHECK(json.at("missing").at(0).contains("form"));
  const Result none = folder.vgpu("list");
  CHECK(none.status == 2);
  CHECK(contains(none.err, "list needs a file"));
}

TEST_CASE("list shows kernels with their parameters") {
  Folder folder;
  const Result text = folder.vgpu("list scale.ptx");
  CHECK(text.status == 0);
  CHECK(contains(text.out, "scale\n   0  u64    8 bytes\n   1  u64    8 bytes\n   2  f32    4 bytes\n"));
  const nlohmann::json json = nlohmann::json::parse(folder.vgpu("list scale.ptx --json").out);
  REQUIRE(json.at("kernels").size() == 2);
  CHECK(json.at("kernels").at(0).at("parameters").size() == 3);
  CHECK(json.at("kernels").at(1).at("kernel") == "nothing");
}

TEST_CASE("CUDA C++ is compiled: the finding names the line, the parameter's own name and what was printed") {
  Folder folder;
  const std::string arguments = " --arg 'f32[100]=ones,ro' --arg 'f32[100]=ones' --arg f32=2 --arg i32=100";
  const Result result = folder.vgpu("run saxpy.cu --include inc --grid 1 --block 128" + arguments + " --print y:2");
  CHECK(result.status == 1);
  CHECK(contains(result.out, "saxpy(float const*, float*, float, int)"));
  CHECK(contains(result.out, "saxpy.cu:6: out-of-bounds"));
  CHECK(contains(result.out, "6 |   y[i] = a * x[i] + half_of(y[i]);"));
  CHECK(contains(result.out, "read x[100]; x has 100 floats"));
  CHECK(contains(result.out, "n is 100"));
  CHECK(contains(result.out, "2.5  2.5"));
  CHECK(folder.vgpu("run saxpy.cu --include inc --kernel saxpy --grid 1 --block 100" + arguments).status == 0);

  const Result listed = folder.vgpu("list saxpy.cu --include inc");
  CHECK(contains(listed.out, "_Z5saxpyPKfPffi"));
  CHECK(contains(listed.out, "4 bytes       n\n"));
}

TEST_CASE("CUDA C++ that does not compile is shown in the compiler's words") {
  Folder folder;
  std::ofstream(folder.path / "bad.cu") << "__global__ void k(float* y) {\n  y[0] = zzz;\n}\n";
  const Result result = folder.vgpu("run bad.cu --grid 1 --block 1 --arg 'f32[1]=zeros'");
  CHECK(result.status == 2);
  CHECK(contains(result.err, "bad.cu(2): error"));
  CHECK(contains(result.err, "zzz"));
  CHECK(contains(result.err, "bad.cu does not compile"));
}

TEST_CASE("without NVRTC a .cu is the environment's fault, and PTX still runs") {
  Folder folder;
  const std::string without = "TRITUTOR_NVRTC=/nowhere/libnvrtc.so";
  const Result result = folder.vgpu("run saxpy.cu --grid 1 --block 1", without);
  CHECK(result.status == 3);
  CHECK(contains(result.err, "TRITUTOR_NVRTC"));
  CHECK(contains(result.err, ".ptx"));
  CHECK(folder.vgpu("run scale.ptx --kernel nothing --grid 1 --block 32", without).status == 0);
}

TEST_CASE("a file that cannot be written is the environment's fault") {
  Folder folder;
  const Result result = folder.vgpu(
      "run scale.ptx --kernel scale --grid 1 --block 32 --arg 'f32[32]=ones' --arg 'f32[32]=ones' --arg f32=3 "
      "--out 1=none/y.bin");
  CHECK(result.status == 3);
  CHECK(contains(result.err, "none/y.bin cannot be written"));
}

TEST_CASE("help shows how arguments are written") {
  Folder folder;
  CHECK(folder.vgpu("--help").status == 0);
  const Result help = folder.vgpu("run --help");
  CHECK(help.status == 0);
  CHECK(contains(help.out, "f32[1000]=random:7"));
  CHECK(folder.vgpu("--version").status == 0);
}

TEST_CASE("python hands the program and its arguments to a Python with Triton, and ends as it does") {
  Folder folder;
  std::ofstream(folder.path / "python") << "#!/bin/sh\n"
                                           "[ \"$1\" = -c ] && echo triton 3.9.0 && exit 0\n"
                                           "echo \"$@\"; ls \"${PYTHONPATH%%:*}/vgpu/__main__.py\" \"$VGPU_LIBRARY\"\n"
                                           "exit 7\n";
  fs::permissions(folder.path / "python", fs::perms::owner_all);
  const Result result =
      folder.vgpu("python --device T4 add.py --help -x 'two words'", "TRITUTOR_PYTHON=./python PYTHONPATH=/mine");
  CHECK(result.status == 7);
  CHECK(contains(result.out, "-m vgpu --device T4 add.py --help -x two words\n"));
  CHECK(contains(result.out, "/vgpu/__main__.py\n"));
  CHECK(contains(result.out, "libvgpu.so.1\n"));
}

TEST_CASE("python without Python, Triton or a file says what to do") {
  Folder folder;
  const Result absent = folder.vgpu("python add.py", "TRITUTOR_PYTHON=/nowhere/python3");
  CHECK(absent.status == 3);
  CHECK(contains(absent.err, "there is no /nowhere/python3"));
  CHECK(contains(absent.err, "pip install triton numpy"));
  CHECK(folder.vgpu("python").status == 2);
  CHECK(contains(folder.vgpu("python --help").out, "FILE.py"));
}
