// vgpu: runs one kernel on the virtual GPU and says what it did wrong (notes/vgpu.md).

#include <fmt/format.h>

#include <exception>
#include <new>

#include "app/error.h"
#include "app/output.h"
#include "app/vgpu/run.h"

namespace {

int run(int argc, char** argv) {
  CLI::App app{
      "A GPU for kernels where there is none: runs CUDA C++ or PTX on the CPU, checks every access, and counts what a\n"
      "profiler would.",
      "vgpu"};
  int status = tritutor::status_ok;
  app.set_version_flag("--version", "vgpu " TRITUTOR_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  vgpu list saxpy.cu\n"
      "  vgpu run saxpy.cu --grid 4 --block 256 --arg 'f32[1000]=random:7' --arg i32=1000\n"
      "  vgpu python softmax.py     a Triton program, as it is\n"
      "  vgpu run --help            every option, and how arguments are written\n"
      "\nExit status: 0 clean, 1 a finding, 2 bad usage, 3 the machine lacks something, 130 stopped");
  vgpu_program::add_run(app, status);
  vgpu_program::add_list(app, status);
  vgpu_program::add_python(app);
  try {
    app.parse(argc, argv);
    return status;
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? "vgpu" : "vgpu " + chosen[0]->get_name();
    tritutor::print_error("vgpu: {}. See {} --help\n", error.what(), command);
    return tritutor::status_usage;
  } catch (const tritutor::CommandError& error) {
    tritutor::print_error("vgpu: {}\n", error.what());
    return error.status();
  } catch (const std::bad_alloc&) {
    tritutor::print_error("vgpu: there is not memory enough; make the buffers smaller\n");
    return tritutor::status_environment;
  } catch (const std::exception& error) {
    tritutor::print_error("vgpu: {}\n", error.what());
    return tritutor::status_environment;
  }
}

}  // namespace

int main(int argc, char** argv) {
  tritutor::hold_standard_streams();
  return tritutor::finish_output("vgpu", run(argc, argv));
}
