#pragma once
// --dialect: which of an exercise's files a command is about.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "grader/curriculum/dialect_id.h"

namespace tritutor {

/// Adds --dialect cuda|triton, which must outlive the command.
CLI::Option* add_dialect_option(CLI::App& command, std::optional<DialectId>& given,
                                const std::string& description = "This once in this dialect, cuda or triton");

/// "cuda", "triton", of each.
std::vector<std::string> names_of(const std::vector<DialectId>& dialects);

/// What was given, else the workspace's own, else CUDA C++.
DialectId dialect_for(const std::optional<DialectId>& given, const std::optional<Workspace>& workspace);

/// What a command has to be given after an exercise's id to be about `dialect`: " --dialect triton", or nothing where
/// that is the workspace's own.
std::string dialect_words(DialectId dialect, const std::optional<Workspace>& workspace);

}  // namespace tritutor
