#pragma once
// The learner's editor: which one it is, and a file in it.

#include <filesystem>
#include <functional>
#include <string>

namespace tritutor {

/// The value of an environment variable, nullptr: it is not set.
using Environment = std::function<const char*(const char* name)>;

/// The command, in the shell's words, that files are edited with: `given` where it says one, else $VISUAL, else
/// $EDITOR, else VS Code in VS Code's own terminal. Empty: nothing says which.
std::string edit_command(const std::string& given, const Environment& environment);

/// Runs the command on a file and waits for it to end. Throws CommandError where there is no such program or it fails.
void edit(const std::string& command, const std::filesystem::path& file);

}  // namespace tritutor
