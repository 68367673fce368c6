"""python test_vgpu.py: everything of the package that needs no torch. Skipped where Python has no Triton."""

import contextlib
import gc
import io
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
import unittest.mock
from pathlib import Path

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

import kernels  # noqa: E402
import vgpu  # noqa: E402


class OnVgpu(unittest.TestCase):
    device = "A100"

    def setUp(self):
        vgpu.activate(self.device, on_finding="collect")
        vgpu.manual_seed(1)

    def tearDown(self):
        vgpu.deactivate()

    def assertClean(self):
        self.assertEqual([], [str(each) for each in vgpu.findings()])

    def one_finding(self, kind):
        found = vgpu.findings()
        self.assertEqual([kind], [each.kind for each in found], "\n".join(map(str, found)))
        return found[0]


class Values(OnVgpu):
    def test_addition_with_a_last_block_that_is_cut_off(self):
        for n in (1, 255, 256, 1000):
            x, y, out = vgpu.randn(n), vgpu.randn(n), vgpu.empty(n)
            kernels.add[(triton.cdiv(n, 256),)](x, y, out, n, BLOCK=256)
            self.assertTrue(vgpu.allclose(out, x + y))
        self.assertClean()

    def test_every_type(self):
        for kind in (vgpu.float16, vgpu.bfloat16, vgpu.float32, vgpu.float64, vgpu.int8, vgpu.int16, vgpu.int32,
                     vgpu.int64, vgpu.uint8):
            x, y = vgpu.arange(100).to(kind), vgpu.full((100,), 3, dtype=kind)
            out = vgpu.empty(100, dtype=kind)
            kernels.add[(1,)](x, y, out, 100, BLOCK=128)
            self.assertTrue(np.array_equal(out.numpy().astype(np.float64), np.arange(100) + 3.0), kind)
        self.assertClean()

    def test_scalars(self):
        x, out = vgpu.arange(64).to(vgpu.float32), vgpu.empty(64, dtype=vgpu.float16)
        for factor in (0.5, 3, 1, -2.25):
            kernels.scale[(1,)](x, out, factor, 64, HALF=True, BLOCK=64)
            self.assertTrue(np.array_equal(out.numpy(), (np.arange(64) * factor).astype(np.float16)), factor)
        self.assertClean()

    def test_softmax_of_rows(self):
        x, out = vgpu.randn(13, 100), vgpu.empty(13, 100)
        kernels.softmax[(13,)](out, x, x.stride(0), 100, BLOCK=128)
        e = np.exp(x.numpy() - x.numpy().max(axis=1, keepdims=True))
        np.testing.assert_allclose(out.numpy(), e / e.sum(axis=1, keepdims=True), rtol=1e-5)
        self.assertClean()

    def test_atomic_addition(self):
        x, out = vgpu.ones(1000), vgpu.zeros(1)
        kernels.sum_to_one_atomically[(8,)](x, out, 1000, BLOCK=128)
        self.assertEqual(1000, out.item())
        self.assertClean()

    def test_a_grid_without_programs_does_nothing(self):
        out = vgpu.zeros(4)
        kernels.add[(0,)](out, out, out, 4, BLOCK=256)
        self.assertClean()


class Views(OnVgpu):
    def test_part_of_a_tensor(self):
        x, out = vgpu.arange(11).to(vgpu.float32), vgpu.zeros(12)
        kernels.add[(1,)](x[1:], x[1:], out[2:], 10, BLOCK=16)
        self.assertEqual([0, 0] + [2.0 * i for i in range(1, 11)], out.tolist())
        self.assertClean()

    def test_tensors_that_share_a_storage(self):
        x = vgpu.arange(64).to(vgpu.float32)
        kernels.add[(1,)](x[:32], x[:32], x[32:], 32, BLOCK=32)
        self.assertEqual([2.0 * i for i in range(32)], x[32:].tolist())
        self.assertClean()

    def test_a_transposed_view(self):
        x, out = vgpu.randn(8, 16), vgpu.empty(8, 16)
        kernels.softmax[(8,)](out, x.t().t(), 16, 16, BLOCK=16)
        self.assertClean()

    def test_memory_that_is_not_aligned(self):
        class Foreign:
            """No storage of its own, and four bytes past where one would begin."""

            dtype, shape = vgpu.float32, (10,)

            def __init__(self):
                raw = np.zeros(256, np.uint8)
                start = -raw.ctypes.data % 64 + 4
                self.array = raw[start:start + 40].view(np.float32)
                self.array[:] = np.arange(10)

            def data_ptr(self):
                return self.array.ctypes.data

            def numel(self):
                return 10

            def element_size(self):
                return 4

        x, out = Foreign(), Foreign()
        kernels.add[(1,)](x, x, out, 10, BLOCK=16)
        self.assertEqual([2.0 * i for i in range(10)], out.array.tolist())
        self.assertClean()
        kernels.add_unmasked[(1,)](x, x, out, 10, BLOCK=16)
        self.assertIn("read x[10]", self.one_finding("out-of-bounds").message)

    def test_past_the_end_of_a_part_is_said_in_its_own_indices(self):
        x = vgpu.zeros(101)
        part, other, out = x[1:], vgpu.zeros(128), vgpu.empty(128)
        kernels.add_unmasked[(1,)](part, other, out, 100, BLOCK=128)
        finding = self.one_finding("out-of-bounds")
        self.assertEqual(("part", 100, (100,)), (finding.tensor, finding.index, finding.shape))
        self.assertIn("begins 1 elements into a storage of 101", finding.message)


class Findings(OnVgpu):
    def test_a_missing_mask(self):
        x, y, out = vgpu.zeros(1000), vgpu.zeros(1000), vgpu.empty(1000)
        kernels.add_unmasked[(4,)](x, y, out, 1000, BLOCK=256)
        finding = self.one_finding("out-of-bounds")
        self.assertEqual(("x", 1000, (1000,), (3, 0, 0), (4, 1, 1)),
                         (finding.tensor, finding.index, finding.shape, finding.program, finding.grid))
        self.assertIn(finding.count, (6, 12, 24))  # 24 elements, of which one access takes up to four
        self.assertEqual((str(HERE / "kernels.py"), kernels.line_of("unmasked load")), (finding.file, finding.line))
        self.assertIn("program (3, 0, 0) of grid (4, 1, 1): read x[1000]; x has shape (1000,)", str(finding))
        self.assertIn("tl.load(x_ptr + offsets)", finding.source)
        self.assertNotIn("thread", finding.message)

    def test_without_a_variable_it_has_the_parameters_name(self):
        out = vgpu.empty(1000)
        kernels.add_unmasked[(4,)](vgpu.zeros(1000), vgpu.zeros(1000), out, 1000, BLOCK=256)
        self.assertEqual("x_ptr", self.one_finding("out-of-bounds").tensor)

    def test_a_race_of_two_programs(self):
        x, out = vgpu.ones(1000), vgpu.zeros(1)
        kernels.sum_to_one[(8,)](x, out, 1000, BLOCK=128)
        races = [each for each in vgpu.findings() if each.kind == "race" and each.tensor == "out"]
        self.assertTrue(races)
        self.assertEqual({kernels.line_of("racing store")}, {each.line for each in races})
        self.assertIn("program (", races[0].message)

    def test_what_nobody_wrote(self):
        x, y, out = vgpu.empty(100), vgpu.zeros(100), vgpu.empty(100)
        x[:90] = 1.0
        kernels.add[(1,)](x, y, out, 90, BLOCK=128)
        self.assertClean()
        kernels.add[(1,)](x, y, out, 100, BLOCK=128)
        finding = self.one_finding("uninitialized")
        self.assertIn("x[90]", finding.message)

    def test_what_a_launch_wrote_is_defined_for_the_next(self):
        x, y, z = vgpu.ones(64), vgpu.empty(64), vgpu.empty(64)
        kernels.add[(1,)](x, x, y, 32, BLOCK=64)
        kernels.add[(1,)](y, y, z, 32, BLOCK=64)
        self.assertClean()
        kernels.add[(1,)](y, y, z, 33, BLOCK=64)
        self.assertIn("y[32]", self.one_finding("uninitialized").message)

    def test_an_endless_loop(self):
        vgpu.activate(self.device, on_finding="collect", steps=20000)
        kernels.stuck[(1,)](vgpu.zeros(1, dtype=vgpu.int32))
        loop = kernels.line_of("endless loop")
        self.assertIn(self.one_finding("timeout").line, (loop, loop + 1))

    def test_raising(self):
        vgpu.activate(self.device, on_finding="raise")
        x, out = vgpu.zeros(10), vgpu.empty(10)
        with self.assertRaisesRegex(vgpu.VgpuFinding, r"read x\[10\]"):
            kernels.add_unmasked[(1,)](x, x, out, 10, BLOCK=16)

    def test_reporting(self):
        vgpu.activate(self.device)
        x, out = vgpu.zeros(10), vgpu.empty(10)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            kernels.add_unmasked[(1,)](x, x, out, 10, BLOCK=16)
        self.assertIn("out-of-bounds in add_unmasked", said.getvalue())


@unittest.skipUnless(hasattr(triton.language, "atomic_poll"), "Triton before 3.9")
class Waiting(OnVgpu):
    def test_for_an_earlier_program(self):
        for kernel in (kernels.hand_over, kernels.hand_over_in_a_loop):
            flag, data, out = vgpu.zeros(1, dtype=vgpu.int32), vgpu.empty(1), vgpu.zeros(4)
            kernel[(4,)](flag, data, out)
            self.assertEqual([0, 42, 42, 42], out.tolist())
        self.assertClean()

    def test_for_the_last_program(self):
        for programs in (2, 100, 3000):  # more than the device holds, the first of which waits alone
            flag, out = vgpu.zeros(1, dtype=vgpu.int32), vgpu.zeros(1, dtype=vgpu.int32)
            kernels.waits_for_the_last[(programs,)](flag, out)
            self.assertEqual(1, out.item())
        self.assertClean()

    def grid_barrier(self, programs):
        arrived, x = vgpu.zeros(1, dtype=vgpu.int32), vgpu.empty(programs, dtype=vgpu.int32)
        out = vgpu.zeros(programs, dtype=vgpu.int32)
        kernels.grid_barrier[(programs,)](arrived, x, out, programs)
        return out.tolist()

    def test_of_all_programs_as_long_as_the_device_holds_them(self):
        for programs in (2, 500, 1728):  # 108 SMs that hold 16 programs of 128 threads
            self.assertEqual([10 * i for i in range(1, programs)] + [0], self.grid_barrier(programs))
        self.assertClean()

    def test_of_all_programs_where_the_device_does_not_hold_them(self):
        self.grid_barrier(1729)
        finding = self.one_finding("timeout")
        self.assertEqual(kernels.line_of("grid barrier"), finding.line)
        self.assertIn("1728 of the grid's 1729 programs are on the device A100 at once", finding.message)
        self.assertIn("launch at most 1728", finding.cause)

    def test_without_the_barrier_it_is_a_race(self):
        x, out = vgpu.zeros(8, dtype=vgpu.int32), vgpu.zeros(8, dtype=vgpu.int32)
        kernels.grid_barrier_without[(8,)](x, out, 8)
        finding = self.one_finding("race")
        self.assertIn("with nothing that orders the programs between", finding.message)
        self.assertNotIn("thread", finding.message)

    def test_a_hand_over_that_orders_nothing_is_a_race(self):
        flag, data, out = vgpu.zeros(1, dtype=vgpu.int32), vgpu.zeros(1), vgpu.zeros(4)
        kernels.relaxed_hand_over[(4,)](flag, data, out)
        self.assertEqual(kernels.line_of("unordered read"), self.one_finding("race").line)

    def test_for_each_other(self):
        flags = vgpu.zeros(2, dtype=vgpu.int32)
        kernels.both_wait[(2,)](flags)
        finding = self.one_finding("timeout")
        self.assertEqual(kernels.line_of("waits for ever"), finding.line)


class Compiler(OnVgpu):
    def test_fusion_is_what_is_asked_for(self):
        # 1 + 2^-12 squared has a 2^-24 that a product of floats rounds away.
        a = vgpu.full((32,), 1 + 2.0**-12, dtype=vgpu.float32)
        c = vgpu.full((32,), -1.0)
        for fused, low in ((True, 2.0**-24), (False, 0.0)):
            out = vgpu.empty(32)
            kernels.product_is_a_sum[(1,)](a, a, c, out, 32, BLOCK=32, enable_fp_fusion=fused)
            self.assertEqual(2.0**-11 + low, out[0].item())

    def test_a_crash_of_the_compiler_is_an_exception(self):
        from vgpu.triton_backend.compiler import CompilerCrash

        x = vgpu.zeros(32)
        # A build of LLVM without assertions makes PTX of it that has to be refused.
        with self.assertRaisesRegex((CompilerCrash, RuntimeError), "(?s)Triton's compiler ended with SIG.*said|%q|mov"):
            kernels.crashes[(1,)](x, x, BLOCK=32)

    def test_an_abort_in_the_child_is_told_with_its_last_words(self):
        from vgpu.triton_backend.compiler import CompilerCrash, in_child

        def aborting():
            os.write(2, b"LLVM ERROR: cannot select\n")
            os.abort()

        with self.assertRaisesRegex(CompilerCrash, "(?s)SIGABRT.*LLVM ERROR: cannot select"):
            in_child(aborting)

    def test_a_mistake_in_the_kernel_is_tritons_own_exception(self):
        from triton.compiler.errors import CompilationError

        with self.assertRaises(CompilationError) as caught:
            kernels.wrong_shapes[(1,)](vgpu.zeros(32))
        self.assertIn("# shapes that do not fit", str(caught.exception))

    def test_the_compiler_runs_in_a_child(self):
        from vgpu.triton_backend import compiler

        x, out = vgpu.zeros(10), vgpu.empty(10)
        with tempfile.TemporaryFile("w+") as seen:

            def note(*_):
                print(os.getpid(), file=seen, flush=True)
                raise ValueError("no such stage")

            with unittest.mock.patch.object(compiler.nvidia.CUDABackend, "add_stages", note):
                with self.assertRaisesRegex(ValueError, "no such stage"):
                    kernels.add[(1,)](x, x, out, 10, BLOCK=512)
            seen.seek(0)
            processes = [int(line) for line in seen]
        # First in the child; then, since it is an exception, once more for the caller to see.
        self.assertEqual([False, True], [each == os.getpid() for each in processes])

    def test_the_compiled_kernel_shows_its_ptx(self):
        x, out = vgpu.zeros(10), vgpu.empty(10)
        compiled = kernels.add[(1,)](x, x, out, 10, BLOCK=16)
        self.assertIn(".target sm_80", compiled.asm["ptx"])

    def test_there_are_lines_whatever_the_program_wants(self):
        x, out = vgpu.zeros(10), vgpu.empty(10)
        with unittest.mock.patch.dict(os.environ, TRITON_DISABLE_LINE_INFO="1"):
            kernels.add_unmasked[(1,)](x, x, out, 10, BLOCK=32)
            self.assertEqual("1", os.environ["TRITON_DISABLE_LINE_INFO"])
        self.assertEqual(kernels.line_of("unmasked load"), self.one_finding("out-of-bounds").line)

    def test_places_within_inline_assembly(self):
        from vgpu.runtime import lines_mended

        ptx = (b".loc 1 8 9\n// begin inline asm\n.loc 1 8 9\nmov.u32 %r1, 0;\n.loc 1 9 9\nld.global.b32 {%r1}, [%rd1];\n"
               b"// end inline asm\nadd.s32 %r2, %r1, %r1;\n")
        self.assertEqual(
            b".loc 1 8 9\n// begin inline asm\n.loc 1 8 9\nmov.u32 %r1, 0;\nld.global.b32 {%r1}, [%rd1];\n"
            b"// end inline asm\n.loc 1 9 9\nadd.s32 %r2, %r1, %r1;\n", lines_mended(ptx))


class Times(OnVgpu):
    def bench(self, n):
        x, out = vgpu.zeros(n), vgpu.empty(n)
        return triton.testing.do_bench(lambda: kernels.add[(triton.cdiv(n, 1024),)](x, x, out, n, BLOCK=1024))

    def test_do_bench_gives_the_predicted_time(self):
        ms = self.bench(1 << 20)
        self.assertAlmostEqual(ms * 1000, vgpu.last_launch()["prediction"]["time_us"])
        self.assertGreater(ms, self.bench(1 << 10))
        self.assertEqual(3, len(triton.testing.do_bench(lambda: self.bench(64), quantiles=[0.5, 0.2, 0.8])))

    def test_another_device_takes_another_time(self):
        first = self.bench(1 << 20)
        vgpu.activate("T4", on_finding="collect")
        self.assertGreater(self.bench(1 << 20), 2 * first)

    def test_the_autotuner_takes_the_fastest_predicted(self):
        a, b, c = vgpu.randn(100, 72, dtype=vgpu.float16), vgpu.randn(72, 90, dtype=vgpu.float16), vgpu.empty(100, 90)
        grid = lambda meta: (triton.cdiv(100, meta["BM"]), triton.cdiv(90, meta["BN"]))  # noqa: E731
        kernels.matmul[grid](a, b, c, 100, 90, 72)
        times = kernels.matmul.configs_timings
        self.assertEqual(4, len(times))
        best = min(times, key=lambda config: times[config][0])
        self.assertEqual(str(best), str(kernels.matmul.best_config))
        exact = a.numpy().astype(np.float64) @ b.numpy().astype(np.float64)
        np.testing.assert_allclose(c.numpy(), exact, atol=1e-3)
        self.assertClean()

    def test_events(self):
        interface = triton.runtime.driver.active.get_device_interface()
        start, end = interface.Event(enable_timing=True), interface.Event(enable_timing=True)
        start.record()
        ms = self.bench(4096)
        end.record()
        self.assertAlmostEqual(ms, start.elapsed_time(end))


class Device(OnVgpu):
    def test_properties(self):
        driver = triton.runtime.driver.active
        about = driver.utils.get_device_properties(driver.get_current_device())
        self.assertEqual((108, 32, 163 * 1024), (about["multiprocessor_count"], about["warpSize"],
                                                 about["max_shared_mem"]))
        self.assertEqual(("cuda", 80, 32), tuple(getattr(driver.get_current_target(), each)
                                                 for each in ("backend", "arch", "warp_size")))
        self.assertEqual(0, driver.get_current_stream(0))

    def test_an_unknown_device(self):
        with self.assertRaisesRegex(vgpu.VgpuError, "GTX 8.*A100"):
            vgpu.activate("GTX 8")

    def test_giving_the_driver_back(self):
        vgpu.deactivate()
        from triton.backends import backends

        self.assertIn("nvidia", backends)
        self.assertFalse(backends["vgpu"].compiler.supports_target(triton.backends.compiler.GPUTarget("cuda", 80, 32)))
        vgpu.activate(self.device, on_finding="collect")


class Tensors(unittest.TestCase):
    def test_like_torchs(self):
        x = vgpu.arange(12).reshape(3, 4)
        self.assertEqual(((3, 4), (4, 1), 8, 12, vgpu.int64), (x.shape, x.stride(), x.element_size(), x.numel(), x.dtype))
        self.assertEqual(((4, 3), (1, 4)), (x.t().shape, x.t().stride()))
        self.assertFalse(x.t().is_contiguous())
        self.assertTrue(x.t().contiguous().is_contiguous())
        self.assertEqual(x.data_ptr() + 8 * 5, x[1, 1:].data_ptr())
        self.assertEqual(6, x[1, 2].item())
        x[0, 0] = 9
        self.assertEqual(9, x.view(-1)[0].item())
        self.assertEqual(0, vgpu.zeros(0).data_ptr())
        self.assertEqual(0, vgpu.randn(7).data_ptr() % 256)
        self.assertEqual("vgpu.float16", str(vgpu.float16))

    def test_bfloat16(self):
        x = vgpu.tensor([1.0, 1 + 2.0**-8, 1 + 3 * 2.0**-8, float("nan"), float("inf")], dtype=vgpu.bfloat16)
        self.assertEqual([1.0, 1.0, 1 + 2.0**-6], x[:3].tolist())
        self.assertTrue(np.isnan(x[3].item()) and np.isinf(x[4].item()))
        self.assertEqual((vgpu.bfloat16, 2), ((x + x).dtype, x.element_size()))

    def test_scratch_of_any_shape_and_of_a_type_by_any_name(self):
        x = vgpu.zeros(2, 3)
        for shape in ((7,), ((7,),), (2, 3), ((2, 3),)):
            made = x.new_empty(*shape)
            wanted = shape[0] if isinstance(shape[0], tuple) else shape
            self.assertEqual((wanted, vgpu.float32), (made.shape, made.dtype))
        for kind, names in ((vgpu.int32, ("int32", np.int32, np.dtype("int32"), tl.int32, vgpu.int32)),
                            (vgpu.bfloat16, ("bfloat16", "bf16", tl.bfloat16, "torch.bfloat16")),
                            (vgpu.float32, ("float32", np.float32, tl.float32, None)),
                            (vgpu.bool_, ("bool", bool, np.bool_, tl.int1))):
            for name in names:
                self.assertIs(kind, x.new_empty(4, dtype=name).dtype, name)
                self.assertIs(kind, x.new_zeros((4,), dtype=name).dtype, name)
        for name in ("float33", np.complex64):
            with self.assertRaisesRegex(TypeError, "no element type; there are float16, "):
                x.new_empty(4, dtype=name)

    def test_a_tensor_that_is_gone_is_forgotten(self):
        from vgpu import undefined

        gc.collect()
        before = len(undefined._tracked)
        x = vgpu.empty(100)
        self.assertEqual(before + 1, len(undefined._tracked))
        del x
        gc.collect()
        self.assertEqual(before, len(undefined._tracked))


class Program(unittest.TestCase):
    def run_program(self, text, *options):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "program.py"
            file.write_text(textwrap.dedent(text))
            environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
            return subprocess.run([sys.executable, "-m", "vgpu", *options, str(file), "an argument"],
                                  capture_output=True, text=True, env=environment)

    def test_clean(self):
        done = self.run_program("""
            import sys, vgpu, kernels
            x, out = vgpu.ones(10), vgpu.empty(10)
            kernels.add[(1,)](x, x, out, 10, BLOCK=16)
            print(__name__, sys.argv[1], out.tolist()[9])
            """)
        self.assertEqual((0, "__main__ an argument 2.0\n"), (done.returncode, done.stdout), done.stderr)
        self.assertIn("vgpu: no finding in 1 launch; predicted for A100:", done.stderr)

    def test_a_finding_is_status_1_and_said_once(self):
        done = self.run_program("""
            import vgpu, kernels
            mine, out = vgpu.ones(10), vgpu.empty(10)
            for i in range(3):
                kernels.add_unmasked[(1,)](mine, mine, out, 10, BLOCK=16)
            """, "--device", "T4")
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, done.stderr.count("read mine[10]; mine has shape (10,)"), done.stderr)
        self.assertIn("In 3 launches.", done.stderr)
        self.assertIn("predicted for T4", done.stderr)

    def test_the_programs_own_failure(self):
        done = self.run_program("raise SystemExit(7)")
        self.assertEqual(7, done.returncode)
        done = self.run_program("import kernels\nkernels.nothing")
        self.assertEqual(1, done.returncode)
        self.assertIn("AttributeError", done.stderr)

    def test_triton_finds_the_driver_by_its_entry_point(self):
        text = """
            import triton, vgpu, kernels
            x, out = vgpu.ones(10), vgpu.empty(10)
            kernels.add[(1,)](x, x, out, 10, BLOCK=16)
            print(out.tolist()[9], triton.runtime.driver.active.get_device_interface().__module__)
            """
        with tempfile.TemporaryDirectory() as folder:
            about = Path(folder) / "tritutor_vgpu-0.1.0.dist-info"
            about.mkdir()
            (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tritutor-vgpu\nVersion: 0.1.0\n")
            (about / "entry_points.txt").write_text("[triton.backends]\nvgpu = vgpu.triton_backend\n")
            for told in ({}, {"TRITON_DEFAULT_BACKEND": "vgpu"}):
                paths = os.pathsep.join([folder, str(HERE.parent), str(HERE)])
                done = subprocess.run([sys.executable, self.a_file(folder, text)], capture_output=True, text=True,
                                      env={**os.environ, "PYTHONPATH": paths, **told})
                self.assertEqual("2.0 vgpu.runtime\n", done.stdout, done.stderr)

    @staticmethod
    def a_file(folder, text):
        file = Path(folder) / "program.py"
        file.write_text(textwrap.dedent(text))
        return file

    def test_pytest(self):
        try:
            import pytest  # noqa: F401
        except ImportError:
            self.skipTest("no pytest")
        with tempfile.TemporaryDirectory() as folder:
            file = self.a_file(folder, """
                import vgpu, kernels
                def launch(kernel):
                    x, out = vgpu.ones(10), vgpu.empty(10)
                    kernel[(1,)](x, x, out, 10, BLOCK=16)
                def test_right(): launch(kernels.add)
                def test_wrong(): launch(kernels.add_unmasked)
                """)
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-p", "vgpu.pytest_plugin", "-p", "no:cacheprovider", "--vgpu", file],
                capture_output=True, text=True, cwd=folder,
                env={**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
        self.assertIn("1 failed, 1 passed", done.stdout, done.stdout + done.stderr)
        self.assertIn("read x[10]; x has shape (10,)", done.stdout)

    def test_bad_usage(self):
        self.assertEqual(2, subprocess.run([sys.executable, "-m", "vgpu", "/nowhere.py"], capture_output=True,
                                           cwd=HERE.parent).returncode)
        listed = subprocess.run([sys.executable, "-m", "vgpu", "--list-devices"], capture_output=True, text=True,
                                cwd=HERE.parent)
        self.assertIn("A100", listed.stdout)


if __name__ == "__main__":
    unittest.main()
