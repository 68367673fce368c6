#!/usr/bin/env python3
"""Every solution, in both dialects, submitted on a GPU: medals, times, and what the prediction said.

    dialects.py TRITUTOR [--dialect cuda|triton] [SLUG...]      a table in Markdown
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def submitted(tritutor, file, slug, device):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tritutor, "init", folder], capture_output=True)
        done = subprocess.run([tritutor, "submit", str(file), "--exercise", slug, "--device", device, "--json"], cwd=folder,
                              capture_output=True, text=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"verdict": "none", "medal": "none", "refusal": {"message": done.stderr.strip()[-200:]}, "timing": {},
                "cases": [], "seconds": 0, "device": {"name": ""}}


def why(verdict):
    if "refusal" in verdict:
        return verdict["refusal"]["message"][:160]
    for case in verdict["cases"]:
        if case.get("ran") and not case.get("passed"):
            return f"case {case['name']}: {case.get('problem', '')}"[:160]
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tritutor")
    parser.add_argument("slugs", nargs="*")
    parser.add_argument("--dialect", choices=("cuda", "triton"))
    options = parser.parse_args()
    curriculum = json.loads((ROOT / "curriculum.json").read_text())
    print("| exercise | solution | verdict | medal | us | of the limit | seconds for all | |")
    print("| --- | --- | --- | --- | ---: | ---: | ---: | --- |")
    failed = 0
    for exercise in curriculum["exercises"]:
        slug = exercise["slug"]
        if options.slugs and slug not in options.slugs:
            continue
        for name, dialect in ((f"{stem}{ext}", kind) for ext, kind in ((".cu", "cuda"), (".py", "triton"))
                              for stem in (slug, f"{slug}_fast")):
            file = ROOT / "solutions" / f"level{exercise['level']}" / name
            if not file.exists() or options.dialect not in (None, dialect):
                continue
            verdict = submitted(options.tritutor, file, slug, "cuda")
            timing = verdict["timing"]
            failed += verdict["verdict"] != "pass"
            print(f"| {exercise['id']} | {name} | {verdict['verdict']} | {verdict['medal']} | {timing.get('time_us', 0):.1f} "
                  f"| {timing.get('fraction', 0):.2f} | {verdict['seconds']:.1f} | {why(verdict)} |", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
