"""python test_torch.py: the package with torch's tensors. Skipped where Python has no Triton or no torch."""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

try:
    import triton
except ImportError as error:
    print(f"skipped: no Triton ({error})")
    sys.exit(0)
try:
    import torch
except ImportError as error:
    print(f"skipped: no torch ({error})")
    sys.exit(0)

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
_cache = tempfile.TemporaryDirectory()
os.environ["TRITON_CACHE_DIR"] = _cache.name

import kernels  # noqa: E402
import vgpu  # noqa: E402


class Torch(unittest.TestCase):
    def setUp(self):
        vgpu.activate("A100", on_finding="collect")
        torch.manual_seed(1)

    def tearDown(self):
        vgpu.deactivate()

    def assertClean(self):
        self.assertEqual([], [str(each) for each in vgpu.findings()])

    def test_every_type(self):
        for kind in (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.int16, torch.int32,
                     torch.int64, torch.uint8):
            x, y = torch.arange(100).to(kind), torch.full((100,), 3, dtype=kind)
            out = torch.empty(100, dtype=kind)
            kernels.add[(1,)](x, y, out, 100, BLOCK=128)
            self.assertTrue(torch.equal(out, x + y), kind)
        self.assertClean()

    def test_views_of_one_storage(self):
        whole = torch.arange(65.0)
        kernels.add[(1,)](whole[1:33], whole[1:33], whole[33:], 32, BLOCK=32)
        self.assertTrue(torch.equal(whole[33:], 2 * torch.arange(1.0, 33.0)))
        self.assertClean()

    def test_rows_of_a_slice(self):
        whole = torch.randn(13, 200)
        part = whole[:, 50:150]
        out = torch.empty_like(whole)
        kernels.softmax[(13,)](out[:, 50:150], part, part.stride(0), 100, BLOCK=128)
        torch.testing.assert_close(out[:, 50:150], torch.softmax(part, dim=1))
        self.assertClean()

    def test_a_finding_names_the_tensor(self):
        mine, out = torch.zeros(1000), torch.empty(1000)
        kernels.add_unmasked[(4,)](mine, mine, out, 1000, BLOCK=256)
        self.assertEqual([("mine", 1000, (1000,))],
                         [(each.tensor, each.index, each.shape) for each in vgpu.findings()])

    def test_what_empty_gave_and_nobody_wrote(self):
        for fresh in (torch.empty(64), torch.empty_like(torch.ones(64)), torch.ones(3).new_empty(64),
                      torch.empty_strided((64,), (1,))):
            vgpu.clear()
            fresh[:32] = 1
            out = torch.empty(64)
            kernels.add[(1,)](fresh, fresh, out, 32, BLOCK=64)
            self.assertClean()
            kernels.add[(1,)](fresh, fresh, out, 33, BLOCK=64)
            self.assertEqual(["uninitialized"], [each.kind for each in vgpu.findings()])

    def test_in_an_autograd_function(self):
        class Softmax(torch.autograd.Function):
            @staticmethod
            def forward(context, x):
                out = torch.empty_like(x)
                kernels.softmax[(x.shape[0],)](out, x, x.stride(0), x.shape[1], BLOCK=64)
                context.save_for_backward(out)
                return out

            @staticmethod
            def backward(context, gradient):
                (out,) = context.saved_tensors
                return out * (gradient - (gradient * out).sum(1, keepdim=True))

        x = torch.randn(5, 40, requires_grad=True)
        weight = torch.randn(5, 40)
        (Softmax.apply(x) * weight).sum().backward()
        ours, x.grad = x.grad, None
        (torch.softmax(x, 1) * weight).sum().backward()
        torch.testing.assert_close(ours, x.grad)
        self.assertClean()

    def test_restored(self):
        patched = torch.empty
        vgpu.deactivate()
        self.assertIsNot(patched, torch.empty)
        vgpu.activate("A100", on_finding="collect")

    def test_an_unmodified_program_for_cuda(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "program.py"
            file.write_text(textwrap.dedent("""
                import torch, triton, kernels
                assert torch.cuda.is_available() and torch.cuda.get_device_capability() == (8, 0)
                x = torch.rand(1000, device="cuda")
                y = torch.rand(1000).cuda().to("cuda:0")
                out = torch.empty_like(x)
                assert x.is_cuda
                kernels.add[(4,)](x, y, out, x.numel(), BLOCK=256)
                torch.cuda.synchronize()
                assert torch.equal(out, x + y)
                assert torch.cuda.get_device_properties("cuda").multi_processor_count == 132
                with torch.cuda.device(x.device), torch.cuda.stream(torch.cuda.Stream()):
                    torch.cuda.current_stream().wait_stream(torch.cuda.default_stream())
                assert torch.cuda.current_stream().cuda_stream == torch._C._cuda_getCurrentRawStream(0) == 0
                start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
                start.record(); kernels.add[(4,)](x, y, out, 1000, BLOCK=256); end.record()
                assert 0 < start.elapsed_time(end) < 1
                print("done")
                """))
            done = subprocess.run([sys.executable, "-m", "vgpu", "--device", "h200", file], capture_output=True,
                                  text=True, env={**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"})
        self.assertEqual((0, "done\n"), (done.returncode, done.stdout), done.stderr)


if __name__ == "__main__":
    unittest.main()
