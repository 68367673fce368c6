// tritutor tune [FILE|ID]: the configurations that a file leaves open, from the fastest to the slowest, and why.

#include "grader/tune.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/bench_sizes.h"
#include "app/commands.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "app/picture_file.h"
#include "app/plot/terminal_chart.h"
#include "app/progress_line.h"
#include "app/refusal_view.h"
#include "app/target.h"
#include "app/tune_chart.h"
#include "app/tune_view.h"

namespace tritutor {

namespace {

struct Arguments : TargetArguments {
  std::string sizes;  ///< --sizes
  std::string svg;    ///< --svg
  bool json = false;
};

void throw_if_ended(const Interrupt& interrupt, const std::optional<Refusal>& refusal) {
  if (interrupt.seen() || (refusal && refusal->kind == "stopped")) {
    throw CommandError(status_stopped, "stopped. Nothing was written");
  }
  if (refusal && refusal->kind == "environment") throw CommandError(status_environment, refusal->message);
  if (refusal && refusal->kind == "tune") throw CommandError(status_usage, refusal->message);
}

bool all_right(const Bench& bench) {
  return std::all_of(bench.series.begin(), bench.series.end(), [](const BenchSeries& series) {
    if (series.refusal) return dialect_of(series.kernel.file).leaves_out(*series.refusal);
    return std::all_of(series.points.begin(), series.points.end(),
                       [](const auto& each) { return each.problem.empty(); });
  });
}

std::string next_step(const Target& target, const Arguments& arguments, const std::string& source) {
  const std::string submit = call_of("submit", target, arguments);
  if (dialect_of(target.file).chooses_by_time(source)) {
    return "A submission chooses among them in the same way: " + submit;
  }
  return "To keep the fastest, give the constants its values in the file; then: " + submit;
}

void run_tune(Session& session, const Arguments& arguments) {
  const Target target = target_of(session, arguments, "tune");
  const Exercise& exercise = *target.exercise;
  if (exercise.timed.empty()) {
    throw CommandError(status_usage, fmt::format("{} {} is not timed: it has no sizes to run at. To have it judged: "
                                                 "tritutor submit {}",
                                                 exercise.id, exercise.title, exercise.id));
  }
  const std::vector<reference::Values> sizes = arguments.sizes.empty()
                                                   ? std::vector<reference::Values>{bench_sizes(exercise).back()}
                                                   : sizes_from(exercise, arguments.sizes);
  const std::string source = read_kernel_file(target.file);
  const std::vector<DeviceProfile> profiles = profiles_of(session.home());
  if (!arguments.svg.empty()) check_writable(arguments.svg);
  Interrupt interrupt;
  Progress progress;
  SubmitOptions options;
  options.include_dir = session.home().tl;
  options.device = arguments.device;
  options.profile = &profile_in(profiles, arguments.profile);
  options.profiles = &profiles;
  options.stop = interrupt.flag();
  options.progress = &progress;
  std::optional<Refusal> refusal;
  Bench bench;
  {
    const ProgressLine line(progress, !arguments.json && isatty(STDERR_FILENO) != 0);
    auto kernels = configurations_of(exercise, target.file, source, sizes, options);
    if (auto* none = std::get_if<Refusal>(&kernels)) {
      refusal = std::move(*none);
    } else {
      bench = tritutor::bench(exercise, std::get<std::vector<BenchKernel>>(kernels), sizes, options);
      refusal = bench.refusal;
    }
  }
  throw_if_ended(interrupt, refusal);
  if (refusal) {
    session.status = status_not_passed;
    return print_refusal(session, target, *refusal, bench.toolchain, source, call_of("tune", target, arguments),
                         arguments.json);
  }
  session.status = all_right(bench) ? status_ok : status_not_passed;
  const bool timed = !by_time(bench).empty();
  if (!arguments.svg.empty() && timed) write_svg(arguments.svg, tune_svg(exercise, bench));
  if (arguments.json) {
    write_exact(tune_json(exercise, bench).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return;
  }
  print("{}", view_tune(exercise, bench,
                        {session.style(), session.width(), plot::shows_utf8(), next_step(target, arguments, source)}));
  if (!arguments.svg.empty() && timed) print("The picture is in {}\n", arguments.svg);
}

}  // namespace

void add_tune(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("tune", "Try a kernel's configurations: block sizes, warps, stages");
  auto arguments = std::make_shared<Arguments>();
  add_target_options(*command, *arguments);
  command->add_option("--sizes", arguments->sizes, "Other sizes than where the exercise is timed: n=1e4,n=64Ki")
      ->type_name("SIZES");
  command->add_option("--svg", arguments->svg, "Also a picture: the times, or over several sizes the fastest three")
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, "Print every configuration as JSON");
  command->footer([&session] {
    return fmt::format(
        "In Triton the configurations are those of @triton.autotune; of several such kernels, every combination. In "
        "CUDA\n"
        "C++ a comment line names constants of the file and the values to try:\n\n"
        "  // tune: BLOCK=128,256,512 EACH=2,4\n"
        "  constexpr int BLOCK = 256, EACH = 4;\n\n"
        "At most {} are tried. On a GPU the times are measured; without one they are predicted, and said to be. A "
        "size\n"
        "that --sizes names comes after the smaller ones; the table is sorted by the last.\n"
        "\nExamples:\n"
        "  tritutor tune 2.3                        the workspace's file\n"
        "  tritutor tune softmax.py --svg tune.svg  with a picture\n"
        "  tritutor tune 4.1 --sizes m=n=k=512,m=n=k=4096\n"
        "{}\nExit status: 0 all of them right, as far as was looked; 1 not, 2 bad usage, or nothing to tune, 3 the\n"
        "machine lacks something",
        most_configurations, profiles_help(session));
  });
  command->callback([&session, arguments] { run_tune(session, *arguments); });
}

}  // namespace tritutor
