// tritutor report: progress, attempts, mistakes and speeds, in the terminal or as a page.

#include <fmt/format.h>

#include "app/commands.h"
#include "app/explain_page.h"
#include "app/output.h"
#include "app/plot/terminal_chart.h"
#include "app/profiles.h"
#include "app/report/report_html.h"
#include "app/report/report_view.h"

namespace tritutor {

void add_report(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("report", "Show your way so far: attempts, speeds, mistakes; also as a page");
  auto file = std::make_shared<std::string>();
  command->add_option("--html", *file, "Write it as one page to this file, for a browser")->type_name("FILE");
  command->footer("Examples:\n  tritutor report\n  tritutor report --html report.html");
  command->callback([&session, file] {
    const Workspace workspace = session.workspace_or_error();
    const std::vector<DeviceProfile> profiles = profiles_of(session.home());
    const Report report = gather_report(session.curriculum(), workspace,
                                        explain_pages(session.home().root / "notes" / "explain"), profiles);
    if (file->empty()) {
      print("{}", view_report(report, profiles, {session.style(), session.width(), plot::shows_utf8()}));
      return;
    }
    write_report_html(report_html(report, profiles), *file);
    print("{} is written: open it in a browser.\n", *file);
  });
}

}  // namespace tritutor
