#pragma once
// Every command adds itself to the command line; the file of its name runs it.

#include <CLI/CLI.hpp>

#include "app/session.h"

namespace tritutor {

void add_next(CLI::App& app, Session& session);
void add_start(CLI::App& app, Session& session);
void add_open(CLI::App& app, Session& session);
void add_list(CLI::App& app, Session& session);
void add_show(CLI::App& app, Session& session);
void add_run(CLI::App& app, Session& session);
void add_watch(CLI::App& app, Session& session);
void add_submit(CLI::App& app, Session& session);
void add_bench(CLI::App& app, Session& session);
void add_tune(CLI::App& app, Session& session);
void add_hint(CLI::App& app, Session& session);
void add_solution(CLI::App& app, Session& session);
void add_reset(CLI::App& app, Session& session);
void add_progress(CLI::App& app, Session& session);
void add_explain(CLI::App& app, Session& session);
void add_notes(CLI::App& app, Session& session);
void add_cheatsheet(CLI::App& app, Session& session);
void add_roadmap(CLI::App& app, Session& session);
void add_history(CLI::App& app, Session& session);
void add_report(CLI::App& app, Session& session);
void add_init(CLI::App& app, Session& session);
void add_doctor(CLI::App& app, Session& session);
void add_dev(CLI::App& app, Session& session);

/// `next` with no options: what bare `tritutor` does where it is no terminal.
void run_next(Session& session);

/// The whole program: parses, runs one command, returns the exit status.
int run(int argc, char** argv);

}  // namespace tritutor
