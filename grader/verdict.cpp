#include "grader/verdict.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tritutor {
namespace {

using nlohmann::json;

/// JSON has no NaN and no infinities: they go as strings.
json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

json triple(const vgpu::Dim3& d) { return json::array({d.x, d.y, d.z}); }

json to_json(const Diagnostic& diagnostic) {
  return {{"severity", diagnostic.severity},
          {"file", diagnostic.file},
          {"line", diagnostic.line},
          {"column", diagnostic.column},
          {"message", diagnostic.message}};
}

json to_json(const std::vector<Diagnostic>& diagnostics) {
  json all = json::array();
  for (const Diagnostic& each : diagnostics) all.push_back(to_json(each));
  return all;
}

json to_json(const Mismatch& mismatch) {
  return {{"output", mismatch.output},
          {"index", mismatch.index},
          {"got", number(mismatch.got)},
          {"want", number(mismatch.want)},
          {"bound", number(mismatch.bound)},
          {"count", mismatch.count},
          {"total", mismatch.total},
          {"pattern", mismatch.pattern},
          {"pattern_text", mismatch.pattern_text},
          {"map", mismatch.map}};
}

json to_json(const vgpu::Finding& finding, const std::string& case_name) {
  json result = {{"case", case_name},
                 {"kind", vgpu::name_of(finding.kind)},
                 {"file", finding.file},
                 {"line", finding.line},
                 {"column", finding.column},
                 {"message", finding.message},
                 {"cause", finding.cause},
                 {"block", triple(finding.block)},
                 {"thread", triple(finding.thread)},
                 {"count", finding.count}};
  if (!finding.buffer.empty()) {
    result["buffer"] = finding.buffer;
    result["index"] = finding.index;
    result["length"] = finding.length;
  }
  return result;
}

json to_json(const CaseResult& result) {
  // The seed is 64 bits wide, more than many readers of JSON keep: as a string.
  json out = {{"name", result.name},
              {"tests", result.tests},
              {"seed", std::to_string(result.seed)},
              {"passed", result.passed},
              {"ran", result.ran}};
  if (result.mismatch) out["mismatch"] = to_json(*result.mismatch);
  if (!result.problem.empty()) out["problem"] = result.problem;
  if (!result.disagreement.empty()) out["disagreement"] = result.disagreement;
  return out;
}

json to_json(const Refusal& refusal) {
  json out = {{"kind", refusal.kind}, {"message", refusal.message}, {"diagnostics", to_json(refusal.diagnostics)}};
  if (!refusal.expected.empty()) out["expected"] = refusal.expected;
  if (!refusal.found.empty()) out["found"] = refusal.found;
  if (!refusal.advice.empty()) out["advice"] = refusal.advice;
  return out;
}

json to_json(const vgpu::Counts& counts) {
  json out;
  for (const vgpu::CountField& field : vgpu::count_fields) out[field.name] = counts.*field.value;
  return out;
}

json to_json(const CounterReport& report, bool lines) {
  json out = to_json(report.counters.total);
  out["case"] = report.test;
  out["dram_read_sectors"] = report.counters.dram_read_sectors;
  out["dram_written_sectors"] = report.counters.dram_written_sectors;
  if (report.work.bytes > 0) out["needed_bytes"] = report.work.bytes;
  if (report.work.flops > 0) out["needed_flops"] = report.work.flops;
  if (report.work.integer_operations > 0) out["needed_integer_operations"] = report.work.integer_operations;
  if (!lines) return out;
  out["lines"] = json::array();
  for (const vgpu::LineCounts& line : report.counters.lines) {
    json one = to_json(line.counts);
    one["file"] = line.file;
    one["line"] = line.line;
    out["lines"].push_back(std::move(one));
  }
  return out;
}

json to_json(const Inefficiency& waste) {
  return {{"counter", waste.counter}, {"value", waste.value},     {"ideal", waste.ideal}, {"file", waste.file},
          {"line", waste.line},       {"message", waste.message}, {"cause", waste.cause}};
}

json to_json(const Timing& timing) {
  json out = {{"kind", timing.kind}, {"note", timing.note}};
  if (timing.required > 0) out["required"] = timing.required;
  json sizes = json::object();
  for (const auto& [name, value] : timing.sizes) sizes[name] = static_cast<int64_t>(value);
  if (timing.kind == "none") return out;
  if (timing.measured) {
    const Measurement& measured = *timing.measured;
    out["case"] = timing.test;
    out["sizes"] = sizes;
    out["time_us"] = measured.us.median;
    out["time_us_quartiles"] = {measured.us.first, measured.us.third};
    out["limit_us"] = measured.limit_us.median;
    out["limit"] = timing.limit;
    out["fraction"] = measured.fraction.median;
    out["fraction_least"] = timing.range.least;
    out["fraction_most"] = timing.range.most;
    out["clock_mhz"] = measured.clock_mhz;
    out["samples"] = measured.samples;
    out["samples_dropped"] = measured.dropped;
    if (timing.empty_us > 0) out["empty_us"] = timing.empty_us;
    if (!timing.measured_note.empty()) out["remark"] = timing.measured_note;
    if (timing.prediction.time_us > 0) out["limiter"] = timing.prediction.limiter;
    return out;
  }
  out["profile"] = timing.profile;
  out["case"] = timing.test;
  out["sizes"] = std::move(sizes);
  out["blocks"] = timing.prediction.blocks;
  out["blocks_run"] = timing.prediction.blocks_run;
  out["at_least"] = timing.prediction.at_least;
  out["time_us"] = timing.prediction.time_us;
  out["limit_us"] = timing.prediction.limit_us;
  out["fraction"] = timing.prediction.fraction;
  out["fraction_least"] = timing.range.least;
  out["fraction_most"] = timing.range.most;
  out["limiter"] = timing.prediction.limiter;
  out["busy_sms"] = timing.prediction.busy_sms;
  out["sms"] = timing.prediction.sms;
  return out;
}

}  // namespace

std::string_view name_of(Verdict::Result result) {
  switch (result) {
    case Verdict::Result::pass:
      return "pass";
    case Verdict::Result::fail:
      return "fail";
    case Verdict::Result::error:
      return "error";
  }
  return "error";
}

json to_json(const Verdict& verdict, bool lines) {
  json cases = json::array(), findings = json::array(), notes = json::array();
  for (const CaseResult& each : verdict.cases) {
    cases.push_back(to_json(each));
    for (const vgpu::Finding& finding : each.findings) findings.push_back(to_json(finding, each.name));
    for (const vgpu::Finding& note : each.notes) notes.push_back(to_json(note, each.name));
  }
  json out = {{"exercise", verdict.exercise},
              {"slug", verdict.slug},
              {"file", verdict.file},
              {"dialect", verdict.dialect},
              {"verdict", name_of(verdict.result)},
              {"right", verdict.right},
              {"needs", name_of(verdict.needs)},
              {"medal", verdict.medal},
              {"device", {{"kind", verdict.device_kind}, {"name", verdict.device_name}}},
              {"cases", std::move(cases)},
              {"findings", std::move(findings)},
              {"notes", std::move(notes)},
              {"warnings", to_json(verdict.warnings)},
              {"timing", to_json(verdict.timing)},
              {"printed", verdict.printed},
              {"compiler", verdict.compiler},
              {"toolchain", verdict.toolchain},
              {"seconds", verdict.seconds}};
  if (!verdict.algebra.empty()) out["algebra"] = verdict.algebra;
  if (!verdict.configuration.empty()) out["configuration"] = verdict.configuration;
  if (verdict.seed) out["seed"] = std::to_string(*verdict.seed);
  if (verdict.counters) out["counters"] = to_json(*verdict.counters, lines);
  if (verdict.inefficient) out["inefficiency"] = to_json(*verdict.inefficient);
  if (verdict.refusal) out["refusal"] = to_json(*verdict.refusal);
  return out;
}

}  // namespace tritutor
