"""python3 algebra.py REQUEST: whether a learner's file and ours compute the same, as algebra has it (vgpu/fpsan.py).

The request is JSON: {"theirs": file, "ours": file, "function": name, "arguments": [{"name", "type", "role"}],
"shapes": {tensor: [..]}, "values": {number: ..}}. The answer, on standard output: {"verdict": "equal" | "different" |
"unknown", "because": [..], "text"} or {"error"}.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _function(file: str, name: str, module: str) -> Any:
    spec = importlib.util.spec_from_file_location(module, file)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)


def _arguments(request: dict[str, Any], vgpu: Any) -> list[Any]:
    import numpy as np

    random = np.random.default_rng(7)
    types = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "i32": np.int32, "u32": np.uint32, "i64": np.int64,
             "u64": np.uint64, "u8": np.uint8}
    given: list[Any] = []
    for argument in request["arguments"]:
        kind = types[argument["type"]]
        if argument["role"] in ("input", "output"):
            shape = request["shapes"][argument["name"]]
            given.append(vgpu.from_numpy(random.standard_normal(shape).astype(kind)))
        else:
            given.append(kind(request["values"][argument["name"]]).item())
    return given


def main() -> int:
    request = json.loads(sys.argv[1])
    try:
        import vgpu
        from vgpu import fpsan

        vgpu.activate(on_finding="collect")
        own = importlib.util.find_spec("torch") is None
        if own:
            sys.modules["torch"] = vgpu  # while the files are read: what makes scratch has torch's names
        functions = [_function(request[which], request["function"], which) for which in ("ours", "theirs")]
        if own:
            del sys.modules["torch"]
        found = fpsan.compare(*functions, *_arguments(request, vgpu))
        print(json.dumps({"verdict": found.verdict, "because": list(found.because), "text": str(found)}))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:500]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
