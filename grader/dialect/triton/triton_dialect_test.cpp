#include "grader/dialect/triton/triton_dialect.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "grader/dialect/triton/compiler_notes.h"
#include "grader/dialect/triton/recorder.h"
#include "grader/submission.h"

using namespace tritutor;

namespace {

const Exercise& exercise(const std::string& id) {
  static const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return *curriculum.find(id);
}

/// False, and said so, where this machine has no Triton.
bool has_triton() {
  try {
    Recorder::instance();
    return true;
  } catch (const RecorderError& error) {
    MESSAGE("skipped: no Triton: ", error.what());
    return false;
  }
}

Verdict submit(const std::string& id, const std::string& source) {
  SubmitOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  options.seed = 1;
  return grade(exercise(id), exercise(id).slug + ".py", source, options);
}

const std::string head = "import triton\nimport triton.language as tl\n\n\n";

std::string scaling(const std::string& body, const std::string& host) {
  return head + "@triton.jit\ndef kernel(x, y, alpha, n, BLOCK: tl.constexpr):\n" + body +
         "\n\ndef vector_scaling(x, y, alpha, n):\n" + host + "\n";
}

const std::string good_body =
    "    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)\n"
    "    mask = offsets < n\n"
    "    tl.store(y + offsets, alpha * tl.load(x + offsets, mask=mask), mask=mask)\n";
const std::string good_host = "    kernel[(triton.cdiv(n, 1024),)](x, y, alpha, n, BLOCK=1024)\n";

const CaseResult* failed(const Verdict& verdict) {
  const auto found = std::find_if(verdict.cases.begin(), verdict.cases.end(),
                                  [](const CaseResult& each) { return each.ran && !each.passed; });
  return found == verdict.cases.end() ? nullptr : &*found;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A refusal of a kind, at a line, whose words hold a text.
void refused(const std::string& source, const std::string& kind, int line, const std::string& words) {
  CAPTURE(source);
  const Verdict verdict = submit("1.1", source);
  REQUIRE(verdict.refusal);
  CAPTURE(verdict.refusal->message);
  CHECK(verdict.refusal->kind == kind);
  std::string all = verdict.refusal->message + "\n";
  for (const Diagnostic& each : verdict.refusal->diagnostics) all += each.message + "\n";
  CHECK(contains(all, words));
  if (line > 0) {
    REQUIRE(!verdict.refusal->diagnostics.empty());
    CHECK(verdict.refusal->diagnostics[0].line == line);
    CHECK(verdict.refusal->diagnostics[0].file == "vector_scaling.py");
  }
}

}  // namespace

TEST_CASE("a right Triton file passes its cases") {
  if (!has_triton()) return;
  const Verdict verdict = submit("1.1", scaling(good_body, good_host));
  CHECK(verdict.right);
  CHECK(verdict.dialect == "triton");
  CHECK(verdict.toolchain.starts_with("Triton 3."));
}

TEST_CASE("a missing mask is found at the Python line, and said in Triton's words") {
  if (!has_triton()) return;
  const std::string body =
      "    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)\n"
      "    tl.store(y + offsets, alpha * tl.load(x + offsets, mask=offsets < n), mask=offsets < n + 1)\n";
  const Verdict verdict = submit("1.1", scaling(body, good_host));
  const CaseResult* one = failed(verdict);
  REQUIRE(one != nullptr);
  REQUIRE(!one->findings.empty());
  const vgpu::Finding& finding = one->findings[0];
  CHECK(finding.kind == vgpu::Finding::Kind::out_of_bounds);
  CHECK(finding.file == "vector_scaling.py");
  CHECK(finding.line == 8);
  CHECK(contains(finding.message, "program 0: wrote y[1], "));
  CHECK(contains(finding.cause, "is the mask missing"));
  CHECK_FALSE(contains(finding.message, "thread"));
}

TEST_CASE("launches over scratch and zeros: steps share buffers, and scratch holds nothing") {
  if (!has_triton()) return;
  const auto sum = [](const std::string& host) {
    return head +
           "@triton.jit\ndef partial(x, out, n, BLOCK: tl.constexpr):\n"
           "    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)\n"
           "    tl.store(out + tl.program_id(0), tl.sum(tl.load(x + offsets, mask=offsets < n, other=0.0), axis=0))\n"
           "\n\n@triton.jit\ndef total(parts, result, count, BLOCK: tl.constexpr):\n"
           "    sums = tl.zeros((BLOCK,), tl.float32)\n"
           "    for start in range(0, count, BLOCK):\n"
           "        offsets = start + tl.arange(0, BLOCK)\n"
           "        sums += tl.load(parts + offsets, mask=offsets < count, other=0.0)\n"
           "    tl.store(result, tl.sum(sums, axis=0))\n\n\n"
           "def sum_reduction(x, result, n):\n" +
           host;
  };
  const std::string launches =
      "    partial[(count,)](x, parts, n, BLOCK=1024)\n    total[(1,)](parts, result, count, BLOCK=1024)\n";
  CHECK(submit("2.1", sum("    count = triton.cdiv(n, 1024)\n    parts = x.new_empty(count)\n" + launches)).right);
  const std::string with_torch =
      sum("    import torch\n    count = triton.cdiv(n, 1024)\n    parts = torch.zeros(count, device=x.device)\n" +
          launches);
  CHECK(submit("2.1", with_torch).right);

  Verdict verdict = submit("2.1", sum("    count = triton.cdiv(n, 1024)\n    parts = x.new_empty(1)\n" + launches));
  const CaseResult* one = failed(verdict);
  REQUIRE(one != nullptr);
  REQUIRE(!one->findings.empty());
  CHECK(one->findings[0].buffer == "parts");
  CHECK(contains(one->findings[0].cause, "parts was made with 1 element"));

  verdict = submit("2.1", sum("    count = triton.cdiv(n, 1024)\n    parts = x.new_empty(count)\n"
                              "    total[(1,)](parts, result, count, BLOCK=1024)\n"));
  one = failed(verdict);
  REQUIRE(one != nullptr);
  REQUIRE(!one->findings.empty());
  CHECK(one->findings[0].kind == vgpu::Finding::Kind::uninitialized);
  CHECK(contains(one->findings[0].cause, "parts holds nothing until"));
}

TEST_CASE("bad input gets a clear refusal at the learner's line") {
  if (!has_triton()) return;
  refused("def vector_scaling(x y):\n", "compile", 1, "SyntaxError");
  refused("import nothing_of_the_kind\n", "compile", 1, "ModuleNotFoundError");
  refused(head + "x = 1\n", "missing-kernel", 0, "def vector_scaling(x, y, alpha, n):");
  refused(head + "@triton.jit\ndef vector_scaling(x, y, alpha, n):\n    pass\n", "missing-kernel", 0,
          "is a kernel here");
  refused(head + "def vector_scaling(x, y):\n    pass\n", "signature", 5, "other arguments");
  refused(head + "def vector_scaling(x, y, alpha, n):\n    pass\n", "plan", 5, "launched no kernel");
  refused(scaling(good_body, "    if x.sum() > 0:\n        kernel[(1,)](x, y, alpha, n, BLOCK=1024)\n"), "plan", 13,
          "needs a tensor's values");
  refused(scaling(good_body, "    kernel[(n / 1024,)](x, y, alpha, n, BLOCK=1024)\n"), "plan", 13, "no whole number");
  refused(scaling(good_body, "    kernel[(n // 1024,)](x, y, alpha, n, BLOCK=1024)\n"), "plan", 13, "has no programs");
  refused(scaling(good_body, "    kernel[(1,)](x, y, alpha, n, BLOCK=1000)\n"), "compile", 7, "power of 2");
  refused(scaling("    tl.store(y, tl.maxmum(1, 2))\n", good_host), "compile", 7, "maxmum");
  refused(scaling(good_body, "    exit()\n"), "plan", 13, "exit()");
  refused("import os\nos._exit(0)\n", "compile", 0, "ended with status 0");
  refused(scaling(good_body, "    print(undefined)\n"), "plan", 13, "NameError");
  refused(scaling(good_body, "    import os\n    os.fork()\n" + good_host), "plan", 14, "os.fork is not for a kernel");
  refused(scaling(good_body, "    import os\n    os.kill(os.getppid(), 9)\n" + good_host), "plan", 14, "os.kill");
  refused(scaling(good_body, "    import subprocess\n    subprocess.run(['ls'])\n" + good_host), "plan", 14,
          "subprocess.Popen");
}

TEST_CASE("what a host function prints is shown, and no more than can be read") {
  if (!has_triton()) return;
  const std::string printing = "    print('n is', n)\n    print('x' * 2000000 if n > 1000 else '')\n" + good_host;
  const Verdict verdict = submit("1.1", scaling(good_body, printing));
  CHECK(verdict.right);
  CHECK(contains(verdict.printed, "n is 1\n"));
  CHECK(verdict.printed.size() < 100000);
}

TEST_CASE("the compiler's work is read off its PTX") {
  const std::string ptx =
      ".visible .entry k(\n)\n{\n\t.loc\t1 7 5\n\t@%p1 ld.global.v4.b32 {a}, [b];\n\t.loc\t2 30 1, function_name $L, "
      "inlined_at 1 8 3\n\tmma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 x;\n\t.loc\t2 9 9\n\tst.global.b32 [c], "
      "d;\n}\n.visible .entry other(\n)\n{\n\t.loc\t1 9 5\n\tld.global.b32 a, [b];\n}\n"
      "\t.file\t1 \"/somewhere/k.py\"\n\t.file\t2 \"/triton/standard.py\"\n";
  const std::vector<LineCode> code = line_code(ptx, "k", "k.py");
  REQUIRE(code.size() == 2);
  CHECK(code[0].line == 7);
  CHECK(code[0].load_bytes == 16);
  CHECK(code[1].line == 8);
  CHECK(contains(code[1].matrix, "tf32"));
  CHECK(code[1].store_bytes == 4);
}

TEST_CASE("A copy to shared memory is as wide as its third operand says") {
  const auto width = [](const std::string& count) {
    const std::string ptx =
        ".visible .entry k(\n)\n{\n\t.loc\t1 7 5\n\tcp.async.ca.shared.global [ %r4 + 0 ], [ %rd1 + 0 ], " + count +
        ", %r5;\n\tcp.async.commit_group;\n}\n\t.file\t1 \"/somewhere/k.py\"\n";
    const std::vector<LineCode> code = line_code(ptx, "k", "k.py");
    return code.size() == 1 ? code[0].load_bytes : 0;
  };
  CHECK(width("0x4") == 4);
  CHECK(width("0x10") == 16);
  CHECK(width("8") == 8);
}

TEST_CASE("a right file is held against ours, whatever the order of its sums") {
  if (!has_triton()) return;
  SubmitOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  options.ours = TRITUTOR_SOURCE_DIR "/solutions/level1/vector_scaling.py";
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "tritutor_algebra_test.py";
  const std::string source = scaling(good_body, good_host);
  std::ofstream(file) << source;
  const Verdict verdict = grade(exercise("1.1"), file, source, options);
  std::filesystem::remove(file);
  CAPTURE(verdict.algebra);
  const bool too_old = Recorder::instance().triton_version().starts_with("3.") &&
                       std::stoi(Recorder::instance().triton_version().substr(2)) < 9;
  CHECK(contains(verdict.algebra, too_old ? "not compared" : "algebraically equal to ours"));
}

TEST_CASE("a file's kernels are made for a GPU too, all of them") {
  if (!has_triton()) return;
  const Exercise& scale = exercise("1.1");
  const auto compiled = triton_dialect().compile(scale, "vector_scaling.py", scaling(good_body, good_host),
                                                 CompileContext{.cases = scale.cases});
  REQUIRE(std::holds_alternative<std::unique_ptr<CompiledFile>>(compiled));
  const GpuCode code = std::get<std::unique_ptr<CompiledFile>>(compiled)->for_gpu("sm_90", nullptr);
  CHECK(
      code.code.starts_with("\x7f"
                            "ELF"));
  CHECK(code.shared_bytes.size() == 3);  // n = 1, n a multiple of 16, and another
  for (const auto& [name, bytes] : code.shared_bytes) CHECK(code.code.find(".text." + name) != std::string::npos);
}
