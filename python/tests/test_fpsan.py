"""python test_fpsan.py: FpSan, alone and from the command line. Skipped where there is no Triton of 3.9 or later."""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

try:
    import numpy as np
    import triton
    import triton.language as tl
    from triton import knobs
except ImportError as error:
    print(f"skipped: no Triton ({error})")
    sys.exit(0)
if not hasattr(knobs.compilation, "fpsan_homomorphic_casts"):
    print(f"skipped: no Triton of 3.9 or later ({triton.__version__})")
    sys.exit(0)

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
_cache = tempfile.TemporaryDirectory()
os.environ["TRITON_CACHE_DIR"] = _cache.name

import kernels  # noqa: E402
import vgpu  # noqa: E402
from vgpu import fpsan  # noqa: E402


@triton.jit
def product(a, b, c, M, N, K, LEFT_OUT: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    """C = A B in one go; LEFT_OUT: without the first product of row 3."""
    i = tl.program_id(0) * BM + tl.arange(0, BM)
    j = tl.program_id(1) * BN + tl.arange(0, BN)
    total = tl.zeros((BM, BN), dtype=tl.float32)
    for start in range(0, K, BK):
        k = start + tl.arange(0, BK)
        inside = (i[:, None] < M) & (k[None, :] < K)
        if LEFT_OUT:
            inside = inside & ((i[:, None] != 3) | (k[None, :] != 0))
        x = tl.load(a + i[:, None] * K + k[None, :], mask=inside, other=0.0)
        y = tl.load(b + k[:, None] * N + j[None, :], mask=(k[:, None] < K) & (j[None, :] < N), other=0.0)
        total += tl.dot(x, y, input_precision="ieee")
    tl.store(c + i[:, None] * N + j[None, :], total, mask=(i[:, None] < M) & (j[None, :] < N))


@triton.jit
def partial_product(a, b, parts, M, N, K, SPLIT: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    """One part of K of each program, so that the sum is in another order."""
    i = tl.program_id(0) * BM + tl.arange(0, BM)
    j = tl.program_id(1) * BN + tl.arange(0, BN)
    part = tl.program_id(2)
    total = tl.zeros((BM, BN), dtype=tl.float32)
    for start in range(part * BK, K, SPLIT * BK):
        k = start + tl.arange(0, BK)
        x = tl.load(a + i[:, None] * K + k[None, :], mask=(i[:, None] < M) & (k[None, :] < K), other=0.0)
        y = tl.load(b + k[:, None] * N + j[None, :], mask=(k[:, None] < K) & (j[None, :] < N), other=0.0)
        total += tl.dot(x, y, input_precision="ieee")
    tl.store(parts + part * M * N + i[:, None] * N + j[None, :], total, mask=(i[:, None] < M) & (j[None, :] < N))


@triton.jit
def sum_of_parts(parts, c, count, SPLIT: tl.constexpr, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    for part in range(SPLIT - 1, -1, -1):
        total += tl.load(parts + part * count + i, mask=i < count, other=0.0)
    tl.store(c + i, total, mask=i < count)


@triton.jit
def row_sums(x, out, columns, BLOCK: tl.constexpr, LAST_LEFT_OUT: tl.constexpr):
    """LAST_LEFT_OUT: a step too few."""
    row = tl.program_id(0)
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, columns - (BLOCK if LAST_LEFT_OUT else 0), BLOCK):
        i = start + tl.arange(0, BLOCK)
        total += tl.load(x + row * columns + i, mask=i < columns, other=0.0)
    tl.store(out + row, tl.sum(total))


def in_one_go(a, b, c, left_out=False):
    (m, k), n = a.shape, b.shape[1]
    product[(triton.cdiv(m, 16), triton.cdiv(n, 16))](a, b, c, m, n, k, left_out, BM=16, BN=16, BK=16)


def split_k(a, b, c):
    (m, k), n = a.shape, b.shape[1]
    parts = a.new_empty((3, m, n))
    partial_product[(triton.cdiv(m, 32), triton.cdiv(n, 16), 3)](a, b, parts, m, n, k, SPLIT=3, BM=32, BN=16, BK=16)
    sum_of_parts[(triton.cdiv(m * n, 256),)](parts, c, m * n, SPLIT=3, BLOCK=256)


class OnVgpu(unittest.TestCase):
    def setUp(self):
        vgpu.activate("A100", on_finding="collect")
        vgpu.manual_seed(1)

    def tearDown(self):
        vgpu.deactivate()


class Compare(OnVgpu):
    def operands(self):
        return vgpu.randn(40, 100), vgpu.randn(100, 24), vgpu.empty(40, 24)

    def test_another_order_of_the_sum_is_the_same_algebra(self):
        a, b, c = self.operands()
        split_k(a, b, c)
        plain = c.numpy().copy()
        in_one_go(a, b, c)
        self.assertTrue(np.any(plain != c.numpy()), "rounded alike: this shows nothing")
        result = fpsan.compare(in_one_go, split_k, a, b, c)
        self.assertEqual(("equal", "algebraically equal", (1, 2)), (result.verdict, str(result), result.launches))

    def test_a_product_left_out_differs_exactly_there(self):
        a, b, c = self.operands()
        result = fpsan.compare(split_k, lambda a, b, c: in_one_go(a, b, c, left_out=True), a, b, c)
        self.assertEqual("different", result.verdict)
        (only,) = result.differences
        self.assertEqual((24, 40 * 24, 3 * 24), (only.count, only.total, only.index))

    def test_the_tensors_and_the_findings_are_left_as_they_were(self):
        a, b, c = self.operands()
        c[:] = 7.0
        fpsan.compare(in_one_go, split_k, a, b, c)
        self.assertTrue(np.all(c.numpy() == 7.0))
        self.assertEqual(([], 0.0, ""), (vgpu.findings(), vgpu.predicted_us(), knobs.compilation.instrumentation_mode))

    def test_what_is_returned_counts_too(self):
        def doubled(x, by):
            out = x.new_empty(x.shape)
            kernels.add[(1,)](x, x if by == 2 else out.zero_(), out, x.numel(), BLOCK=128)
            return out

        x = vgpu.randn(100)
        self.assertEqual("equal", fpsan.compare(lambda x: doubled(x, 2), lambda x: doubled(x, 2), x).verdict)
        self.assertEqual("different", fpsan.compare(lambda x: doubled(x, 2), lambda x: doubled(x, 1), x).verdict)

    def test_infinity_is_not_modelled_and_a_difference_then_means_nothing(self):
        x, out = vgpu.randn(13, 100), vgpu.empty(13, 100)

        def softmax(block):
            return lambda x, out: kernels.softmax[(13,)](out, x, 100, 100, BLOCK=block)

        result = fpsan.compare(softmax(128), softmax(256), x, out)
        self.assertEqual("unknown", result.verdict)
        self.assertIn("infinity", str(result))

    def test_a_wrong_kernel_raises(self):
        x, out = vgpu.ones(100), vgpu.empty(100)

        def unmasked(x, out):
            kernels.add_unmasked[(1,)](x, x, out, 100, BLOCK=128)

        with self.assertRaisesRegex(vgpu.VgpuFinding, "out-of-bounds"):
            fpsan.compare(unmasked, unmasked, x, out)

    def test_nothing_launched_is_no_equality(self):
        with self.assertRaisesRegex(vgpu.VgpuError, "launched no kernel"):
            fpsan.compare(lambda x: None, lambda x: None, vgpu.ones(1))

    def test_it_needs_the_virtual_gpu(self):
        vgpu.deactivate()
        with self.assertRaisesRegex(vgpu.VgpuError, "activate"):
            fpsan.compare(in_one_go, split_k, *self.operands())
        vgpu.activate("A100", on_finding="collect")


class Modelled(unittest.TestCase):
    def test_by_the_kernels_text(self):
        self.assertEqual([], fpsan.not_modelled("%a = arith.constant dense<0.000000e+00> : tensor<16x16xf32>\narith.mulf"))
        self.assertEqual([], fpsan.not_modelled("%a = arith.constant 1.000000e+06 : f32\n%c = arith.mulf"))
        self.assertTrue(fpsan.not_modelled("%a = arith.constant dense<-1.000000e+06> : tensor<8xf32>\n%c = math.exp2 %b"))
        self.assertTrue(fpsan.not_modelled("%a = arith.constant dense<0xFF800000> : tensor<8xf32>"))
        self.assertTrue(fpsan.not_modelled("%a = arith.constant 0xFC00 : f16"))
        self.assertEqual([], fpsan.not_modelled("%a = arith.constant dense<0xFF> : tensor<8xi32>"))
        self.assertTrue(fpsan.not_modelled("%7 = tt.atomic_rmw fadd, acq_rel, gpu, %o, %6, %true : (!tt.ptr<f32>, f32, i1)"))
        self.assertEqual([], fpsan.not_modelled("%7 = tt.atomic_rmw add, acq_rel, gpu, %o, %6 : (!tt.ptr<i32>, i32, i1)"))
        self.assertEqual(["sqrt"], fpsan.only_tagged("%1 = math.sqrt %0 : f32"))


class Watching(OnVgpu):
    def watched(self, launch):
        with fpsan.watch() as watched:
            launch()
        return watched

    def test_each_launch_runs_in_other_blocks_and_the_program_sees_the_ordinary_result(self):
        x, y, out = vgpu.randn(1000), vgpu.randn(1000), vgpu.empty(1000)

        def launch():
            kernels.add[lambda meta: (triton.cdiv(1000, meta["BLOCK"]),)](x, y, out, 1000, BLOCK=256)

        watched = self.watched(launch)
        self.assertTrue(vgpu.allclose(out, x + y))
        self.assertEqual({("add", "num_warps 4 -> 2"), ("add", "BLOCK 256 -> 128")}, set(watched.results))
        self.assertEqual([1, 1], [each.equal for each in watched.results.values()])
        self.assertEqual((1, 1, []), (watched.launches, watched.compared, watched.different))

    def test_a_grid_of_its_own_gets_larger_blocks(self):
        x, out = vgpu.randn(5, 100), vgpu.empty(5)
        watched = self.watched(lambda: row_sums[(5,)](x, out, 100, BLOCK=32, LAST_LEFT_OUT=False))
        self.assertEqual(1, watched.results["row_sums", "BLOCK 32 -> 64"].equal)
        self.assertEqual([], watched.different)

    def test_a_result_that_depends_on_the_block_is_found(self):
        x, out = vgpu.randn(5, 100), vgpu.empty(5)
        watched = self.watched(lambda: row_sums[(5,)](x, out, 100, BLOCK=32, LAST_LEFT_OUT=True))
        self.assertEqual(["BLOCK 32 -> 64"], [each.variant for each in watched.different])
        self.assertIn("out differs in 5 of 5 elements, first at out[0]", watched.summary())

    def test_where_a_larger_block_is_out_of_bounds_nothing_is_said(self):
        x, out = vgpu.ones(128), vgpu.empty(128)
        watched = self.watched(lambda: kernels.add_unmasked[(1,)](x, x, out, 128, BLOCK=128))
        result = watched.results["add_unmasked", "BLOCK 128 -> 256"]
        self.assertEqual((0, []), (result.equal, result.unlike))
        self.assertIn("out-of-bounds", result.not_compared[0])
        self.assertEqual([], vgpu.findings())

    def test_what_the_autotuner_times_is_left_out_and_alike_launches_are_compared_twice(self):
        a, b, c = vgpu.randn(32, 32, dtype=vgpu.float16), vgpu.randn(32, 32, dtype=vgpu.float16), vgpu.empty(32, 32)

        def launch():
            for _ in range(4):
                kernels.matmul[lambda meta: (triton.cdiv(32, meta["BM"]), triton.cdiv(32, meta["BN"]))](a, b, c, 32, 32, 32)

        watched = self.watched(launch)
        self.assertEqual((4, fpsan.MOST_ALIKE), (watched.launches, watched.compared))
        self.assertEqual([], watched.different, watched.summary())


class CommandLine(unittest.TestCase):
    def run_program(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "program.py"
            file.write_text(textwrap.dedent(text))
            return subprocess.run([sys.executable, "-m", "vgpu", "--fpsan", str(file)], capture_output=True, text=True,
                                  env={**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"})

    def test_a_program_that_is_right(self):
        done = self.run_program("""
            import vgpu, kernels
            x, out = vgpu.ones(10), vgpu.empty(10)
            kernels.add[(1,)](x, x, out, 10, BLOCK=16)
            print(out.tolist()[9])
            """)
        self.assertEqual((0, "2.0\n"), (done.returncode, done.stdout), done.stderr)
        self.assertIn("fpsan: 1 of 1 launches compared", done.stderr)
        self.assertIn("add, BLOCK 16 -> 32: equal", done.stderr)

    def test_a_difference_is_status_1(self):
        done = self.run_program("""
            import triton, triton.language as tl, vgpu
            @triton.jit
            def forgets_the_last(x, out, n, BLOCK: tl.constexpr):
                total = 0.0
                for start in range(0, n - BLOCK, BLOCK):
                    total += tl.sum(tl.load(x + start + tl.arange(0, BLOCK)))
                tl.store(out, total)
            x, out = vgpu.randn(256), vgpu.empty(1)
            forgets_the_last[(1,)](x, out, 256, BLOCK=32)
            """)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("BLOCK 32 -> 64: out differs in 1 of 1 elements", done.stderr)


if __name__ == "__main__":
    unittest.main()
