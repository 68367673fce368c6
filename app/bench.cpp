// tritutor bench [FILE|ID]: a kernel's time over a range of sizes, beside ours and the library's.

#include "grader/bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/bench_chart.h"
#include "app/bench_view.h"
#include "app/commands.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "app/plot/terminal_chart.h"
#include "app/progress_line.h"
#include "app/target.h"
#include "app/verdict_view.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

struct Arguments : TargetArguments {
  std::string sizes;  ///< --sizes
  std::string svg;    ///< --svg
  bool alone = false;
  bool json = false;
};

/// A buffer's elements are counted by an int in a kernel.
constexpr double most_elements = 2147483647;

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// "4096", "1e6", "64Ki".
double size_from(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  if (unit == "Ki" || unit == "k") {
    value *= unit == "k" ? 1e3 : 1024;
  } else if (unit == "Mi" || unit == "M") {
    value *= unit == "M" ? 1e6 : 1024 * 1024;
  } else if (!unit.empty()) {
    value = 0;
  }
  if (error != std::errc{} || value < 1 || value > most_elements || value != std::floor(value)) {
    throw CommandError(status_usage,
                       fmt::format("--sizes: {} is no size; a whole number from 1 to {:.0f}, such as 4096, "
                                   "1e6 or 64Ki",
                                   text, most_elements));
  }
  return value;
}

/// "n=1e4,n=1e6" or "m=n=k=512,m=512,...": a name that stands once more begins the next point. What a point does not
/// name is as where the exercise is timed.
std::vector<reference::Values> sizes_from(const Exercise& exercise, const std::string& text) {
  const reference::Values timed = bench_sizes(exercise).back();
  std::vector<std::string> names;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role == Role::size) names.push_back(argument.name);
  }
  std::vector<reference::Values> given(1);
  for (const std::string_view part : parts_of(text, ',')) {
    std::vector<std::string_view> words = parts_of(part, '=');
    if (words.size() < 2) {
      throw CommandError(status_usage, fmt::format("--sizes: {} names no size; {} has {}: --sizes {}=1024,{}=4096",
                                                   part, exercise.id, fmt::join(names, ", "), names[0], names[0]));
    }
    const double value = size_from(words.back());
    words.pop_back();
    if (given.back().contains(std::string(words[0]))) given.emplace_back();
    for (const std::string_view name : words) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        throw CommandError(status_usage, fmt::format("--sizes: {} {} has no size {}; it has {}", exercise.id,
                                                     exercise.title, name, fmt::join(names, ", ")));
      }
      given.back()[std::string(name)] = value;
    }
  }
  for (reference::Values& point : given) {
    point.insert(timed.begin(), timed.end());
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::input && argument.role != Role::output) continue;
      double elements = 1;
      for (const std::string& side : argument.shape) elements *= side == "1" ? 1 : point.at(side);
      if (elements > most_elements) {
        throw CommandError(status_usage,
                           fmt::format("--sizes: {} would have {:.3g} elements at {}, more than an int "
                                       "counts ({:.0f}); choose smaller sizes",
                                       argument.name, elements, sizes_in_words(exercise, point), most_elements));
      }
    }
  }
  std::stable_sort(given.begin(), given.end(), [&](const auto& a, const auto& b) {
    for (const std::string& name : names) {
      if (a.at(name) != b.at(name)) return a.at(name) < b.at(name);
    }
    return false;
  });
  return given;
}

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

/// A file that cannot be built, as submit shows it.
void print_refusal(Session& session, const Arguments& arguments, const Target& target, const Bench& bench,
                   const std::string& source) {
  Verdict verdict;
  verdict.exercise = target.exercise->id;
  verdict.slug = target.exercise->slug;
  verdict.file = target.file.string();
  verdict.dialect = name_of(target.dialect);
  verdict.toolchain = bench.toolchain;
  verdict.result = Verdict::Result::error;
  verdict.refusal = bench.refusal;
  if (arguments.json) {
    write_exact(to_json(verdict).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return;
  }
  VerdictViewOptions options;
  options.style = session.style();
  options.width = session.width();
  options.file = shown(target.file);
  options.source = source;
  options.retry = call_of("bench", target, arguments);
  print("{}", view_verdict(verdict, *target.exercise, options));
}

CommandError not_written(const std::string& file, const std::string& why) {
  return {status_environment, fmt::format("cannot write {}: {}; name another place: --svg FILE", file, why)};
}

/// Before anything is timed, since that takes a while. Throws CommandError.
void check_writable(const fs::path& file) {
  std::error_code error;
  const bool there = fs::exists(file, error);
  errno = 0;
  if (!std::ofstream(file, std::ios::app)) throw not_written(file, errno != 0 ? std::strerror(errno) : "not a file");
  if (!there) fs::remove(file, error);
}

void write_svg(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) throw not_written(file, std::strerror(errno));
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
    return print_refusal(session, arguments, target, bench, kernels[0].source);
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
