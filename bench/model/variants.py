"""The kernels that the model is held against: our solutions, the mutants that are only slow, and variants of both and of
the files beside this one, each with other constants. A variant's file is a submission like a learner's."""

import re
import subprocess
from dataclasses import dataclass
from itertools import product
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclass
class Variant:
    name: str
    exercise: str  # the slug
    text: str


def with_constants(path, constants):
    """The file's text with other values for its `constexpr int NAME = ...;`."""
    text = path.read_text()
    for name, value in constants.items():
        text, count = re.subn(rf"^(constexpr int {name}) = [^;]*;", rf"\1 = {value};", text, flags=re.M)
        if count != 1:
            raise SystemExit(f"{path}: constexpr int {name} stands there {count} times")
    return text


def variant(path, exercise, **constants):
    values = " ".join(f"{name}={value}" for name, value in constants.items())
    return Variant(f"{path.stem} {values}".strip(), exercise, with_constants(path, constants))


def own(name, exercise, **constants):
    return variant(HERE / f"{name}.cu", exercise, **constants)


def solution_file(slug):
    return next((ROOT / "solutions").glob(f"*/{slug}.cu"))


def of_solution(slug, **constants):
    return variant(solution_file(slug), slug, **constants)


def solutions():
    return [Variant(path.stem, path.stem.removesuffix("_fast"), path.read_text())
            for path in sorted((ROOT / "solutions").glob("*/*.cu"))]


def patched(patch):
    """The text of a solution with a mutant's patch."""
    solution = ROOT / re.search(r"^--- a/(\S+)", patch.read_text(), flags=re.M)[1]
    done = subprocess.run(["patch", "--quiet", "--output=-", str(solution), str(patch)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{patch}: {done.stderr or done.stdout}")
    return done.stdout


def slow_mutants():
    """Those whose first lines say that they are refused for being slow."""
    result = []
    for path in sorted((ROOT / "tests/mutants").glob("*/*")):
        if path.suffix in (".cu", ".patch") and re.search(r"^// refused: slow", path.read_text(), flags=re.M):
            text = patched(path) if path.suffix == ".patch" else path.read_text()
            result.append(Variant(f"{path.parent.name}/{path.stem}", path.parent.name, text))
    return result


def products():
    slug = "tiled_matmul"
    result = [own("matmul_plain", slug, X=x, Y=y) for x, y in ((32, 8), (16, 16), (32, 32), (8, 8), (64, 4), (128, 2))]
    result += [own("matmul_plain", slug, X=32, Y=8, UNROLL=u) for u in (4, 8)]
    result += [own("matmul_rows", slug, ROWS=r, X=x, Y=y) for r, x, y in ((2, 32, 8), (4, 32, 8), (8, 32, 4), (8, 64, 4))]
    result += [own("matmul_tiles", slug, T=t) for t in (8, 16, 32)]
    result += [of_solution(slug, TILE=t, DEPTH=d, SIDE=s)
               for t, d, s in ((32, 16, 16), (32, 32, 8), (32, 8, 8), (64, 8, 16), (64, 32, 16), (64, 16, 32),
                               (64, 8, 8), (128, 8, 16), (128, 16, 16), (96, 16, 16))]
    result += [own("matmul_float4", slug, TILE_M=m, TILE_N=n, DEPTH=d, OWN_M=om, OWN_N=on, BUFFERS=b)
               for m, n, d, om, on, b in ((64, 64, 16, 4, 4, 1), (64, 64, 16, 4, 4, 2), (128, 128, 8, 8, 8, 1),
                                          (128, 128, 8, 8, 8, 2), (128, 128, 16, 8, 8, 1), (128, 64, 16, 8, 4, 2),
                                          (64, 64, 16, 8, 8, 1), (128, 128, 16, 8, 8, 2), (32, 32, 32, 4, 4, 1))]
    result += [of_solution("batched_matmul", TILE=t, DEPTH=d, SIDE=s) for t, d, s in ((32, 16, 16), (64, 16, 16), (64, 8, 8))]
    return result


def transposes():
    slug = "matrix_transpose"
    result = [own("transpose_plain", slug, X=x, Y=y, READS=r)
              for r, (x, y) in product((1, 0), ((32, 8), (16, 16), (32, 32), (8, 32), (64, 4), (256, 1)))]
    result += [own("transpose_tile", slug, TILE=t, ROWS=r, PAD=p, X=x)
               for t, r, p, x in ((32, 8, 1, 32), (32, 8, 0, 32), (32, 4, 1, 32), (32, 16, 1, 32), (32, 32, 1, 32),
                                  (32, 32, 0, 32), (16, 16, 1, 16), (16, 16, 0, 16), (64, 8, 1, 32), (64, 16, 1, 32),
                                  (64, 4, 1, 64), (64, 8, 0, 32), (32, 8, 2, 32))]
    return result


def reductions():
    slug = "sum_reduction"
    result = [own("sum_atomic", slug, EACH=e, PER=p) for p, e in ((0, 16), (0, 64), (1, 4), (1, 16), (2, 4), (2, 16))]
    result += [own("sum_tree", slug, BLOCK=b, DIVERGENT=d) for d, b in ((0, 128), (0, 256), (0, 1024), (1, 256), (1, 1024))]
    result += [own("sum_tree", slug, BLOCK=256, MAX_BLOCKS=m) for m in (132, 528, 2112)]
    result += [own("sum_float4", slug, GRID=g, UNROLL=u)
               for g, u in ((132, 1), (528, 1), (1056, 1), (4224, 1), (132, 4), (528, 4), (1056, 4))]
    result += [own("sum_float4", slug, BLOCK=1024, GRID=264), own("sum_float4", slug, BLOCK=64, GRID=4224)]
    result += [of_solution(slug, EACH=e, MAX_BLOCKS=m)
               for e, m in ((1, 1024), (2, 1024), (4, 1024), (16, 1024), (8, 132), (8, 264), (8, 4096))]
    result += [of_solution("max_with_index", EACH=e) for e in (1, 4, 16)]
    return result


def rows():
    result = [of_solution("softmax", BLOCK=b) for b in (64, 128, 512, 1024)]
    result += [own("softmax_three", "softmax", BLOCK=b, ROWS=r) for b, r in ((256, 1), (1024, 1), (256, 8), (128, 1))]
    result += [own("softmax_vector", "softmax", BLOCK=b) for b in (128, 256, 1024)]
    result += [of_solution("row_normalization", BLOCK=b) for b in (64, 128, 512, 1024)]
    result += [own("normalize_warp", "row_normalization", WARPS=w) for w in (4, 8, 32)]
    result += [own("normalize_kept", "row_normalization", BLOCK=b, KEEP=k)
               for b, k in ((128, 0), (256, 0), (512, 0), (1024, 0), (256, 1), (1024, 1))]
    result += [of_solution("layer_normalization", BLOCK=b) for b in (64, 128, 512, 1024)]
    result += [own("vector_block", "matrix_vector", THREADS=t, WIDTH=w)
               for t, w in ((256, 1), (256, 4), (32, 1), (32, 4), (1, 1), (1, 4))]
    result += [of_solution("matrix_vector", WARPS=w) for w in (1, 4, 32)]
    return result


def elementwise():
    slug = "vector_scaling"
    result = [own("scaling_each", slug, BLOCK=b) for b in (32, 64, 128, 256, 512, 1024)]
    result += [own("scaling_each", slug, EACH=e, FIRST=f) for e, f in ((2, 1), (4, 0), (8, 0), (8, 1), (16, 1))]
    result += [own("scaling_each", slug, EACH=e, STRETCH=1) for e in (2, 4, 8, 32)]
    result += [own("scaling_vector", slug, BLOCK=b, WIDTH=w) for w, b in ((2, 256), (4, 256), (4, 64), (4, 1024))]
    result += [own("scaling_grid", slug, GRID=g) for g in (132, 264, 528, 1056, 4224)]
    result += [own("addition_vector", "vector_addition", WIDTH=w) for w in (2, 4)]
    result += [of_solution("vector_addition", BLOCK=b) for b in (64, 1024)]
    result += [of_solution("elementwise_max", EACH=e) for e in (1, 2, 8)]
    result += [of_solution("relu", BLOCK=b, EACH=e) for b, e in ((128, 8), (1024, 1))]
    result += [own("dropout_each", "fused_dropout", EACH=e) for e in (2, 4, 8)]
    result += [of_solution("fused_dropout", BLOCK=b) for b in (64, 1024)]
    return result


def attention():
    result = [of_solution("attention_scores", WARPS=w, OWN=o) for w, o in ((4, 4), (16, 4), (8, 2), (8, 8))]
    return result + [own("attention_plain", "attention_scores", BLOCK=b) for b in (128, 256)]


def far_apart():
    """Sectors that blocks at the other end of the grid come back to: the counters do not tell, so nothing is fitted to
    them."""
    return [own("scaling_stride", "vector_scaling", STRIDE=s) for s in (2, 4, 8, 32)]


GROUPS = {"solutions": solutions, "slow mutants": slow_mutants, "products": products, "transposes": transposes,
          "reductions": reductions, "rows": rows, "elementwise": elementwise, "attention": attention,
          "far apart": far_apart}


def variants():
    """Group -> its variants; every name stands once."""
    result = {group: make() for group, make in GROUPS.items()}
    names = [each.name for members in result.values() for each in members]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    return result
