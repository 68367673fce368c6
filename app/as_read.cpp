#include "app/as_read.h"

#include <fmt/format.h>

#include "app/error.h"
#include "app/profiles.h"
#include "app/verdict_view.h"
#include "grader/submission.h"

namespace tritutor {

AsRead submit_as_read(const Home& home, const Exercise& exercise, const std::filesystem::path& file, uint64_t seed,
                      unsigned threads) {
  try {
    return source_as_read(home, exercise, file, read_kernel_file(file), seed, threads);
  } catch (const CommandError& error) {
    AsRead read;
    read.text = error.what();
    return read;
  }
}

AsRead source_as_read(const Home& home, const Exercise& exercise, const std::filesystem::path& file,
                      const std::string& source, uint64_t seed, unsigned threads) {
  AsRead read;
  VerdictViewOptions view;
  view.file = file.filename().string();
  view.source = source;
  view.rows = least_rows - 1;
  view.retry = fmt::format("tritutor submit {} --exercise {}", view.file, exercise.id);
  const DeviceProfile profile = profile_of(home, default_profile);
  SubmitOptions options;
  options.include_dir = home.tl;
  options.seed = seed;
  options.threads = threads;
  options.profile = &profile;
  read.verdict = grade(exercise, file, source, options);
  read.text = view_verdict(read.verdict, exercise, view);
  return read;
}

}  // namespace tritutor
