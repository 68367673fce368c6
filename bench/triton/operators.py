#!/usr/bin/env python3
"""Operators of liger-kernel, flash-linear-attention and unsloth on the virtual GPU, forward and backward, against torch
in float64; prints tables in Markdown.

    python bench/triton/operators.py [liger | fla | unsloth ...]     # torch, Triton and the packages are installed

Errors are relative to the largest value, or 1. Of autotuned kernels the first configuration is taken: some have dozens,
each of which is compiled. unsloth's kernels are imported without unsloth itself, which wants a model hub and a GPU.
"""

import collections
import importlib
import importlib.machinery
import importlib.util
import os
import sys
import time
import types

import torch
import torch.nn.functional as F
from triton.runtime.autotuner import Autotuner

import vgpu
from vgpu import runtime, torch_support

B, T, H, V = 2, 9, 96, 130


def relative(ours, right):
    return (ours.double() - right).abs().max().item() / max(1.0, right.abs().max().item())


def check(name, ours, reference, inputs):
    """One row. Each of `inputs` is a tensor, with "no grad" as its attribute where none is wanted."""
    state = runtime.current()
    vgpu.clear()
    before, begin = state.launches, time.monotonic()
    try:
        mine = [each.clone().requires_grad_(each.is_floating_point() and not hasattr(each, "fixed")) for each in inputs]
        out = ours(*mine)
        out = out[0] if isinstance(out, tuple) else out
        forward = out.detach().clone()
        gradient = torch.randn(out.shape)
        if out.requires_grad:
            out.backward(gradient.to(out.dtype))
        seconds = time.monotonic() - begin
        exact = [each.double().requires_grad_(given.requires_grad) if each.is_floating_point() else each
                 for each, given in zip(inputs, mine)]
        right = reference(*exact)
        error = f"{relative(forward, right):.1e}"
        worst = "none"
        if out.requires_grad:
            right.backward(gradient.double())
            worst = f"{max(relative(a.grad, b.grad) for a, b in zip(mine, exact) if a.requires_grad):.1e}"
        kinds = collections.Counter(f"{each.kind}, {each.kernel}:{each.line}" for each in vgpu.findings())
        said = "; ".join(f"{kind} ({count})" for kind, count in kinds.items()) or "none"
        print(f"| {name} | {state.launches - before} | {error} | {worst} | {said} | {seconds:.1f} |", flush=True)
        for each in vgpu.findings():
            print(each, file=sys.stderr)
    except Exception as error:
        words = (str(error).strip().splitlines() or [""])[0][:110]
        print(f"| {name} | {state.launches - before} | refused: {type(error).__name__}: {words} | | | |", flush=True)


def fixed(tensor):
    tensor.fixed = True
    return tensor


def R(*shape):
    return torch.randn(*shape)


def rms(x, w):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w


# ---- liger-kernel ----


def sparsemax(z):
    ordered, _ = z.sort(-1, descending=True)
    k = torch.arange(1, z.size(-1) + 1, dtype=z.dtype)
    sums = ordered.cumsum(-1) - 1
    count = (k * ordered > sums).sum(-1, keepdim=True)
    return torch.clamp(z - sums.gather(-1, count - 1) / count, min=0)


def jsd(x, y):
    middle = ((x.exp() + y.exp()) / 2).log()
    return 0.5 * (F.kl_div(middle, y, reduction="sum", log_target=True) +
                  F.kl_div(middle, x, reduction="sum", log_target=True)) / x.shape[0]


def poly_norm(x, w, b):
    def norm(t):
        return t * torch.rsqrt((t * t).mean(-1, keepdim=True) + 1e-6)

    return w[0] * norm(x**3) + w[1] * norm(x**2) + w[2] * norm(x) + b


def rotated(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def angles(length, width):
    pos = torch.outer(torch.arange(length).float(), 1 / (10000**(torch.arange(0, width, 2).float() / width)))
    return torch.cat([pos, pos], -1)


def liger():
    def of(module, name):
        return getattr(importlib.import_module(f"liger_kernel.ops.{module}"), name).apply

    x, rows = R(B, T, H), R(B * T, V)
    target = torch.randint(0, V, (B * T,))
    target[3] = -100
    logs, other_logs = F.log_softmax(rows, -1), fixed(F.log_softmax(R(B * T, V), -1))
    shares, other_shares = F.softmax(rows, -1), fixed(F.softmax(R(B * T, V), -1))
    angle = angles(T, 16)[None]
    f = of("rms_norm", "LigerRMSNormFunction")
    check("rms_norm", lambda x, w: f(x, w, 1e-6, 0.0, "llama", False), rms, [x, R(H)])
    g = of("fused_add_rms_norm", "LigerFusedAddRMSNormFunction")
    check("fused_add_rms_norm", lambda x, r, w: g(x, r, w, 1e-6, 0.0, "llama", False)[0], lambda x, r, w: rms(x + r, w),
          [x, R(B, T, H), R(H)])
    check("layer_norm", lambda x, w, b: of("layer_norm", "LigerLayerNormFunction")(x, w, b, 1e-6),
          lambda x, w, b: F.layer_norm(x, (H,), w, b, 1e-6), [x, R(H), R(H)])
    check("group_norm", lambda x, w, b: of("group_norm", "LigerGroupNormFunction")(x, w, b, 8, 4, 1e-6),
          lambda x, w, b: F.group_norm(x, 4, w, b, 1e-6), [R(B, 8, 50), R(8), R(8)])
    check("softmax", of("softmax", "LigerSoftmaxFunction"), lambda x: F.softmax(x, -1), [x])
    check("sparsemax", lambda x: of("sparsemax", "LigerSparsemaxFunction")(x, -1), sparsemax, [R(T, H)])
    check("swiglu", of("swiglu", "LigerSiLUMulFunction"), lambda a, b: F.silu(a) * b, [x, R(B, T, H)])
    check("geglu", of("geglu", "LigerGELUMulFunction"), lambda a, b: F.gelu(a, approximate="tanh") * b, [x, R(B, T, H)])
    check("relu_squared", of("relu_squared", "LigerReLUSquaredFunction"), lambda x: F.relu(x)**2, [x])
    ce = of("cross_entropy", "LigerCrossEntropyFunction")
    check("cross_entropy", lambda x: ce(x, target, None, -100, 0.0, 0.1, "mean", None, False),
          lambda x: F.cross_entropy(x, target, label_smoothing=0.1), [rows])
    check("fused_linear_cross_entropy",
          lambda x, w: of("fused_linear_cross_entropy", "LigerFusedLinearCrossEntropyFunction")(x, w, target),
          lambda x, w: F.cross_entropy(x @ w.t(), target), [R(B * T, H), R(V, H)])
    check("kl_div", lambda x, y: of("kl_div", "LigerKLDivLossFunction")(x, y, "batchmean", False, 1e-10),
          lambda x, y: F.kl_div(x, y, reduction="batchmean"), [logs, other_shares])
    check("jsd", of("jsd", "LigerJSDFunction"), jsd, [logs, other_logs])
    check("tvd", lambda x, y: of("tvd", "LigerTVDLossFunction")(x, y, None, "batchmean"),
          lambda x, y: 0.5 * (x - y).abs().sum() / x.shape[0], [shares, other_shares])
    check("rope", lambda q, k: of("rope", "LigerRopeFunction")(q, k, angle.cos(), angle.sin())[0],
          lambda q, k: rotated(q, angle.cos().double(), angle.sin().double()), [R(B, 4, T, 16), fixed(R(B, 2, T, 16))])
    check("dyt", of("dyt", "LigerDyTFunction"), lambda x, a, g, b: g * torch.tanh(a * x) + b, [x, R(1), R(H), R(H)])
    check("poly_norm", lambda x, w, b: of("poly_norm", "LigerPolyNormFunction")(x, w, b, 1e-6, False), poly_norm,
          [x, R(3), R(1)[0]])


# ---- flash-linear-attention ----


def recurrence(q, k, v, decay=None, beta=None):
    """Of [batch, time, heads, width]; decay of the state's rows, beta of the delta rule."""
    batch, time_, heads, width = q.shape
    state = q.new_zeros(batch, heads, width, v.shape[-1])
    out = []
    for t in range(time_):
        if decay is not None:
            state = state * decay[:, t].exp().reshape(batch, heads, -1, 1)
        value = v[:, t]
        if beta is not None:
            value = beta[:, t, :, None] * (value - torch.einsum("bhk,bhkv->bhv", k[:, t], state))
        state = state + k[:, t, :, :, None] * value[:, :, None, :]
        out.append(torch.einsum("bhk,bhkv->bhv", q[:, t] * width**-0.5, state))
    return torch.stack(out, 1)


def fla():
    def of(module, name):
        return getattr(importlib.import_module(f"fla.{module}"), name)

    length, heads, width = 70, 2, 32
    q, k, v = R(1, length, heads, width), F.normalize(R(1, length, heads, width), dim=-1), R(1, length, heads, width)
    gates, gate = F.logsigmoid(R(1, length, heads, width)), F.logsigmoid(R(1, length, heads))
    beta = torch.sigmoid(R(1, length, heads))
    decay = (1 - 2.0**(-5.0 - torch.arange(heads, dtype=torch.float64))).log().expand(1, length, heads)
    check("chunk_gla", lambda *a: of("ops.gla", "chunk_gla")(*a), recurrence, [q, k, v, gates])
    check("fused_recurrent_gla", lambda *a: of("ops.gla", "fused_recurrent_gla")(*a), recurrence, [q, k, v, gates])
    check("chunk_simple_gla", lambda *a: of("ops.simple_gla", "chunk_simple_gla")(*a), recurrence, [q, k, v, gate])
    check("chunk_retention", lambda *a: of("ops.retention", "chunk_retention")(*a),
          lambda q, k, v: recurrence(q, k, v, decay), [q, k, v])
    check("chunk_linear_attn", lambda *a: of("ops.linear_attn", "chunk_linear_attn")(*a, normalize=False), recurrence,
          [q, k, v])
    check("fused_recurrent_delta_rule", lambda *a: of("ops.delta_rule", "fused_recurrent_delta_rule")(*a),
          lambda q, k, v, b: recurrence(q, k, v, None, b), [q, k, v, beta])
    q, k, v, beta = (each.bfloat16() for each in (q, k, v, beta))  # which the chunked delta rules ask for
    check("chunk_delta_rule", lambda *a: of("ops.delta_rule", "chunk_delta_rule")(*a),
          lambda q, k, v, b: recurrence(q, k, v, None, b), [q, k, v, beta])
    check("chunk_gated_delta_rule", lambda *a: of("ops.gated_delta_rule", "chunk_gated_delta_rule")(*a), recurrence,
          [q, k, v, gate, beta])
    check("l2norm", lambda x: of("modules.norm.l2norm", "l2norm")(x),
          lambda x: x * torch.rsqrt((x * x).sum(-1, True) + 1e-6), [R(B, T, H)])
    check("layer_norm", lambda x, w, b: of("modules.norm.layernorm", "layer_norm")(x, w, b, eps=1e-6),
          lambda x, w, b: F.layer_norm(x, (H,), w, b, 1e-6), [R(B, T, H), R(H), R(H)])
    check("rms_norm", lambda x, w: of("modules.norm.layernorm", "rms_norm")(x, w, None, eps=1e-6), rms,
          [R(B, T, H), R(H)])
    check("chunk_local_cumsum", lambda g: of("ops.utils.cumsum", "chunk_local_cumsum")(g, chunk_size=16),
          lambda g: torch.cat([part.cumsum(1) for part in g.split(16, 1)], 1), [fixed(gate)])
    check("chunk_global_cumsum", lambda g: of("ops.utils.cumsum", "chunk_global_cumsum")(g), lambda g: g.cumsum(1),
          [fixed(gate)])


# ---- unsloth ----


def unsloth():
    os.environ["UNSLOTH_IS_PRESENT"] = "1"  # what unsloth itself would tell unsloth_zoo
    root = importlib.util.find_spec("unsloth").submodule_search_locations[0]
    for name, folder in (("unsloth", root), ("unsloth.kernels", f"{root}/kernels")):
        package = types.ModuleType(name)
        package.__path__ = [folder]
        package.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
        sys.modules[name] = package

    def of(module, name):
        return getattr(importlib.import_module(f"unsloth.kernels.{module}"), name)

    x, y = R(B, T, H), R(B, T, H)
    angle = angles(T, 16)
    cos, sin = angle.cos().double(), angle.sin().double()
    check("Fast_RMS_Layernorm", lambda x, w: of("rms_layernorm", "Fast_RMS_Layernorm").apply(x, w, 1e-6, False), rms,
          [x, R(H)])
    check("Fast_Layernorm", lambda x, w, b: of("layernorm", "Fast_Layernorm").apply(x, w, b, 1e-6),
          lambda x, w, b: F.layer_norm(x, (H,), w, b, 1e-6), [x, R(H), R(H)])
    check("swiglu_fg_kernel", lambda e, g: of("swiglu", "swiglu_fg_kernel")(e, g), lambda e, g: F.silu(e) * g,
          [fixed(x), fixed(y)])
    check("geglu_exact_forward_kernel", lambda e, g: of("geglu", "geglu_exact_forward_kernel")(e, g),
          lambda e, g: F.gelu(e) * g, [fixed(x), fixed(y)])
    check("geglu_approx_forward_kernel", lambda e, g: of("geglu", "geglu_approx_forward_kernel")(e, g),
          lambda e, g: F.gelu(e, approximate="tanh") * g, [fixed(x), fixed(y)])
    check("Fast_RoPE_Embedding",
          lambda q: of("rope_embedding", "Fast_RoPE_Embedding").apply(q, angle.cos(), angle.sin()),
          lambda q: rotated(q, cos[None, :, None], sin[None, :, None]), [R(B, T, 4, 16)])
    target = torch.randint(0, V, (B * T,))
    check("Fast_CrossEntropyLoss", lambda z: of("cross_entropy_loss", "Fast_CrossEntropyLoss").apply(z, target, 0, 0),
          lambda z: F.cross_entropy(z, target, reduction="none"), [R(B * T, V)])


def main():
    vgpu.activate("A100", on_finding="collect")
    torch_support.stand_in_for_cuda()
    Autotuner.prune_configs = lambda self, _: self.configs[:1]
    for name in sys.argv[1:] or ("liger", "fla", "unsloth"):
        torch.manual_seed(0)
        print(f"\n{name}\n\n| operator | launches | error | of the gradients | findings | s |\n"
              "| --- | --- | --- | --- | --- | --- |")
        {"liger": liger, "fla": fla, "unsloth": unsloth}[name]()


if __name__ == "__main__":
    main()
