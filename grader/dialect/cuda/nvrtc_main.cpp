// tritutor-nvrtc BYTES: a process of the CUDA compiler. It takes programs from the socket it was started with, answers
// with code and logs, and ends with whoever started it. BYTES is the memory it may use.
// tritutor-nvrtc precompile: reads one program from the socket and precompiles its leading headers.

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "grader/child/child_process.h"
#include "grader/dialect/cuda/nvrtc_library.h"
#include "grader/dialect/cuda/nvrtc_request.h"
#include "grader/dialect/cuda/precompiled.h"

namespace {

using namespace tritutor;

/// A compile from which on it is worth having its headers precompiled.
constexpr double slow_seconds = 0.25;
/// More code than any kernel file needs; the virtual GPU would take minutes to load it.
constexpr size_t most_code_bytes = size_t{64} << 20;

void limit(int resource, uint64_t to) {
  rlimit now{};
  getrlimit(static_cast<__rlimit_resource>(resource), &now);
  now.rlim_cur = std::min<rlim_t>(to, now.rlim_max);
  setrlimit(static_cast<__rlimit_resource>(resource), &now);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Message compile(const NvrtcLibrary& library, const Message& request, const char* self) {
  CompileLimits limits;
  Nvrtc::Program program = program_of(request, limits);
  const double start = cpu_seconds();
  limit(RLIMIT_CPU, static_cast<uint64_t>(start) + limits.cpu_seconds + 1);
  try {
    const Precompiled precompiled(library, program);
    const bool ready = precompiled.exists();
    NvrtcLibrary::Output output;
    if (ready) {
      Nvrtc::Program shorter = program;
      const std::vector<std::string> options = precompiled.use(shorter);
      output = library.compile(shorter, options);
      if (remove_remarks(output.log)) precompiled.remove();
    } else {
      output = library.compile(program, {});
    }
    if (output.out_of_memory) return {"out of memory", output.log, ""};
    if (output.code.size() > most_code_bytes) return {"out of memory", output.log, ""};
    if (!ready && precompiled.possible() && output.compiled && cpu_seconds() - start > slow_seconds) {
      precompiled.start_making(self, program);
    }
    return {output.compiled ? "compiled" : "refused", output.log, output.code};
  } catch (const NvrtcError& error) {
    return {"failed", error.what(), ""};
  } catch (const std::bad_alloc&) {
    return {"out of memory", "", ""};
  }
}

void precompile() {
  limit(RLIMIT_CPU, 60);
  if (nice(10) == -1) {
    // It is done at the usual priority then.
  }
  const NvrtcLibrary library(NvrtcSearch::of_this_machine());  // first, as in serve(): at the same addresses
  const std::optional<Message> request = receive_message(child_socket, nullptr);
  if (!request) return;
  CompileLimits limits;
  const Nvrtc::Program program = program_of(*request, limits);
  Precompiled(library, program).make(program);
}

void serve(const char* self) {
  std::unique_ptr<NvrtcLibrary> library;
  try {
    library = std::make_unique<NvrtcLibrary>(NvrtcSearch::of_this_machine());
  } catch (const NvrtcError& error) {
    send_message(child_socket, {"absent", error.what()});
    return;
  }
  end_with_starter();
  MessageWriter hello("ready");
  hello.add(library->library().string()).add(library->version()).add(library->architectures());
  for (const std::filesystem::path& folder : library->include_folders()) hello.add(folder.string());
  if (!send_message(child_socket, hello.message())) return;
  while (const std::optional<Message> request = receive_message(child_socket, nullptr)) {
    if (!send_message(child_socket, compile(*library, *request, self))) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  limit(RLIMIT_CORE, 0);
  fix_addresses(argv);
  const bool serves = std::strcmp(argv[1], "precompile") != 0;
#ifndef __SANITIZE_ADDRESS__  // which reserves terabytes
  if (serves) limit(RLIMIT_AS, std::strtoull(argv[1], nullptr, 10));
#endif
  try {
    if (serves) {
      serve(argv[0]);
    } else {
      precompile();
    }
  } catch (const std::exception&) {
    _exit(1);  // whoever waits sees the socket closed
  }
  _exit(0);  // at once: the compiler has nothing to write
}
