#!/usr/bin/env python3
"""Everything that needs a GPU, in one run, with a report: every solution's time beside its limit, PyTorch's and Triton's
for the same work and the prediction; cheats, a hang and a fault that are refused; the grader's limits and its way of
timing held against others'; the tests that need a GPU.

    run.py REPORT.md [--tritutor build/release/app/tritutor] [--tests build/release/grader/grader_test]

Without a GPU it says "skipped: no GPU" and ends with status 0. It needs Python with PyTorch and Triton, and ncu.
"""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def run(command, **options):
    start = time.time()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, **options)
    print(f"{time.time() - start:6.1f} s  {' '.join(map(str, command))}", flush=True)
    return done


def predicted(tritutor, profile, file, exercise):
    done = run([tritutor, "submit", file, "--exercise", exercise, "--device", "virtual", "--profile", profile, "--json"])
    try:
        timing = json.loads(done.stdout)["timing"]
    except (json.JSONDecodeError, KeyError):
        return None
    return timing["time_us"] if timing["kind"] == "predicted" and not timing["at_least"] else None


def number(us):
    return "" if us is None else f"{us:.1f}"


def solutions(tritutor, profile, peers):
    """Rows of the table, and how many exercises have a solution with gold."""
    done = run([tritutor, "dev", "gpu", "--json"])
    if done.returncode == 3:
        return None, done.stderr.strip()
    lines = ["| exercise | solution | us (quartiles) | MHz | limit, us | of the limit | medal | PyTorch, us | Triton, us | "
             "predicted, us | predicted / measured |", "| --- " * 11 + "|"]
    gold, exercises, ratios = set(), set(), []
    for one in json.loads(done.stdout):
        name, timing = Path(one["file"]).stem, one["timing"]
        exercises.add(one["exercise"])
        if not one["right"] or timing["kind"] != "measured":
            lines.append(f"| {one['exercise']} | {name} | WRONG |" + " |" * 8)
            continue
        if one["medal"] == "gold":
            gold.add(one["exercise"])
        first, third = timing["time_us_quartiles"]
        us = timing["time_us"]
        guess = predicted(tritutor, profile, one["file"], one["exercise"]) if profile else None
        if guess:
            ratios.append(guess / us)
        peer = peers.get(one["exercise"], {}) if not name.endswith("_fast") else {}
        lines.append(
            f"| {one['exercise']} | {name} | {us:.1f} ({first:.1f} to {third:.1f}) | {timing['clock_mhz']:.0f} | {timing['limit_us']:.1f} "
            f"({timing['limit']}) | {100 * timing['fraction']:.1f} % | {one['medal']} | {number(peer.get('pytorch'))} | "
            f"{number(peer.get('triton'))} | {number(guess)} | {f'{guess / us:.2f}' if guess else ''} |")
    text = "\n".join(lines) + f"\n\nGold by one of its solutions: {len(gold)} of {len(exercises)} exercises.\n"
    missing = sorted(exercises - gold)
    if missing:
        text += f"Not: {', '.join(missing)}.\n"
    return text, ""


def limits(table, peers):
    """The grader's copy and read kernels against PyTorch's, in bytes per us."""
    text = ""
    for exercise, key, name, moved in (("1.1", "copy_bytes_per_us", "copy", 8 * 67108864), ("2.1", "read_bytes_per_us", "reading", 4 * 134217728)):
        row = next((line for line in table.splitlines() if line.startswith(f"| {exercise} |")), None)
        if row is None or key not in peers:
            continue
        ours = moved / float(row.split("|")[5].split("(")[0])
        text += f"- {name}: {ours * 1e-6:.3f} TB/s by the grader's kernel, {peers[key] * 1e-6:.3f} by PyTorch: {ours / peers[key]:.3f}\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--tritutor", default=str(ROOT / "build/release/app/tritutor"))
    parser.add_argument("--tests", help="grader_test, for the tests that need a GPU")
    parser.add_argument("--profile", default="H100", help="the device to predict for; empty: none")
    options = parser.parse_args()
    tritutor = options.tritutor
    doctor = run([tritutor, "doctor", "--json"])
    checks = {check["name"]: check["found"] for check in json.loads(doctor.stdout)}
    if "GPU 0" not in checks:
        sys.exit(print("skipped: no GPU") or 0)
    card = checks["GPU 0"].split(" (--device")[0]
    report = [f"# Measured on a GPU\n\n{datetime.date.today()}, {card}; driver {checks['NVIDIA driver']}, "
              f"{checks['kernel compiler'].split(',')[0]}, cuBLAS {checks.get('cuBLAS', 'none')}. By `bench/gpu/run.py`.\n"]

    with tempfile.TemporaryDirectory() as folder:
        peers_file = Path(folder, "peers.json")
        done = run([sys.executable, HERE / "peers.py", "--json", peers_file])
        peers = json.loads(peers_file.read_text()) if peers_file.exists() else {}
        versions = done.stdout.splitlines()[0] if done.stdout else done.stderr[-500:]

    table, why = solutions(tritutor, options.profile, peers)
    if table is None:
        sys.exit(why)
    report.append(f"## Solutions\n\nMedians; the limit's kernel ran in turns with each. PyTorch and Triton: medians of do_bench ({versions}). "
                  f"Predicted: for {options.profile}.\n\n{table}")
    report.append(f"## The grader's limits\n\n{limits(table, peers)}")

    agree = run([sys.executable, HERE / "agree.py", "--tritutor", tritutor])
    report.append(f"## Timing, held against do_bench and the profiler\n\n{agree.stdout or agree.stderr[-2000:]}")

    cheats = run([tritutor, "dev", "gpu", "--cheats"])
    report.append(f"## Cheats and faults\n\n```text\n{cheats.stdout}```\n")

    if options.tests:
        tests = run([options.tests, "-tc=*GPU*,*beside*,*launch*,*timed samples*"])
        report.append(f"## Tests that need a GPU\n\n```text\n{chr(10).join(tests.stdout.splitlines()[-3:])}\n```\n")

    options.report.write_text("\n".join(report))
    print("\n".join(report))


if __name__ == "__main__":
    main()
