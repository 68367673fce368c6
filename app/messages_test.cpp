#include "app/messages.h"

#include <doctest/doctest.h>

using namespace tritutor;

TEST_CASE("messages are one document, each in a fence, under its group's heading once") {
  CHECK(as_document({{"1.1 Scaling", "tests/mutants/a.cu", "no mask", "FAIL\n"},
                     {"1.1 Scaling", "tests/cases/b.cu", "alpha alone", "FAIL too\n"},
                     {"Planted: trap", "tests/planted/trap/c.cu", "a trap", "c.cu:3: trap\n"}}) ==
        "# What a learner reads of 3 wrong kernels\n"
        "\n## 1.1 Scaling\n"
        "\n### tests/mutants/a.cu: no mask\n\n```text\nFAIL\n```\n"
        "\n### tests/cases/b.cu: alpha alone\n\n```text\nFAIL too\n```\n"
        "\n## Planted: trap\n"
        "\n### tests/planted/trap/c.cu: a trap\n\n```text\nc.cu:3: trap\n```\n");
}
