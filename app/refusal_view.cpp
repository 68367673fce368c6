#include "app/refusal_view.h"

#include <nlohmann/json.hpp>

#include "app/output.h"
#include "app/verdict_view.h"

namespace tritutor {

void print_refusal(Session& session, const Target& target, const Refusal& refusal, const std::string& toolchain,
                   const std::string& source, const std::string& retry, bool json) {
  Verdict verdict;
  verdict.exercise = target.exercise->id;
  verdict.slug = target.exercise->slug;
  verdict.file = target.file.string();
  verdict.dialect = name_of(target.dialect);
  verdict.toolchain = toolchain;
  verdict.result = Verdict::Result::error;
  verdict.refusal = refusal;
  if (json) {
    write_exact(to_json(verdict).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return;
  }
  VerdictViewOptions options;
  options.style = session.style();
  options.width = session.width();
  options.file = shown(target.file);
  options.source = source;
  options.retry = retry;
  print("{}", view_verdict(verdict, *target.exercise, options));
}

}  // namespace tritutor
