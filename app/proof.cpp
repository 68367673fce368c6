#include "app/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "app/fakes.h"
#include "app/mutant.h"
#include "app/notes/note.h"
#include "app/patch.h"
#include "app/workers.h"
#include "grader/submission.h"

namespace tritutor {

namespace fs = std::filesystem;

namespace {

/// What one job found; jobs run at the same time and share nothing.
using Finding = std::function<void(ExerciseProof&)>;
using Job = std::packaged_task<Finding()>;

Verdict grade_file(const Home& home, const Exercise& exercise, const fs::path& file, const std::string& source,
                   const ProofOptions& how) {
  SubmitOptions options;
  options.include_dir = home.tl;
  options.seed = how.seed;
  options.profile = how.profile;
  options.device = "virtual";
  options.threads = 1;
  return grade(exercise, file, source, options);
}

/// What an author needs to know about a verdict that is not the wanted one.
std::string reason_of(const Verdict& verdict) {
  if (verdict.refusal) {
    std::string text = fmt::format("{}: {}", verdict.refusal->kind, verdict.refusal->message);
    if (!verdict.refusal->diagnostics.empty()) {
      const Diagnostic& first = verdict.refusal->diagnostics[0];
      text += fmt::format(" (line {}: {})", first.line, first.message);
    }
    return text;
  }
  if (verdict.right && verdict.result == Verdict::Result::fail) {
    return fmt::format("it is right, and with {:.0f} % of the limit's speed not fast enough{}",
                       100 * verdict.timing.prediction.fraction,
                       verdict.inefficient ? ": " + verdict.inefficient->message : "");
  }
  for (const CaseResult& one : verdict.cases) {
    if (one.passed || !one.ran) continue;
    if (one.mismatch)
      return fmt::format("case {}: {}[{}] got {}, want {}; {}", one.name, one.mismatch->output,
                         one.mismatch->index.empty() ? 0 : one.mismatch->index[0], one.mismatch->got,
                         one.mismatch->want, one.mismatch->pattern_text);
    if (!one.findings.empty()) return fmt::format("case {}: {}", one.name, one.findings[0].message);
    return fmt::format("case {}: {}", one.name, one.problem);
  }
  return "every case passed";
}

Finding starter_job(const Home& home, const Exercise& exercise, const fs::path& file, const ProofOptions& options) {
  const Verdict verdict = grade_file(home, exercise, file, read_text(file), options);
  const auto wanted = exercise.worked ? Verdict::Result::pass : Verdict::Result::fail;
  const bool good = verdict.result == wanted && !verdict.refusal;
  const std::string what = exercise.worked   ? "the worked example must pass; "
                           : verdict.refusal ? "a starter must compile and run; "
                                             : "a starter must fail; ";
  return [=, why = reason_of(verdict)](ExerciseProof& proof) {
    if (!good) proof.violations.push_back({shown(file), what + why});
  };
}

Finding solution_job(const Home& home, const Exercise& exercise, const fs::path& file, const ProofOptions& options) {
  const Verdict verdict = grade_file(home, exercise, file, read_text(file), options);
  const bool passed = verdict.result == Verdict::Result::pass;
  // Where passing does not need it too: no line stands where our own kernel does not come.
  const bool misses_bronze = passed && verdict.timing.kind == "predicted" &&
                             standing(verdict.timing.range, exercise.thresholds.bronze) == Standing::missed;
  const std::string below = misses_bronze ? fmt::format("the solution misses bronze: {:.0f} % of the limit's speed",
                                                        100 * verdict.timing.prediction.fraction)
                                          : "";
  return [=, seconds = verdict.seconds, why = reason_of(verdict)](ExerciseProof& proof) {
    proof.solution_seconds += seconds;
    if (!passed) proof.violations.push_back({shown(file), "the solution must pass; " + why});
    if (!below.empty()) proof.violations.push_back({shown(file), below});
  };
}

Finding mutant_job(const Home& home, const Exercise& exercise, const fs::path& file, DialectId dialect,
                   const ProofOptions& options) {
  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant(read_text(file), errors);
  if (errors.empty()) {
    try {
      const MutantKernel kernel = mutant_kernel(home, file);
      errors = unmet_reasons(mutant, grade_file(home, exercise, kernel.file, kernel.source, options));
    } catch (const PatchError& error) {
      errors.push_back(error.what());  // still a mutant, and not refused
    }
  }
  return [=](ExerciseProof& proof) {
    ++proof.mutants[dialect].all;
    if (errors.empty()) ++proof.mutants[dialect].refused;
    for (const std::string& error : errors) proof.violations.push_back({shown(file), error});
  };
}

Finding fakes_job(const Exercise& exercise, size_t index, const std::string& place, uint64_t seed) {
  const Case* previous = index == 0 ? nullptr : &exercise.cases[index - 1];
  const FakeCount count = check_fakes(exercise, exercise.cases[index], previous, seed);
  return [=](ExerciseProof& proof) {
    proof.fakes_refused += count.refused;
    proof.fakes_by_nature += count.by_nature;
    for (const std::string& accepted : count.accepted) proof.violations.push_back({place, accepted});
  };
}

/// Throws where a note that is to be read first is not there.
Finding reading_job(const Home& home, const Exercise& exercise) {
  for (const std::string& topic : exercise.read) topic_text(home.root / "notes", topic);
  return [](ExerciseProof&) {};
}

/// A job that cannot be done is a violation of its own.
template <class Work>
Job job(std::string place, Work work) {
  return Job([place = std::move(place), work = std::move(work)]() -> Finding {
    try {
      return work();
    } catch (const std::exception& error) {
      return [place, what = std::string(error.what())](ExerciseProof& proof) {
        proof.violations.push_back({place, what});
      };
    }
  });
}

std::vector<fs::path> mutants_of(const Home& home, const Exercise& exercise, DialectId dialect) {
  std::vector<fs::path> mutants = mutants_in(home.mutants(exercise));
  std::erase_if(mutants, [&](const fs::path& file) { return dialect_of_mutant(file) != dialect; });
  return mutants;
}

void add_jobs(const Home& home, const Exercise& exercise, DialectId dialect, const ProofOptions& options,
              std::vector<Job>& jobs) {
  const fs::path starter = home.starter(exercise, dialect), fast = home.fast_solution(exercise, dialect);
  jobs.push_back(job(shown(starter),
                     [&home, &exercise, starter, &options] { return starter_job(home, exercise, starter, options); }));
  std::vector<fs::path> solutions{home.solution(exercise, dialect)};
  if (fs::exists(fast)) solutions.push_back(fast);
  for (const fs::path& file : solutions) {
    jobs.push_back(
        job(shown(file), [&home, &exercise, file, &options] { return solution_job(home, exercise, file, options); }));
  }
  for (const fs::path& file : mutants_of(home, exercise, dialect)) {
    jobs.push_back(job(shown(file), [&home, &exercise, file, dialect, &options] {
      return mutant_job(home, exercise, file, dialect, options);
    }));
  }
}

std::vector<Job> jobs_of(const Home& home, const Exercise& exercise, const ProofOptions& options) {
  std::vector<Job> jobs;
  for (const DialectId dialect : options.dialects) {
    if (dialect == DialectId::cuda || count_files(home, exercise, dialect) > 0)
      add_jobs(home, exercise, dialect, options, jobs);
  }
  // What a case accepts has nothing to do with dialects: once is enough.
  if (options.dialects[0] != DialectId::cuda) return jobs;
  const std::string place = fmt::format("{}, exercise {}", shown(home.curriculum), exercise.id);
  jobs.push_back(job(place, [&home, &exercise] { return reading_job(home, exercise); }));
  for (size_t i = 0; i < exercise.cases.size(); ++i) {
    jobs.push_back(job(place, [&exercise, i, place, &options] { return fakes_job(exercise, i, place, options.seed); }));
  }
  return jobs;
}

}  // namespace

int64_t count_files(const Home& home, const Exercise& exercise, DialectId dialect) {
  auto count = static_cast<int64_t>(mutants_of(home, exercise, dialect).size());
  for (const fs::path& file :
       {home.starter(exercise, dialect), home.solution(exercise, dialect), home.fast_solution(exercise, dialect)}) {
    count += fs::exists(file) ? 1 : 0;
  }
  return count;
}

void prove(const Home& home, const std::vector<const Exercise*>& exercises, const ProofOptions& options,
           const std::function<void(const ExerciseProof&)>& done) {
  std::vector<Job> jobs;
  std::vector<size_t> ends;  // of each exercise's jobs
  for (const Exercise* exercise : exercises) {
    for (Job& one : jobs_of(home, *exercise, options)) jobs.push_back(std::move(one));
    ends.push_back(jobs.size());
  }
  std::vector<std::future<Finding>> results;
  results.reserve(jobs.size());
  for (Job& one : jobs) results.push_back(one.get_future());

  const auto workers = start_workers(options.threads, jobs.size(), [&jobs](size_t at) { jobs[at](); });
  size_t at = 0;
  for (size_t i = 0; i < exercises.size(); ++i) {
    ExerciseProof proof;
    proof.exercise = exercises[i];
    for (; at < ends[i]; ++at) results[at].get()(proof);
    done(proof);
  }
}

}  // namespace tritutor
