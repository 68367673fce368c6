#include "app/vgpu/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "app/error.h"
#include "app/interrupt.h"
#include "app/output.h"
#include "app/terminal.h"
#include "app/vgpu/kernel_name.h"
#include "app/vgpu/load.h"
#include "app/vgpu/outcome_json.h"
#include "app/vgpu/view.h"

namespace vgpu_program {

namespace {

using tritutor::CommandError;

constexpr uint64_t kPrintedValues = 16;
/// Of one block of a sample, unless --steps says otherwise: a second or so.
constexpr uint64_t kSampleBlockSteps = 16'000'000;

/// What the command line says, as text.
struct Given {
  std::string file, kernel, grid, block;
  uint32_t shared = 0;  // bytes
  std::vector<std::string> arguments, outs, prints, include;
  std::string color = "auto";
  uint32_t threads = 0;
  std::optional<uint64_t> steps;
  uint64_t sample = 0;  // blocks, 0: all of them run
  bool json = false, counters = false;
};

/// --out and --print, with the buffers they name.
struct Wanted {
  std::vector<std::pair<size_t, std::string>> outs;
  std::vector<std::pair<size_t, uint64_t>> prints;
};

Wanted wanted_of(const Given& given, const std::vector<Bound>& bound) {
  Wanted wanted;
  for (const std::string& text : given.outs) {
    const Selection one = parse_out(text);
    wanted.outs.emplace_back(find_buffer(bound, one.which, "--out " + text), one.file);
  }
  for (const std::string& text : given.prints) {
    const Selection one = parse_print(text);
    const size_t index = find_buffer(bound, one.which, "--print " + text);
    wanted.prints.emplace_back(index, std::min(one.count, bound[index].argument.count));
  }
  return wanted;
}

vgpu::Limits limits_of(const Given& given, const tritutor::Interrupt& interrupt) {
  vgpu::Limits limits;
  if (given.steps && given.sample == 0) {
    limits.warp_steps = *given.steps;
    limits.total_steps = std::max(limits.total_steps, *given.steps);
  }
  if (given.sample > 0) {
    limits.sample = {given.sample, std::numeric_limits<uint64_t>::max(), given.steps.value_or(kSampleBlockSteps)};
  }
  limits.threads = given.threads > 0 ? given.threads : std::max(std::thread::hardware_concurrency(), 1u);
  limits.stop = interrupt.flag();
  return limits;
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    throw CommandError(tritutor::status_environment,
                       fmt::format("--out: {} cannot be written: {}", path, std::strerror(errno)));
  }
}

void print(const Outcome& outcome, const Source& source, const Given& given) {
  if (given.json) {
    tritutor::write_exact(text_of(to_json(outcome, source)) + "\n");
    return;
  }
  ViewOptions options;
  options.style = tritutor::Style(tritutor::wants_color(given.color, STDOUT_FILENO));
  options.width = tritutor::terminal_width(STDOUT_FILENO);
  options.cut = isatty(STDOUT_FILENO) != 0;
  options.counters = given.counters || given.sample > 0;
  tritutor::write_output(view(outcome, source, options));
}

int run(const Given& given) {
  if (given.sample > 0 && (!given.outs.empty() || !given.prints.empty())) {
    throw CommandError(tritutor::status_usage,
                       "--sample: most blocks do not run, so the buffers are not what the kernel makes of them; leave "
                       "out --out and --print, or --sample");
  }
  tritutor::Interrupt interrupt;
  Outcome outcome;
  outcome.grid = parse_extent(given.grid, "--grid");
  outcome.block = parse_extent(given.block, "--block");
  outcome.dynamic_shared = given.shared;
  std::vector<Argument> arguments;
  for (const std::string& text : given.arguments) arguments.push_back(parse_argument(text));

  const Source source = Source::load(given.file, given.include);
  const std::shared_ptr<const vgpu::Module> module = load_module(source);
  outcome.file = source.file();
  outcome.kernel = choose_kernel(module->kernels(), given.kernel, source.file());
  require_runnable(outcome.kernel, source);
  outcome.arguments = pair_up(outcome.kernel, arguments,
                              source.parameter_names(base_name(outcome.kernel.name), outcome.kernel.parameters.size()));
  const Wanted wanted = wanted_of(given, outcome.arguments);

  vgpu::Gpu gpu;
  const std::vector<std::byte> parameters = upload(gpu, outcome.kernel, outcome.arguments, given.sample > 0);
  try {
    outcome.result = gpu.launch(*module, outcome.kernel.name, outcome.grid, outcome.block, given.shared, parameters,
                                limits_of(given, interrupt));
  } catch (const vgpu::LaunchError& error) {
    throw CommandError(tritutor::status_usage, fmt::format("{}; change --grid, --block or --shared", error.what()));
  }
  outcome.sampled = given.sample > 0;
  for (const auto& [index, count] : wanted.prints) {
    const std::span<std::byte> data = gpu.data(outcome.arguments[index].address);
    const auto bytes = static_cast<std::ptrdiff_t>(count * size_of(outcome.arguments[index].argument.element));
    outcome.shown.push_back({index, count, {data.begin(), data.begin() + bytes}});
  }
  print(outcome, source, given);
  std::fflush(stdout);
  if (outcome.result.stopped) {
    throw CommandError(tritutor::status_stopped, fmt::format("stopped by Ctrl-C: the kernel did not end{}",
                                                             wanted.outs.empty() ? "" : ", and no --out was written"));
  }
  for (const auto& [index, file] : wanted.outs) write_file(file, gpu.data(outcome.arguments[index].address));
  if (outcome.result.sample_end == vgpu::SampleEnd::waiting) return tritutor::status_not_passed;
  return outcome.result.findings.empty() ? tritutor::status_ok : tritutor::status_not_passed;
}

[[noreturn]] void bad(const std::string& option, std::string_view text, std::string_view form) {
  throw CommandError(tritutor::status_usage, fmt::format("{} '{}': write {}", option, text, form));
}

}  // namespace

vgpu::Dim3 parse_extent(std::string_view text, const std::string& option) {
  uint32_t sizes[3] = {1, 1, 1};
  std::string_view rest = text;
  for (size_t i = 0;; ++i) {
    const std::string_view part = rest.substr(0, rest.find(','));
    const char* last = part.data() + part.size();
    if (i == 3) bad(option, text, "at most three numbers: X, X,Y or X,Y,Z");
    const auto [end, error] = std::from_chars(part.data(), last, sizes[i]);
    if (part.empty() || error != std::errc() || end != last || sizes[i] == 0)
      bad(option, text, "X, X,Y or X,Y,Z, each 1 or more, such as 128 or 16,16");
    if (part.size() == rest.size()) break;
    rest.remove_prefix(part.size() + 1);
  }
  return {sizes[0], sizes[1], sizes[2]};
}

Selection parse_out(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size())
    bad("--out", text, "ARGUMENT=FILE, such as 1=y.bin");
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)), 0};
}

Selection parse_print(std::string_view text) {
  Selection one{std::string(text.substr(0, text.find(':'))), "", kPrintedValues};
  const std::string_view count = text.substr(std::min(one.which.size() + 1, text.size()));
  const bool has_count = one.which.size() < text.size();
  constexpr std::string_view kForm = "ARGUMENT, ARGUMENT:COUNT or ARGUMENT:all, such as 1:32";
  if (one.which.empty()) bad("--print", text, kForm);
  if (!has_count) return one;
  if (count == "all") {
    one.count = std::numeric_limits<uint64_t>::max();
    return one;
  }
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), one.count);
  if (count.empty() || error != std::errc() || end != count.data() + count.size() || one.count == 0)
    bad("--print", text, kForm);
  return one;
}

void add_run(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("run", "Run a kernel, and say what it did wrong");
  auto given = std::make_shared<Given>();
  const auto each_once = [](CLI::Option* option) { return option->allow_extra_args(false); };
  command->add_option("file", given->file, "CUDA C++ (.cu), PTX (.ptx), or - for PTX from standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--kernel", given->kernel, "Which kernel; may be left out where there is one")->type_name("NAME");
  command->add_option("--grid", given->grid, "Blocks")->type_name("X[,Y[,Z]]")->required();
  command->add_option("--block", given->block, "Threads of a block")->type_name("X[,Y[,Z]]")->required();
  command->add_option("--shared", given->shared, "Dynamic shared memory of a block, in bytes")->type_name("BYTES");
  each_once(command->add_option("--arg", given->arguments, "An argument, in the kernel's order (see below)"))
      ->type_name("ARGUMENT");
  each_once(command->add_option("--out", given->outs, "Write a buffer's bytes to a file afterwards; the first is 0"))
      ->type_name("N=FILE");
  each_once(command->add_option("--print", given->prints, "Show a buffer's first values afterwards (16, or all)"))
      ->type_name("N[:COUNT]");
  command->add_flag("--counters", given->counters, "Show what the profiler would count");
  command->add_option("--sample", given->sample, "Run so many blocks, and estimate the grid's counters from them")
      ->type_name("BLOCKS")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", given->json, "Print everything as one JSON object");
  command->add_option("--threads", given->threads, "Host threads; the result never depends on it")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_option("--steps", given->steps, "Instructions a warp may run before its loop is called endless")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  each_once(command->add_option("--include", given->include, "Where a .cu finds its #includes"))->type_name("DIR");
  command->add_option("--color", given->color, "When to colour: auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command->footer(
      "Arguments:\n"
      "  f32[1000]=random:7       a buffer; types f16 bf16 f32 f64 i8 u8 i16 u16 i32 u32 i64 u64\n"
      "  f32[64*32]=zeros         zeros, ones, nan, iota, random:SEED[:LOW:HIGH], value:V,\n"
      "                           file:PATH (raw bytes), undefined (nothing was written yet),\n"
      "                           scratch (as undefined, and nobody reads it afterwards)\n"
      "  f32[1000]=iota,ro        one that the kernel may not write\n"
      "  i32=1000                 a number\n"
      "  x:f32[1000]=ones         with the name that findings give it\n"
      "  null                     a null pointer\n"
      "  bytes[24]=file:p.bin     a struct by value\n"
      "\nExamples:\n"
      "  vgpu run saxpy.cu --grid 4 --block 256 --arg 'f32[1000]=random:7,ro' \\\n"
      "      --arg 'f32[1000]=ones' --arg f32=2 --arg i32=1000 --print 1 --counters\n"
      "  vgpu run mm.ptx --kernel mm --grid 8,8 --block 16,16 --arg 'f32[128*128]=file:a.bin' ...\n"
      "\nExit status: 0 clean, 1 a finding, 2 bad usage, 3 the machine lacks something, 130 stopped");
  command->callback([given, &status] { status = run(*given); });
}

}  // namespace vgpu_program
