#!/usr/bin/env python3
"""The recorder: tensors without values, and kernels merged into one module."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "recorder"), os.path.join(HERE, "..")]

try:
    import triton
except ImportError:
    print("skipped: no Triton")
    sys.exit(0)

import launches  # noqa: E402
import merge  # noqa: E402
import stand_in  # noqa: E402
import submission  # noqa: E402,F401
import torch_stand_in  # noqa: E402
import tuning  # noqa: E402

F32 = stand_in.DTYPES["float32"]


def tensor(*shape):
    storage = stand_in.Storage(4 * stand_in.Size(shape).numel(), "x", F32)
    return stand_in.Tensor(storage, F32, shape)


class Tuning(unittest.TestCase):
    def tuner(self, name, configs, **more):
        def kernel(n):
            pass

        kernel.__name__ = name
        function = triton.jit(kernel)
        function.run = lambda *_, **given: self.ran.append(given)
        return triton.autotune(configs=configs, key=["n"], **more)(function)

    def setUp(self):
        self.ran = []

    def test_the_configuration_asked_for_is_taken_each_time_it_is_asked_for(self):
        configs = tuning.Configs({})
        one = self.tuner("one", [triton.Config({"B": b}, num_warps=w) for b, w in ((1, 4), (2, 4), (3, 8))])
        other = self.tuner("other", [triton.Config({"B": 16}), triton.Config({"B": 32})])
        for tuner in (one, other):
            tuner.run(5)
        self.assertEqual([given["B"] for given in self.ran], [1, 16])
        self.assertEqual(configs.count(), 6)
        every = list(configs.combinations())
        self.assertEqual(every[1], {"one": 0, "other": 1})
        self.assertEqual(configs.name_of(every[5]), "one: B=3, num_warps=8; other: B=32")
        for chosen in every:
            configs.take(chosen)
            one.run(5)
            other.run(5)
        self.assertEqual([given["B"] for given in self.ran[2:]], [1, 16, 1, 32, 2, 16, 2, 32, 3, 16, 3, 32])

    def test_what_is_pruned_is_not_offered_and_the_first_that_is_left_stands_in_for_it(self):
        configs = tuning.Configs({})
        tuner = self.tuner("one", [triton.Config({"B": b}) for b in (1, 2, 3)],
                           prune_configs_by={"early_config_prune": lambda all, *_, **__: all[1:]})
        tuner.run(5)
        self.assertEqual(self.ran[0]["B"], 2)
        self.assertEqual([configs.name_of(each) for each in configs.combinations()], ["B=2", "B=3"])

    def test_a_single_configuration_leaves_nothing_to_choose(self):
        configs = tuning.Configs({})
        self.tuner("one", [triton.Config({"B": 1})]).run(5)
        self.assertEqual(configs.offered, {})


class Views(unittest.TestCase):
    def place(self, view):
        return (view.data_ptr() - view.untyped_storage().place) // 4, tuple(view.shape), view.stride()

    def test_strides_and_places_are_torchs(self):
        x = tensor(6, 8)
        self.assertEqual(self.place(x), (0, (6, 8), (8, 1)))
        self.assertEqual(self.place(x[2]), (16, (8,), (1,)))
        self.assertEqual(self.place(x[1:5:2, 3:]), (11, (2, 5), (16, 1)))
        self.assertEqual(self.place(x[-1, -2]), (46, (), ()))
        self.assertEqual(self.place(x.t()), (0, (8, 6), (1, 8)))
        self.assertEqual(self.place(x.view(-1, 4)), (0, (12, 4), (4, 1)))
        self.assertEqual(tuple(x[:, None, 0].shape), (6, 1))
        self.assertEqual(self.place(x[..., 1]), (1, (6,), (8,)))
        self.assertEqual(self.place(tensor(1, 8).expand(4, 8)), (0, (4, 8), (0, 1)))
        self.assertEqual(self.place(x.unsqueeze(0).squeeze(0)), (0, (6, 8), (8, 1)))
        self.assertFalse(x.t().is_contiguous())
        self.assertTrue(x[2:4].is_contiguous())
        self.assertEqual(x.numel(), 48)

    def test_what_needs_values_is_refused(self):
        x = tensor(4)
        for work in (lambda: x.sum(), lambda: float(x), lambda: bool(x), lambda: x + 1, lambda: x.item(),
                     lambda: list(x), lambda: x[x], lambda: x.nothing, lambda: x.view(2, 2).t().contiguous()):
            with self.assertRaises(stand_in.HostRead):
                work()
        with self.assertRaises(IndexError):
            x[4]
        with self.assertRaises(RuntimeError):
            x.view(3)

    def test_types_by_any_name(self):
        import numpy

        for told in ("float16", numpy.float16, numpy.dtype("float16"), triton.language.float16, stand_in.DTYPES["float16"]):
            self.assertIs(tensor(4).new_empty(3, dtype=told).dtype, stand_in.DTYPES["float16"])


class Launches(unittest.TestCase):
    def test_a_fill_is_a_launch_with_the_values_bits(self):
        with launches.recording(__file__) as record:
            y = tensor(3000).new_full((3000,), -1.5)
        (launch,) = record.launches
        self.assertEqual(launch.grid, (3, 1, 1))
        self.assertEqual([each.value for each in launch.arguments[1:]], [3000, 0xBFC00000])
        self.assertIs(launch.arguments[0].value, y)

    def test_torch_makes_scratch(self):
        torch_stand_in.install({"multiprocessor_count": 132, "name": "a GPU", "capability": 80, "max_num_regs": 65536,
                                "max_shared_mem": 232448})
        import torch

        with launches.recording(__file__) as record:
            scratch = torch.empty(10, 20, device="cuda", dtype=torch.int32)
            torch.zeros_like(scratch)
        self.assertEqual(tuple(scratch.shape), (10, 20))
        self.assertEqual(scratch.untyped_storage().size, 800)
        self.assertEqual(len(record.launches), 1)
        self.assertEqual(torch.cuda.get_device_properties(0).multi_processor_count, 132)
        with self.assertRaisesRegex(AttributeError, "torch.softmax is not there"):
            torch.softmax
        del sys.modules["torch"], sys.modules["torch.cuda"]


def module(name, line, symbol="", body="ret;"):
    return (f"//\n// Generated by LLVM NVPTX Back-End\n//\n.version 8.4\n.target sm_80\n.address_size 64\n{symbol}"
            f".extern .shared .align 16 .b8 global_smem[];\n.visible .entry {name}(\n\t.param .u64 {name}_param_0\n)\n"
            f"{{\n\t.loc\t1 {line} 0\n\t.loc\t2 7 1, function_name $L__info_string0, inlined_at 1 {line} 3\n\t{body}\n}}\n"
            f'\t.file\t1 "k.py"\n\t.file\t2 "standard.py"\n\t.section\t.debug_str\n\t{{\n$L__info_string0:\n.b8 0\n\t}}\n')


class Merging(unittest.TestCase):
    def test_kernels_keep_their_lines_and_get_their_own_names(self):
        first = module("k", 3, ".global .align 1 .b8 message[3] = {1, 2, 0};\n", "mov.u64 %rd1, message;")
        second = module("k", 3, ".global .align 1 .b8 message[3] = {4, 5, 0};\n", "mov.u64 %rd1, message;")
        other = module("other", 9).replace("k.py", "mine.py")
        ptx = merge.merged([(first, "k", "k"), (second, "k", "k$2"), (other, "other", "other")], [4])
        self.assertEqual(ptx.count(".version"), 1)
        self.assertEqual(ptx.count("global_smem[]"), 1)
        for name in ("k(", "k$2(", "other(", "tritutor_fill_4("):
            self.assertEqual(ptx.count(f".visible .entry {name}"), 1, name)
        self.assertIn("mov.u64 %rd1, message$1;", ptx)
        self.assertIn("message$2[3] = {4, 5, 0}", ptx)
        self.assertIn('.file\t3 "mine.py"', ptx)
        self.assertIn("\t.loc\t3 9 0", ptx)
        self.assertIn(".loc\t2 7 1, function_name $L__info_string0_3, inlined_at 3 9 3", ptx)
        self.assertIn("$L__info_string0_2:", ptx)
        self.assertEqual(ptx.count(".section"), 1)


if __name__ == "__main__":
    unittest.main()
