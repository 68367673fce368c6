// tritutor bench [FILE|ID]: a kernel's time over a range of sizes, beside ours and the library's.

#include "grader/bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/bench_chart.h"
#include "app/bench_sizes.h"
#include "app/bench_view.h"
#include "app/commands.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "app/picture_file.h"
#include "app/plot/terminal_chart.h"
#include "app/progress_line.h"
#include "app/refusal_view.h"
#include "app/target.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

struct Arguments : TargetArguments {
  std::string sizes;  ///< --sizes
  std::string svg;    ///< --svg
  bool alone = false;
  bool json = false;
};

std::vector<BenchKernel> kernels_for(Session& session, const Target& target, bool alone) {
  std::vector<BenchKernel> kernels = {{"yours", target.file, read_kernel_file(target.file)}};
  if (alone) return kernels;
  const Home& home = session.home();
  const fs::path ours = home.solution(*target.exercise, target.dialect),
                 fast = home.fast_solution(*target.exercise, target.dialect);
  kernels.push_back({"ours", ours, read_own_file(*target.exercise, target.dialect, ours)});
  if (fs::exists(fast)) kernels.push_back({"ours, fast", fast, read_text(fast)});
  return kernels;
}

void run_bench(Session& session, const Arguments& arguments) {
  const Target target = target_of(session, arguments, "bench");
  const Exercise& exercise = *target.exercise;
  if (exercise.timed.empty()) {
    throw CommandError(status_usage, fmt::format("{} {} is not timed: it has no sizes to run at. To have it judged: "
                                                 "tritutor submit {}",
                                                 exercise.id, exercise.title, exercise.id));
  }
  const std::vector<reference::Values> sizes =
      arguments.sizes.empty() ? bench_sizes(exercise) : sizes_from(exercise, arguments.sizes);
  const std::vector<BenchKernel> kernels = kernels_for(session, target, arguments.alone);
  const DeviceProfile profile = profile_of(session.home(), arguments.profile);
  if (!arguments.svg.empty()) check_writable(arguments.svg);
  Interrupt interrupt;
  Progress progress;
  SubmitOptions options;
  options.include_dir = session.home().tl;
  options.device = arguments.device;
  options.profile = &profile;
  options.stop = interrupt.flag();
  options.progress = &progress;
  const Bench bench = [&] {
    const ProgressLine line(progress, !arguments.json && isatty(STDERR_FILENO) != 0);
    return tritutor::bench(exercise, kernels, sizes, options);
  }();
  if (interrupt.seen() || (bench.refusal && bench.refusal->kind == "stopped")) {
    throw CommandError(status_stopped, "stopped. Nothing was written");
  }
  if (bench.refusal && bench.refusal->kind == "environment") {
    throw CommandError(status_environment, bench.refusal->message);
  }
  if (bench.refusal) {
    session.status = status_not_passed;
    return print_refusal(session, target, *bench.refusal, bench.toolchain, kernels[0].source,
                         call_of("bench", target, arguments), arguments.json);
  }
  const std::vector<BenchPoint>& yours = bench.series[0].points;
  const bool right = std::all_of(yours.begin(), yours.end(), [](const auto& point) { return point.problem.empty(); });
  session.status = right ? status_ok : status_not_passed;
  if (!arguments.svg.empty()) write_svg(arguments.svg, bench_svg(exercise, bench));
  if (arguments.json) {
    write_exact(to_json(exercise, bench).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return;
  }
  print("{}", view_bench(exercise, bench,
                         {session.style(), session.width(), plot::shows_utf8(), call_of("submit", target, arguments)}));
  if (!arguments.svg.empty()) print("The picture is in {}\n", arguments.svg);
}

}  // namespace

void add_bench(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("bench", "Time a kernel over a range of sizes, beside ours and the library's");
  auto arguments = std::make_shared<Arguments>();
  add_target_options(*command, *arguments);
  command->add_option("--sizes", arguments->sizes, "Other sizes: n=1e4,n=64Ki or m=n=k=512,m=n=k=1024")
      ->type_name("SIZES");
  command->add_flag("--alone", arguments->alone, "Only this kernel and the limit, not ours");
  command->add_option("--svg", arguments->svg, "Also a picture: throughput against size, and a roofline")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "Print every point as JSON");
  command->footer([&session] {
    return fmt::format(
        "Sizes: the one where the exercise is timed, and up to six times a quarter of the elements before it. A "
        "single\n"
        "size is divided by four; of several each is halved, but those of 64 or less stay, and none goes below 64.\n"
        "With --sizes, a name that stands once more begins the next point; what a point does not name is as where the\n"
        "exercise is timed.\n\n"
        "On a GPU the times are measured, each beside cuBLAS or a copy; without one they are predicted, and said to "
        "be.\n"
        "\nExamples:\n"
        "  tritutor bench 4.1                       the workspace's file, our solutions, and cuBLAS\n"
        "  tritutor bench my.cu --exercise 1.1      any file\n"
        "  tritutor bench 1.1 --svg scaling.svg     with a picture\n"
        "  tritutor bench 4.1 --sizes m=n=k=500,m=n=k=2000\n"
        "{}\nExit status: 0 right at every size, as far as was looked; 1 not, 2 bad usage, 3 the machine lacks "
        "something",
        profiles_help(session));
  });
  command->callback([&session, arguments] { run_bench(session, *arguments); });
}

}  // namespace tritutor
