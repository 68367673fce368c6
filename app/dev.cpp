#include "app/dev.h"

#include "app/commands.h"

namespace tritutor {

void add_dev(CLI::App& app, Session& session) {
  CLI::App* dev = app.add_subcommand("dev", "For authors of exercises");
  dev->require_subcommand(1);
  add_dev_check(*dev, session);
  add_dev_gpu(*dev, session);
  add_dev_messages(*dev, session);
}

}  // namespace tritutor
