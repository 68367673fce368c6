#include "app/speed_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace tritutor {

namespace {

constexpr size_t kMostLines = 8;
constexpr double kNearIdeal = 1.25;  // times the ideal: not worth a word

double ratio(uint64_t part, uint64_t of) { return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of); }

std::string bytes_in_words(double bytes) {
  if (bytes >= 1e6) return fmt::format("{:.3g} MB", bytes * 1e-6);
  return bytes >= 1e3 ? fmt::format("{:.3g} kB", bytes * 1e-3) : fmt::format("{:.0f} bytes", bytes);
}

double lane_occupancy(const vgpu::Counts& c) { return ratio(c.lane_instructions, 32 * c.warp_instructions); }

/// " at line 14": where most of something is, among the lines of the learner's file.
template <class Measure>
std::string worst_place(const CounterReport& report, Measure measure) {
  const auto& lines = report.counters.lines;
  const auto worst = std::max_element(
      lines.begin(), lines.end(), [&](const auto& a, const auto& b) { return measure(a.counts) < measure(b.counts); });
  if (worst == lines.end() || worst->line == 0) return "";
  return fmt::format(", most at line {}", worst->line);
}

/// Sectors per request with their ideal. Accesses wider than 4 bytes touch more sectors by right.
std::string sectors_in_words(const CounterReport& report) {
  const vgpu::Counts& c = report.counters.total;
  const double value = sectors_per_request(c), ideal = ideal_sectors_per_request(c);
  const std::string text = fmt::format("sectors per request {:.3g} ", value);
  const auto beyond = [](const vgpu::Counts& counts) {
    return counts.global_sectors() - std::min(counts.global_sectors(), counts.global_ideal_sectors());
  };
  if (value > kNearIdeal * ideal) return text + fmt::format("(ideal {:.3g}{})", ideal, worst_place(report, beyond));
  // 32 lanes of 4 bytes fill 4 sectors.
  return text + (ideal > kNearIdeal * 4 ? "(wide accesses, none wasted)" : fmt::format("(ideal {:.3g})", ideal));
}

std::string wavefronts_in_words(const CounterReport& report) {
  const double value = wavefront_ratio(report.counters.total);
  const std::string place =
      value <= kNearIdeal
          ? ""
          : " (bank conflicts" + worst_place(report, [](const vgpu::Counts& c) { return c.bank_conflicts; }) + ")";
  return fmt::format("shared wavefronts {:.2f} x ideal{}", value, place);
}

/// The counters that decide how near a kernel comes to its limit.
std::vector<std::string> telling_counters(const CounterReport& report) {
  const vgpu::Counts& c = report.counters.total;
  std::vector<std::string> parts;
  if (sectors_per_request(c) > 0) parts.push_back(sectors_in_words(report));
  // Where arithmetic is the limit, how often bytes cross memory says little.
  if (report.work.bytes > 0) {
    const auto moved = static_cast<double>(report.counters.dram_bytes());
    parts.push_back(
        fmt::format("memory moved {} (needed {})", bytes_in_words(moved), bytes_in_words(report.work.bytes)));
  }
  if (c.shared_wavefronts() > 0) parts.push_back(wavefronts_in_words(report));
  parts.push_back(fmt::format("active lanes {:.0f} %", 100 * lane_occupancy(c)));
  return parts;
}

std::string sizes_in_words(const Timing& timing) {
  std::string text;
  for (const auto& [name, value] : timing.sizes)
    text += fmt::format("{}{} = {:.0f}", text.empty() ? "" : ", ", name, value);
  return text;
}

/// "n = 67108864 from 64 of 262144 blocks": what the time is for, and what it was estimated from.
std::string basis(const Timing& timing) {
  std::string text = sizes_in_words(timing);
  const Prediction& p = timing.prediction;
  if (p.at_least && p.blocks == 1) return text + " from its one block, not run to its end";
  if (p.at_least || p.blocks_run < p.blocks) text += fmt::format(" from {} of {} blocks", p.blocks_run, p.blocks);
  if (p.at_least) text += ", the last not run to its end";
  return text;
}

/// What runs a Triton kernel's share is called a program.
std::string of_programs(std::string text) {
  for (const auto& [from, to] : {std::pair{" blocks", " programs"}, std::pair{"one block", "one program"}}) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
      text.replace(at, std::string_view(from).size(), to);
    }
  }
  return text;
}

std::string prediction(const Timing& timing) {
  const Prediction& p = timing.prediction;
  std::string text =
      fmt::format("on {}: {}{}, {}{} of the limit's speed ({}), at {}; held back by {}", timing.profile,
                  p.at_least ? "at least " : "", time_in_words(p.time_us), p.at_least ? "at most " : "",
                  percent_in_words(p.fraction), time_in_words(p.limit_us), basis(timing), limiter_in_words(p.limiter));
  if (p.busy_sms < p.sms) {
    text += fmt::format(", and by a grid so small that only {:.0f} of the {:.0f} SMs {} work", p.busy_sms, p.sms,
                        p.busy_sms == 1 ? "has" : "have");
  }
  return text;
}

/// "; held back by memory: it moves 2.0 times the bytes needed".
std::string held_back(const Verdict& verdict) {
  const Prediction& p = verdict.timing.prediction;
  if (!verdict.counters || p.time_us <= 0 || p.limiter.empty()) return "";
  std::string text = "; held back by " + limiter_in_words(p.limiter);
  const CounterReport& report = *verdict.counters;
  if (p.limiter == "dram" && report.work.bytes > 0) {
    const double times = static_cast<double>(report.counters.dram_bytes()) / report.work.bytes;
    if (times >= 1.15) text += fmt::format(": it moves {:.1f} times the bytes needed", times);
  }
  return text;
}

std::string measurement(const Verdict& verdict) {
  const Timing& timing = verdict.timing;
  const Measurement& m = *timing.measured;
  std::string text =
      fmt::format("on {}: {} (quartiles {} to {}, {} samples", verdict.device_name, time_in_words(m.us.median),
                  time_in_words(m.us.first), time_in_words(m.us.third), m.samples);
  if (m.clock_mhz > 0) text += fmt::format(", SMs at {:.0f} MHz", m.clock_mhz);
  text += fmt::format("), {} of the limit's speed ({}: {}), at {}{}", percent_in_words(m.fraction.median), timing.limit,
                      time_in_words(m.limit_us.median), sizes_in_words(timing), held_back(verdict));
  if (m.dropped > 0) text += fmt::format(". {} more samples were dropped, since the clock was low", m.dropped);
  if (m.slow_clock) text += ". The SMs never reached three quarters of their clock: is the card hot, or held back?";
  if (timing.empty_us > 0) {
    text += fmt::format(". Of so short a time, {:.1f} us are the cost of measuring it", timing.empty_us);
  }
  if (!timing.measured_note.empty()) text += ". " + timing.measured_note;
  return text;
}

std::string hanging(const std::string& label, const std::string& text, const Style& style, int width) {
  const std::string indent(11, ' ');
  return style.bold(fmt::format("{:<11}", label)) + wrap(text, width, indent).substr(indent.size());
}

std::string source_line(const std::string& source, int line) {
  size_t at = 0;
  for (int i = 1; i < line; ++i) {
    at = source.find('\n', at);
    if (at == std::string::npos) return "";
    ++at;
  }
  const std::string text = source.substr(at, source.find('\n', at) - at);
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

/// Bytes that a line sends through L1 and shared memory: what costs most there first, then where most is computed.
double traffic(const vgpu::LineCounts& line) {
  return static_cast<double>(vgpu::sector_bytes * line.counts.global_sectors()) +
         128.0 * static_cast<double>(line.counts.shared_wavefronts()) +
         static_cast<double>(line.counts.warp_instructions);
}

std::string totals(const CounterReport& report) {
  const vgpu::Counts& c = report.counters.total;
  const auto row = [](const char* label, const std::string& text) {
    return fmt::format("  {:<20}  {}\n", label, text);
  };
  std::string out;
  out += row("instructions (PTX)", fmt::format("{} of warps, {:.1f} lanes each", c.warp_instructions,
                                               ratio(c.lane_instructions, c.warp_instructions)));
  out += row("  by class",
             fmt::format("fp32 {}, fp64 {}, integer {}, control {}, conversion {}, special {}, tensor {}", c.fp32,
                         c.fp64, c.integer, c.control, c.conversion, c.special, c.tensor_operations));
  const auto global = [](uint64_t requests, uint64_t all) {
    return fmt::format("{} requests, {} sectors, {:.2f} each", requests, all, ratio(all, requests));
  };
  out += row("global loads", global(c.global_load_requests, c.global_load_sectors));
  out += row("global stores", global(c.global_store_requests, c.global_store_sectors));
  const auto shared = [](uint64_t requests, uint64_t all) {
    return fmt::format("{} requests, {} wavefronts, {:.2f} each", requests, all, ratio(all, requests));
  };
  out += row("shared loads", shared(c.shared_load_requests, c.shared_load_wavefronts));
  out += row("shared stores", shared(c.shared_store_requests, c.shared_store_wavefronts));
  out += row("bank conflicts", fmt::format("{} wavefronts too many", c.bank_conflicts));
  out += row("memory (DRAM)", fmt::format("{} sectors read, {} written", report.counters.dram_read_sectors,
                                          report.counters.dram_written_sectors));
  out += row("atomics, barriers", fmt::format("{}, {}", c.atomics, c.barriers));
  return out;
}

}  // namespace

std::string time_in_words(double us) {
  if (us < 999.5) return fmt::format("{:.3g} us", us);
  return us < 999.5e3 ? fmt::format("{:.3g} ms", us * 1e-3) : fmt::format("{:.3g} s", us * 1e-6);
}

std::string percent_in_words(double fraction) {
  const double percent = 100 * fraction;
  return percent > 0 && percent < 0.95 ? fmt::format("{:.1g} %", percent) : fmt::format("{:.0f} %", percent);
}

std::string limiter_in_words(const std::string& limiter) {
  static const std::map<std::string, std::string> words = {
      {"issue", "instruction issue"},
      {"fp32", "FP32 arithmetic"},
      {"fp64", "FP64 arithmetic"},
      {"integer", "integer arithmetic"},
      {"special", "special functions"},
      {"tensor", "the tensor cores"},
      {"shared", "L1 and shared memory"},
      {"l2", "the L2 cache"},
      {"dram", "memory (DRAM)"},
      {"latency", "waiting (too few loads or warps on their way at once)"},
      {"blocks", "the start of so many blocks"},
      {"atomics", "atomics on one address"},
      {"launch", "the cost of launches"}};
  const auto found = words.find(limiter);
  return found == words.end() ? limiter : found->second;
}

std::string view_speed(const Verdict& verdict, const Style& style, int width) {
  std::string out;
  if (verdict.counters) {
    out += hanging("Counted", fmt::format("{}", fmt::join(telling_counters(*verdict.counters), ", ")), style, width);
  }
  const bool triton = verdict.dialect == "triton";
  if (verdict.timing.measured)
    out += hanging("Measured", triton ? of_programs(measurement(verdict)) : measurement(verdict), style, width);
  if (verdict.timing.kind == "predicted" && verdict.counters) {
    const std::string text = prediction(verdict.timing);
    out += hanging("Predicted", triton ? of_programs(text) : text, style, width);
  }
  if (!verdict.algebra.empty()) out += hanging("Algebra", verdict.algebra, style, width);
  for (const std::string& note : verdict.compiler) out += hanging("Compiled", note, style, width);
  return out;
}

std::string view_counters(const Verdict& verdict, const std::string& source, const Style& style, int width) {
  if (!verdict.counters) return "";
  const CounterReport& report = *verdict.counters;
  std::string out = fmt::format("\n{}\n", style.bold(fmt::format("Counters of case {}", report.test)));
  out += totals(report);
  std::vector<vgpu::LineCounts> lines = report.counters.lines;
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return traffic(a) > traffic(b); });
  if (lines.size() > kMostLines) lines.resize(kMostLines);
  std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  out += fmt::format("\n{}\n", style.bold(" line    instrs  sectors   each  wavefronts  conflicts"));
  for (const vgpu::LineCounts& line : lines) {
    const vgpu::Counts& c = line.counts;
    const std::string text = line.file == verdict.file ? source_line(source, line.line) : line.file;
    out += fit(fmt::format("{:>5}  {:>8}  {:>7}  {:>5.3g}  {:>10}  {:>9}  {}", line.line, c.warp_instructions,
                           c.global_sectors(), sectors_per_request(c), c.shared_wavefronts(), c.bank_conflicts, text),
               static_cast<size_t>(std::max(width, 72))) +
           "\n";
  }
  if (report.counters.lines.size() > lines.size())
    out += style.dim(
        fmt::format("  ... {} more that cost less; --json has all\n", report.counters.lines.size() - lines.size()));
  return out;
}

}  // namespace tritutor
