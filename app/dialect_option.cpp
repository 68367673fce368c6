#include "app/dialect_option.h"

#include <fmt/format.h>

namespace tritutor {

CLI::Option* add_dialect_option(CLI::App& command, std::optional<DialectId>& given, const std::string& description) {
  return command
      .add_option_function<std::string>(
          "--dialect", [&given](const std::string& name) { given = dialect_named(name); }, description)
      ->type_name("NAME")
      ->check(CLI::Validator(
          [](const std::string& name) {
            return dialect_named(name) ? std::string() : fmt::format("{} is neither cuda nor triton", name);
          },
          ""));
}

std::vector<std::string> names_of(const std::vector<DialectId>& dialects) {
  std::vector<std::string> names;
  for (const DialectId dialect : dialects) names.emplace_back(name_of(dialect));
  return names;
}

DialectId dialect_for(const std::optional<DialectId>& given, const std::optional<Workspace>& workspace) {
  if (given) return *given;
  return workspace ? workspace->dialect() : DialectId::cuda;
}

std::string dialect_words(DialectId dialect, const std::optional<Workspace>& workspace) {
  const bool own = dialect == dialect_for(std::nullopt, workspace);
  return own ? "" : fmt::format(" --dialect {}", name_of(dialect));
}

}  // namespace tritutor
