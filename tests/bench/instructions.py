#!/usr/bin/python3 -B
"""What a login costs the engine, in instructions, whatever the machine does meanwhile: a change that makes it dearer fails.

Usage: instructions.py BENCH_SESSIONS     (of a release build; needs valgrind)

Two runs with different numbers of logins, under callgrind; their difference is that of the logins alone. Whoever makes it
dearer on purpose, or much cheaper, changes the number below and says why.
"""
import re
import subprocess
import sys
import tempfile

FEW, MANY = 20, 60
LOGINS = {"right": 411_000, "wrong": 593_000, "trusted": 340_000}  # a code, a wrong one and giving up, a trusted device
DEARER, CHEAPER = 1.08, 0.80


def instructions(program, kind, logins):
    with tempfile.TemporaryDirectory() as folder:
        counted = f"{folder}/callgrind"
        subprocess.run(["valgrind", "--tool=callgrind", "-q", f"--callgrind-out-file={counted}", program, folder, kind,
                        str(logins)], check=True, timeout=300)
        return int(re.search(r"^(?:summary|totals): (\d+)", open(counted).read(), re.M)[1])


def main(program):
    wrong = False
    for kind, expected in LOGINS.items():
        one = (instructions(program, kind, MANY) - instructions(program, kind, FEW)) / (MANY - FEW)
        said = "too dear" if one > expected * DEARER else "cheaper than is written down" if one < expected * CHEAPER else "good"
        wrong = wrong or said != "good"
        print(f"{kind:<8} {one:>10,.0f} instructions, {one / expected:.2f} of {expected:,}: {said}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
