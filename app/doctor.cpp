// tritutor doctor: what this machine has, what it lacks, and what to do about it.

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/commands.h"
#include "app/output.h"
#include "grader/device/gpu.h"
#include "grader/dialect/cuda/nvrtc.h"
#include "grader/dialect/triton/python_search.h"
#include "grader/gpu_work.h"
#include "vgpu/ops/op.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

struct Check {
  enum class State { good, information, bad };
  std::string name;
  State state = State::good;
  std::string found;
  std::string next = {};  ///< what to do about it
  bool required = false;  ///< bad and required: nothing can be judged here
};

Check kernel_compiler() {
  try {
    const Nvrtc& nvrtc = Nvrtc::instance();
    return {"kernel compiler", Check::State::good,
            fmt::format("NVRTC {}, {}", nvrtc.version(), nvrtc.library().string())};
  } catch (const NvrtcError& error) {
    return {"kernel compiler", Check::State::bad, error.what(),
            "./tritutor in the source folder fetches NVRTC; or install the CUDA Toolkit, or set TRITUTOR_NVRTC", true};
  }
}

Check cuda_headers() {
  const std::string needed = "cuda_fp16.h, cuda_bf16.h, mma.h";
  try {
    const Nvrtc& nvrtc = Nvrtc::instance();
    for (const char* name : {"cuda_fp16.h", "cuda_bf16.h", "mma.h"}) {
      if (!nvrtc.find_header(name)) {
        return {"CUDA headers", Check::State::bad, fmt::format("{} was not found", name),
                "set CUDA_HOME to a CUDA Toolkit; exercises in f32 do without"};
      }
    }
    return {"CUDA headers", Check::State::good, nvrtc.find_header("cuda_fp16.h")->parent_path().string()};
  } catch (const NvrtcError&) {
    return {"CUDA headers", Check::State::bad, "unknown without NVRTC", "see the kernel compiler"};
  }
}

/// The driver and its GPUs, a check each.
std::vector<Check> gpus() {
  const GpuList list = list_gpus();
  if (list.gpus.empty()) {
    return {{"NVIDIA GPU", Check::State::information, list.why_none + "; kernels run on the virtual GPU"}};
  }
  const int version = list.gpus[0].driver_version;
  std::vector<Check> checks{
      {"NVIDIA driver", Check::State::good, fmt::format("for CUDA up to {}.{}", version / 1000, version % 1000 / 10)}};
  for (const GpuInfo& gpu : list.gpus) {
    const std::string facts = fmt::format("{}, {:.0f} GiB, {}, {} SMs up to {:.0f} MHz (--device cuda:{})", gpu.name,
                                          static_cast<double>(gpu.memory_bytes) / (uint64_t{1} << 30),
                                          gpu.architecture(), gpu.sms, gpu.clock_mhz, gpu.ordinal);
    try {
      const Gpu works(gpu.ordinal, nullptr);
      Check check{fmt::format("GPU {}", gpu.ordinal), Check::State::good, facts};
      if (!Nvrtc::instance().knows(gpu.architecture())) {
        check.found += fmt::format("; NVRTC does not know {}, the driver compiles for it", gpu.architecture());
        check.next = "a newer NVRTC: ./tritutor fetches it where no toolkit is found, or install a newer CUDA Toolkit";
      }
      checks.push_back(check);
    } catch (const GpuError& error) {
      checks.push_back({fmt::format("GPU {}", gpu.ordinal), Check::State::bad,
                        fmt::format("{}: {}", facts, error.what()),
                        "does another program hold it? nvidia-smi tells; meanwhile kernels run on the virtual GPU"});
    } catch (const NvrtcError&) {
      checks.push_back({fmt::format("GPU {}", gpu.ordinal), Check::State::good, facts});
    }
  }
  try {
    Gpu gpu(list.gpus[0].ordinal, nullptr);
    checks.push_back({"cuBLAS", Check::State::good, gpu.use_cublas(cublas_candidates())});
  } catch (const GpuError& error) {
    checks.push_back({"cuBLAS", Check::State::information, error.what(),
                      "pip install nvidia-cublas, or set TRITUTOR_CUBLAS to libcublas.so: matrix exercises are then "
                      "compared with it"});
  }
  return checks;
}

/// For kernels in Triton alone.
Check triton() {
  const auto found = find_python_with_triton();
  if (const auto* none = std::get_if<NoPythonWithTriton>(&found))
    return {"Triton", Check::State::information, none->what + ". CUDA C++ goes without"};
  const auto& python = std::get<PythonWithTriton>(found);
  const VgpuPackage package = vgpu_package();
  Check check{"Triton", Check::State::good, fmt::format("{}, {}; ", python.triton_version, python.path.string())};
  std::error_code error;
  for (const fs::path& needed : {package.library, package.folder / "vgpu"}) {
    if (fs::exists(needed, error)) continue;
    check.state = Check::State::bad;
    check.found += fmt::format("{} is not there", needed.string());
    check.next = "this installation is not whole: build all of it, or get it again";
    return check;
  }
  check.found += package.library.string();
  return check;
}

Check virtual_gpu() {
  const auto tables = vgpu::op_tables();
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  return {"virtual GPU", Check::State::good,
          fmt::format("{} lanes of {} instructions, {} host thread{}", tables.empty() ? "no" : tables.front().first,
                      tables.empty() ? 0 : tables.front().second->all().size(), threads, threads == 1 ? "" : "s")};
}

Check curriculum(Session& session) {
  try {
    const Curriculum& all = session.curriculum();
    return {"curriculum", Check::State::good, fmt::format("{} exercises, {}", all.exercises.size(), all.file.string())};
  } catch (const std::exception& error) {
    return {"curriculum", Check::State::bad, error.what(), "mend the file, or leave out --curriculum", true};
  }
}

Check workspace_check(const std::optional<Workspace>& workspace) {
  if (!workspace) return {"workspace", Check::State::information, "none around this folder", "make one: tritutor init"};
  return {"workspace", Check::State::good, workspace->root().string()};
}

/// What SQLite says of the file: "ok", or the first thing that is wrong.
std::string integrity(const fs::path& file) {
  sqlite3* db = nullptr;
  std::string answer = "it cannot be opened";
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(db, 5000);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      answer = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    } else {
      answer = sqlite3_errmsg(db);
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  return answer;
}

Check record_check(const Workspace& workspace) {
  const fs::path file = workspace.database();
  std::error_code error;
  if (!fs::exists(file, error)) return {"progress", Check::State::good, "nothing recorded yet"};
  const std::string answer = integrity(file);
  if (answer == "ok") {
    return {"progress", Check::State::good,
            fmt::format("sound, {} KB, {}", (fs::file_size(file, error) + 1023) / 1024, file.string())};
  }
  return {"progress", Check::State::bad, fmt::format("{}: {}", file.string(), answer),
          fmt::format("keep it aside (mv {0} {0}.broken); your kernel files are not touched", file.string())};
}

Check disk(const fs::path& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  constexpr uint64_t needed = 64ull << 20;
  if (error)
    return {"disk", Check::State::bad, fmt::format("{}: {}", folder.string(), error.message()), "check the path"};
  const std::string found =
      fmt::format("{:.1f} GB free in {}", static_cast<double>(space.available) / 1e9, folder.string());
  if (space.available < needed) {
    return {"disk", Check::State::bad, found, "free some: attempts are recorded there"};
  }
  return {"disk", Check::State::good, found};
}

std::string_view name_of(Check::State state) {
  switch (state) {
    case Check::State::good:
      return "ok";
    case Check::State::information:
      return "info";
    case Check::State::bad:
      return "bad";
  }
  return "";
}

void print_checks(const std::vector<Check>& checks, const Style& style, int width) {
  for (const Check& check : checks) {
    const std::string mark = check.state == Check::State::good          ? style.green("ok  ")
                             : check.state == Check::State::information ? style.cyan("-   ")
                                                                        : style.red("BAD ");
    const std::string hanging = wrap(check.found, width, std::string(23, ' '));
    print("{}{} {}", mark, pad(check.name, 18), hanging.substr(std::min<size_t>(hanging.size(), 23)));
    if (!check.next.empty()) print("{}", wrap("-> " + check.next, width, std::string(23, ' ')));
  }
}

void doctor(Session& session, bool json) {
  const std::optional<Workspace> workspace = session.workspace();
  std::vector<Check> checks = {kernel_compiler(), cuda_headers()};
  for (Check& check : gpus()) checks.push_back(std::move(check));
  for (const Check& check : {triton(), virtual_gpu(), curriculum(session), workspace_check(workspace)})
    checks.push_back(check);
  if (workspace) checks.push_back(record_check(*workspace));
  checks.push_back(disk(workspace ? workspace->root() : fs::current_path()));
  if (json) {
    nlohmann::json all = nlohmann::json::array();
    for (const Check& check : checks) {
      all.push_back(
          {{"name", check.name}, {"state", name_of(check.state)}, {"found", check.found}, {"next", check.next}});
    }
    write_exact(all.dump(2) + "\n");
  } else {
    print_checks(checks, session.style(), session.width());
  }
  const bool lacking = std::any_of(checks.begin(), checks.end(), [](const Check& check) {
    return check.required && check.state == Check::State::bad;
  });
  if (lacking) session.status = status_environment;
}

}  // namespace

void add_doctor(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("doctor", "Say what this machine has and lacks for kernels to be judged");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->footer("Example:\n  tritutor doctor\n\nExit status: 3 where nothing can be judged here, else 0");
  command->callback([&session, json] { doctor(session, *json); });
}

}  // namespace tritutor
