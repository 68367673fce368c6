"""python test_notes.py: the Triton programs in notes/ do what their notes say. Skipped where Python has no Triton.

A comment behind each fence, which no reader sees, is a Python program that tries the code (app/notes/snippet.h has the
form). It has the names of the code, those of `vgpu`, numpy as `np`, and

    close(a, b)             the tensors or arrays are equal but for rounding (rtol=..., atol=...)
    finds("race", ...)      the launches so far did exactly these wrong; without it they may do nothing wrong
    counted("atomics")      of the last launch (vgpu_c.h)
    fails(call, "text")     the call raises an error whose text has `text` in it
    shows(compiled)         the ```mlir and ```ptx fences that follow hold lines of what was compiled, in its order
"""

import os
import re
import sys
import tempfile
import types
import unittest
from pathlib import Path

try:
    import numpy as np
    import triton
    import triton.language as tl
except ImportError as error:
    print(f"skipped: no Triton ({error})")
    sys.exit(0)

HERE = Path(__file__).resolve().parent
NOTES = HERE.parent.parent / "notes"
sys.path[:0] = [str(HERE.parent)]
_cache = tempfile.TemporaryDirectory()
os.environ["TRITON_CACHE_DIR"] = _cache.name

import vgpu  # noqa: E402

HEAD = "import triton\nimport triton.language as tl\n"


class Snippet:
    def __init__(self, page, line, code, mark):
        self.page, self.line, self.code, self.mark = page, line, code, mark
        self.dumps = []  # lines of each ```mlir and ```ptx fence up to the next Python


def snippets_of(page):
    """Every ```python fence of a page, with the lines of the comment behind it (None: there is none)."""
    lines = page.read_text().splitlines()
    found, at = [], 0
    while at < len(lines):
        if not lines[at].startswith("```"):
            at += 1
            continue
        language, first = lines[at][3:], at + 1
        at = lines.index("```", first)
        code = "\n".join(lines[first:at]) + "\n"
        at += 1
        if language in ("mlir", "ptx") and found:
            found[-1].dumps.append([language, code.splitlines()])
        if language != "python":
            continue
        mark = None
        if at < len(lines) and lines[at].startswith("<!-- run"):
            end = next(i for i in range(at, len(lines)) if "-->" in lines[i])
            mark = lines[at + 1:end]
            if mark and mark[0] == "with the one before":
                code, mark = found[-1].code + code, mark[1:]
        found.append(Snippet(page, first + 1, code, mark))
    return found


class Tried:
    """What the comment of a snippet may call."""

    def __init__(self, test, snippet):
        self.test, self.snippet, self.found = test, snippet, ()

    def close(self, a, b, rtol=1e-5, atol=1e-5):
        as_array = lambda each: each.numpy() if isinstance(each, vgpu.Tensor) else np.asarray(each)  # noqa: E731
        np.testing.assert_allclose(as_array(a).astype(np.float64), as_array(b).astype(np.float64), rtol=rtol, atol=atol)

    def finds(self, *kinds):
        self.found = kinds

    def counted(self, name):
        return vgpu.last_launch()["counters"]["total"][name]

    def fails(self, call, text):
        try:
            call()
        except Exception as error:  # noqa: BLE001  Triton has many kinds
            self.test.assertIn(text, str(error))
        else:
            self.test.fail(f"nothing failed; expected: {text}")


    def shows(self, compiled):
        if not triton.__version__.startswith("3.9."):  # whose texts the notes show
            return
        self.test.assertTrue(self.snippet.dumps)
        for language, lines in self.snippet.dumps:
            stages = ["ptx"] if language == "ptx" else ["ttir", "ttgir"]
            missing = [missing_line(lines, compiled.asm[stage]) for stage in stages]
            self.test.assertIn(None, missing, f"the {language} of {self.snippet.page.name} is not what is compiled")


def missing_line(lines, text):
    """The first of `lines` that `text` has not, in that order and but for spaces and places in the source; or None."""
    def plain(line):
        return " ".join(re.sub(r" loc\((?:[^()]|\([^()]*\))*\)|//.*", "", line).split())
    rest = iter([plain(line) for line in text.splitlines()])
    return next((line for line in lines if plain(line) not in rest), None)


class Notes(unittest.TestCase):
    def try_snippet(self, snippet):
        self.assertIsNotNone(snippet.mark, "no <!-- run --> comment behind this code")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{snippet.page.stem}_{snippet.line}.py"
            head = "" if "import triton" in snippet.code else HEAD
            file.write_text(head + snippet.code)  # Triton reads a kernel's source from its file
            module = types.ModuleType(file.stem)
            module.__file__ = str(file)
            sys.modules[file.stem] = module
            tried = Tried(self, snippet)
            vgpu.activate("A100", on_finding="collect")
            vgpu.manual_seed(1)
            try:
                exec(compile(file.read_text(), str(file), "exec"), module.__dict__)
                names = dict({name: getattr(vgpu, name) for name in vgpu.__all__}, np=np, vgpu=vgpu, triton=triton, tl=tl)
                names.update(close=tried.close, finds=tried.finds, counted=tried.counted, fails=tried.fails, shows=tried.shows)
                names.update(module.__dict__)
                exec("\n".join(snippet.mark), names)
                found = {each.kind for each in vgpu.findings()}
                self.assertEqual(set(tried.found), found, "\n".join(map(str, vgpu.findings())))
            finally:
                vgpu.deactivate()
                del sys.modules[file.stem]

    def test_every_program_does_what_its_note_says(self):
        count = 0
        for page in sorted(NOTES.glob("*.md")):
            if page.stem in ("triton", "vgpu"):  # of the tools, not for learners
                continue
            for snippet in snippets_of(page):
                count += 1
                with self.subTest(f"{page.name}:{snippet.line}"):
                    self.try_snippet(snippet)
        self.assertGreaterEqual(count, 10)

    def test_a_wrong_snippet_is_noticed(self):
        code = "@triton.jit\ndef one(y, BLOCK: tl.constexpr):\n    tl.store(y + tl.arange(0, BLOCK), 1.0)\n"
        page = Path("wrong.md")
        right = Snippet(page, 1, code, ["y = empty(64)", "one[(1,)](y, BLOCK=64)", "close(y, np.ones(64))"])
        self.try_snippet(right)
        for line, mark in enumerate((["y = empty(64)", "one[(1,)](y, BLOCK=64)", "close(y, np.zeros(64))"],
                                     ["one[(1,)](empty(63), BLOCK=64)"],
                                     ["one[(1,)](empty(64), BLOCK=64)", "finds('race')"],
                                     ["fails(lambda: one[(1,)](empty(64), BLOCK=64), 'power of 2')"], None), 2):
            with self.assertRaises(AssertionError):
                self.try_snippet(Snippet(page, line, code, mark))
        if triton.__version__.startswith("3.9."):
            for line, ptx in enumerate((["mov.u32 %r1, %tid.y;"], [".address_size 64", ".target sm_80"]), 9):
                dumped = Snippet(page, line, code, ["shows(one[(1,)](empty(64), BLOCK=64))"])
                dumped.dumps = [["ptx", ptx]]
                with self.assertRaises(AssertionError):
                    self.try_snippet(dumped)

    def test_every_function_of_tl_that_is_named_is_there(self):
        for page in sorted(NOTES.glob("*.md")):
            for name in set(re.findall(r"\btl\.([a-z_0-9]+(?:\.[a-z_0-9]+)?)", page.read_text())):
                value = tl
                for part in name.split("."):
                    value = getattr(value, part, None) if value is not None else None
                self.assertIsNotNone(value, f"{page.name}: tl.{name}")


if __name__ == "__main__":
    unittest.main()
