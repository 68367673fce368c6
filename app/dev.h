#pragma once
// The commands for authors of exercises: `tritutor dev ...`.

#include <CLI/CLI.hpp>

#include "app/session.h"

namespace tritutor {

void add_dev_check(CLI::App& dev, Session& session);
void add_dev_gpu(CLI::App& dev, Session& session);
void add_dev_messages(CLI::App& dev, Session& session);

}  // namespace tritutor
