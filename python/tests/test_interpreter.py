"""python test_interpreter.py: where Triton's interpreter calls a kernel right, and what is compiled is not. Skipped
where there is no Triton."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

INTERPRETED = sys.argv[1:2] == ["interpreted"]
if INTERPRETED:
    os.environ["TRITON_INTERPRET"] = "1"  # before a kernel is made

try:
    import numpy as np
    import triton
    import triton.language as tl
except ImportError as error:
    print(f"skipped: no Triton ({error})")
    sys.exit(0)

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
_cache = tempfile.TemporaryDirectory()
os.environ["TRITON_CACHE_DIR"] = _cache.name

import vgpu  # noqa: E402

ROWS, COLUMNS = 4, 4


@triton.jit
def reverse_through_memory(x_ptr, out_ptr, BLOCK: tl.constexpr, BARRIER: tl.constexpr):
    """The interpreter runs one statement after the other. A compiled program's threads read what others have stored."""
    i = tl.arange(0, BLOCK)
    tl.store(out_ptr + i, tl.load(x_ptr + i))
    if BARRIER:
        tl.debug_barrier()
    tl.store(x_ptr + i, tl.load(out_ptr + BLOCK - 1 - i) + 1.0)


@triton.jit
def running_total(x_ptr, total_ptr):
    """The interpreter runs one program after the other."""
    tl.store(total_ptr, tl.load(total_ptr) + tl.load(x_ptr + tl.program_id(0)))


@triton.jit
def product_beside_opaque_branches(switch_ptr, other_ptr, a_ptr, x_ptr, y_ptr, N, BLOCK: tl.constexpr):
    """The shape of triton-lang/triton#11153: y = A x, and beside it branches whose way no compiler can know, one with a
    store of program 0 alone, one with a return. There the compiler's jump threading set a sum's lanes apart, and on a
    GPU y[0] was 2."""
    values = tl.load(switch_ptr + tl.arange(0, 2))
    zero, one = tl.split(values)
    only_of_program_0 = tl.arange(0, 2) + 2 * tl.program_id(0) < 2
    if zero < one:
        across = tl.expand_dims(values + one, 0)
        sums = tl.sum(across + tl.trans(across), axis=1).to(tl.float32) / (one + 1)
        tl.store(other_ptr + tl.arange(0, 2), sums, mask=only_of_program_0)
    if zero > one:
        tl.store(other_ptr + 2 + tl.arange(0, 2), values.to(tl.float32), mask=only_of_program_0)
        return
    i = tl.arange(0, BLOCK)
    row = tl.load(a_ptr + tl.program_id(0) * N + i, mask=i < N, other=0.0)
    x = tl.load(x_ptr + i, mask=i < N, other=0.0)
    tl.store(y_ptr + tl.program_id(0), tl.sum(row * x))


def reversed_through_memory(barrier):
    x, out = vgpu.arange(512).to(vgpu.float32), vgpu.zeros(512)
    reverse_through_memory[(1,)](x, out, BLOCK=512, BARRIER=barrier)
    return x.tolist()


def totalled():
    total = vgpu.zeros(1)
    running_total[(8,)](vgpu.arange(8).to(vgpu.float32), total)
    return total.tolist()


def multiplied():
    y, other = vgpu.zeros(ROWS), vgpu.zeros(4)
    a = vgpu.ones(ROWS, COLUMNS)
    product_beside_opaque_branches[(ROWS,)](vgpu.tensor([0, 1], dtype=vgpu.int32), other, a, vgpu.ones(COLUMNS), y,
                                            COLUMNS, BLOCK=COLUMNS)
    return y.tolist() + other.tolist()


CALLS = {
    "reverse": lambda: reversed_through_memory(False),
    "reverse with a barrier": lambda: reversed_through_memory(True),
    "total": totalled,
    "product": multiplied,
}


class Interpreter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([sys.executable, __file__, "interpreted"], capture_output=True, text=True, check=True)
        cls.interpreted = json.loads(done.stdout)
        vgpu.activate("A100", on_finding="collect")

    @classmethod
    def tearDownClass(cls):
        vgpu.deactivate()

    def setUp(self):
        vgpu.clear()

    def kinds(self):
        return {each.kind for each in vgpu.findings()}

    def test_threads_of_a_program_that_read_what_others_have_stored(self):
        right = [512.0 - i for i in range(512)]
        self.assertEqual(right, self.interpreted["reverse"])
        CALLS["reverse"]()
        self.assertEqual({"race"}, self.kinds())
        vgpu.clear()
        self.assertEqual(right, CALLS["reverse with a barrier"]())
        self.assertEqual(set(), self.kinds())

    def test_programs_that_are_not_one_after_the_other(self):
        self.assertEqual([28.0], self.interpreted["total"])
        CALLS["total"]()
        self.assertEqual({"race"}, self.kinds())

    def test_opaque_branches(self):
        # What is compiled for compute capability 8.0 runs here as it is; whether it is right is for this run to say.
        compiled = CALLS["product"]()
        self.assertEqual([4.0] * ROWS, self.interpreted["product"][:ROWS])
        self.assertTrue(compiled == self.interpreted["product"] or self.kinds(), compiled)


if __name__ == "__main__":
    if INTERPRETED:
        print(json.dumps({name: call() for name, call in CALLS.items()}))
    else:
        unittest.main()
