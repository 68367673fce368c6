// tritutor init [DIR]: makes a workspace.

#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"

namespace tritutor {

void add_init(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("init", "Make a workspace for your files and your progress");
  auto folder = std::make_shared<std::string>();
  command->add_option("folder", *folder, "Where; absent: here if this folder is empty, else ./tritutor-workspace")
      ->type_name("DIR");
  command->footer("Example:\n  tritutor init ~/kernels");
  command->callback([&session, folder] {
    const std::filesystem::path root = folder->empty() ? place_for_workspace(std::filesystem::current_path())
                                                       : std::filesystem::absolute(*folder).lexically_normal();
    std::error_code error;
    const bool was_there = std::filesystem::is_directory(root / ".tritutor", error);
    const Workspace workspace(root);
    workspace.prepare(session.home(), session.curriculum());
    print("{} {} a workspace.", shown(root), was_there ? "is already" : "is now");
    print(" Next: {}tritutor next\n", std::filesystem::equivalent(root, std::filesystem::current_path(), error)
                                          ? ""
                                          : fmt::format("cd {} && ", shown(root)));
  });
}

}  // namespace tritutor
