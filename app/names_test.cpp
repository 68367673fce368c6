#include "app/names.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

Curriculum small() {
  Curriculum curriculum;
  const std::pair<const char*, const char*> all[] = {
      {"0.1", "vector_addition"}, {"1.1", "vector_scaling"}, {"1.3", "relu"},
      {"2.3", "softmax"},         {"4.1", "tiled_matmul"},   {"4.2", "fused_matmul_bias_relu"}};
  for (const auto& [id, slug] : all) {
    Exercise exercise;
    exercise.id = id;
    exercise.slug = slug;
    curriculum.exercises.push_back(exercise);
  }
  return curriculum;
}

std::string id_of(const char* file) {
  static const Curriculum curriculum = small();
  const FileExercise answer = exercise_of_file(curriculum, file);
  return answer.exercise == nullptr ? "" : answer.exercise->id;
}

}  // namespace

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("sumbit", "submit") == 1);
  CHECK(edit_distance("relu", "relu") == 0);
}

TEST_CASE("a file's exercise comes from its name") {
  CHECK(id_of("vector_scaling.cu") == "1.1");
  CHECK(id_of("/some/where/level2/softmax.cu") == "2.3");
  CHECK(id_of("1.1_vector_scaling.cu") == "1.1");
  CHECK(id_of("1.1-vector-scaling-v2.cu") == "1.1");
  CHECK(id_of("Vector_Scaling_copy.cu") == "1.1");
  CHECK(id_of("vector_scaling (1).cu") == "1.1");
  CHECK(id_of("softmax2.cu").empty());
  CHECK(id_of("softmax_2_final.cu") == "2.3");
  CHECK(id_of("3_relu.cu") == "1.3");
  CHECK(id_of("4.1.cu") == "4.1");
  CHECK(id_of("4.1_v2.cu") == "4.1");
  CHECK(id_of("fused_matmul_bias_relu_old.cu") == "4.2");
  CHECK(id_of("vector_scaling.cu.~2~") == "");
  CHECK(id_of("level1/vector_scaling.py") == "1.1");
  CHECK(id_of("1.1_vector_scaling_triton.py") == "1.1");
}

TEST_CASE("a name that only contains an exercise's name is not that exercise") {
  CHECK(id_of("fused_relu.cu").empty());
  CHECK(id_of("notes.cu").empty());
  CHECK(id_of(".cu").empty());
  CHECK(id_of("").empty());
}

TEST_CASE("an id and a name that disagree are told apart, not guessed") {
  const Curriculum curriculum = small();
  const FileExercise answer = exercise_of_file(curriculum, "1.3_softmax.cu");
  CHECK(answer.exercise == nullptr);
  CHECK(answer.suggestions == std::vector<std::string>{"1.3 relu", "2.3 softmax"});
}

TEST_CASE("unknown names get the nearest ones") {
  const Curriculum curriculum = small();
  CHECK(exercise_of_file(curriculum, "sofmax.cu").suggestions == std::vector<std::string>{"2.3 softmax"});
  CHECK(unknown_exercise(curriculum, "sofmax").find("Did you mean 2.3 softmax?") != std::string::npos);
  CHECK(unknown_exercise(curriculum, "matmul").find("4.1 tiled_matmul") != std::string::npos);
  CHECK(unknown_exercise(curriculum, "qqqqqq").find("Did you mean") == std::string::npos);
  CHECK(nearest("lst", {"list", "show", "next"}) == std::vector<std::string>{"list"});
  CHECK(nearest("zzz", {"list", "show"}).empty());
}
