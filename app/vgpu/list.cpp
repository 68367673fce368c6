#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "app/error.h"
#include "app/output.h"
#include "app/terminal.h"
#include "app/vgpu/kernel_name.h"
#include "app/vgpu/load.h"
#include "app/vgpu/outcome_json.h"
#include "app/vgpu/run.h"
#include "app/vgpu/view.h"
#include "vgpu/missing.h"

namespace vgpu_program {

namespace {

struct Given {
  std::string file, color = "auto";
  std::vector<std::string> include;
  bool json = false, missing = false;
};

std::string bounds_of(const vgpu::KernelInfo& kernel) {
  const vgpu::Dim3& block = kernel.required_block;
  if (block.x != 0) return fmt::format("blocks of exactly {} x {} x {} threads", block.x, block.y, block.z);
  return fmt::format("blocks of up to {} threads", grouped(kernel.max_threads_per_block));
}

std::string described(const vgpu::KernelInfo& kernel, const std::vector<std::string>& names, const Source& source,
                      const tritutor::Style& style) {
  std::string text = style.bold(demangled(kernel.name)) + "\n";
  if (demangled(kernel.name) != kernel.name) text += style.dim(fmt::format("  in PTX {}\n", kernel.name));
  for (size_t i = 0; i < kernel.parameters.size(); ++i) {
    const vgpu::Parameter& each = kernel.parameters[i];
    const std::string name = i < names.size() ? names[i] : "";
    text += fmt::format("  {:>2}  {:<5}  {:<12}  {}\n", i, each.type, counted(each.bytes, "byte"), name);
    while (text.ends_with(" \n")) text.replace(text.size() - 2, 2, "\n");
  }
  text +=
      fmt::format("  {}, {} of static shared memory\n", bounds_of(kernel), counted(kernel.static_shared_bytes, "byte"));
  if (kernel.refusal) {
    text += fmt::format("  cannot run here: {}: {}\n", place_of(*kernel.refusal, source), kernel.refusal->what());
  }
  return text;
}

int list_missing(bool as_json) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::string text = "Forms of the PTX ISA for targets up to sm_80 that the virtual GPU does not run\n";
  std::string_view feature;
  for (const vgpu::MissingForm& each : vgpu::missing_forms()) {
    json.push_back({{"feature", each.feature}, {"form", each.form}});
    if (each.feature != feature) text += fmt::format("\n{}\n", feature = each.feature);
    text += fmt::format("  {}\n", each.form);
  }
  text += "\nNor what came with sm_90 and later: wgmma, tcgen05, TMA (cp.async.bulk, tensormap), clusters, multimem.\n";
  if (as_json) {
    tritutor::write_exact(text_of({{"missing", json}}) + "\n");
  } else {
    tritutor::write_output(text);
  }
  return tritutor::status_ok;
}

int list(const Given& given) {
  if (given.missing) return list_missing(given.json);
  if (given.file.empty()) {
    throw tritutor::CommandError(tritutor::status_usage,
                                 "list needs a file; vgpu list --missing shows what the virtual GPU does not run");
  }
  const Source source = Source::load(given.file, given.include);
  const std::vector<vgpu::KernelInfo> kernels = load_module(source)->kernels();
  const tritutor::Style style(tritutor::wants_color(given.color, STDOUT_FILENO));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::string text;
  for (const vgpu::KernelInfo& kernel : kernels) {
    const std::vector<std::string> names = source.parameter_names(base_name(kernel.name), kernel.parameters.size());
    json.push_back(to_json(kernel, names));
    text += (text.empty() ? "" : "\n") + described(kernel, names, source, style);
  }
  if (given.json) {
    tritutor::write_exact(text_of({{"file", source.file()}, {"kernels", json}}) + "\n");
  } else {
    tritutor::write_output(text.empty() ? source.file() + " has no kernel\n" : text);
  }
  return tritutor::status_ok;
}

}  // namespace

void add_list(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("list", "Show a file's kernels and their parameters");
  auto given = std::make_shared<Given>();
  command->add_option("file", given->file, "CUDA C++ (.cu), PTX (.ptx), or - for PTX from standard input")
      ->type_name("FILE");
  command->add_option("--include", given->include, "Where a .cu finds its #includes")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_flag("--missing", given->missing, "Show which PTX the virtual GPU does not run");
  command->add_flag("--json", given->json, "Print the list as JSON");
  command->add_option("--color", given->color, "When to colour: auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command->footer("Example:\n  vgpu list saxpy.cu");
  command->callback([given, &status] { status = list(*given); });
}

}  // namespace vgpu_program
