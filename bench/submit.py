#!/usr/bin/env python3
"""Times what a learner waits for: the whole process `tritutor submit --json` for every solution, and `dev check`.

    bench/submit.py [--program build/release/app/tritutor] [--runs 5] [--no-check] [--dialect cuda|triton]

Goal: each submit 0.5 s at most on 2 cores, half of them under 0.25 s; a Triton file whose kernels are not in Triton's
cache 1.0 s ("cold": a new cache for each run). It prints a table and never fails on a time.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOAL_S = 0.5
HALF_GOAL_S = 0.25
COLD_GOAL_S = 1.0


def timed(command, folder, **more):
    """Seconds of the whole process, and what it came to."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **more})
    return time.perf_counter() - start, done


def cold(command, folder, runs):
    """The median with an empty cache of Triton's."""
    times = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as cache:
            times.append(timed(command, folder, TRITON_CACHE_DIR=cache)[0])
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/app/tritutor")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dialect", choices=("cuda", "triton"), default="cuda")
    parser.add_argument("--no-check", action="store_true", help="leave out dev check")
    options = parser.parse_args()
    program = str(options.program.resolve())
    if not os.access(program, os.X_OK):
        sys.exit(f"there is no program {program}. Build it: ./tritutor --version")
    exercises = json.loads((ROOT / "curriculum.json").read_text())["exercises"]

    medians, colds = [], []
    triton = options.dialect == "triton"
    print(f"{'exercise':<34} {'verdict':<8} {'min s':>7} {'median s':>9} {'cold s' if triton else '':>7}   goal")
    with tempfile.TemporaryDirectory() as folder:  # no workspace there: nothing is recorded
        for exercise in exercises:
            solution = ROOT / "solutions" / f"level{exercise['level']}" / f"{exercise['slug']}{'.py' if triton else '.cu'}"
            command = [program, "submit", str(solution), "--exercise", exercise["id"], "--json"]
            times = []
            for _ in range(options.runs):
                seconds, done = timed(command, folder)
                times.append(seconds)
            verdict = json.loads(done.stdout)["verdict"] if done.stdout else f"status {done.returncode}"
            median = statistics.median(times)
            medians.append(median)
            goal = "met" if median <= GOAL_S else f"{GOAL_S} s: over by {median / GOAL_S:.1f}x"
            if triton:
                colds.append(cold(command, folder, options.runs))
            last = f"{colds[-1]:7.3f}" if triton else " " * 7
            print(f"{exercise['id'] + ' ' + exercise['slug']:<34} {verdict:<8} {min(times):7.3f} {median:9.3f} {last}   {goal}",
                  flush=True)
        quick = sum(median <= HALF_GOAL_S for median in medians)
        met = sum(median <= GOAL_S for median in medians)
        print(f"\n{met} of {len(medians)} within {GOAL_S} s; {quick} within {HALF_GOAL_S} s (goal: half of them)")
        if triton:
            print(f"{sum(each <= COLD_GOAL_S for each in colds)} of {len(colds)} cold within {COLD_GOAL_S} s")
        if not options.no_check:
            seconds, done = timed([program, "dev", "check", "--dialect", options.dialect], folder)
            print(f"dev check: {seconds:.1f} s, exit status {done.returncode}")


if __name__ == "__main__":
    main()
