#!/usr/bin/env python3
"""Compares our HOTP and TOTP codes with oathtool's over thousands of random cases, always the same ones.

Usage: oathtool_agreement.py OTP_CODES
"""
import base64
import random
import subprocess
import sys

ROWS = 20  # codes of one run of oathtool
RUNS_EACH = 40  # of it for each combination of algorithm and digits


def oathtool(*arguments):
    run = subprocess.run(["oathtool", *arguments], capture_output=True, text=True, check=True, timeout=30)
    return run.stdout.split()


def in_base32(key, pick):
    text = base64.b32encode(key).decode()
    return pick.choice([text, text.rstrip("="), text.rstrip("=").lower()])


def hotp_cases(pick):
    for digits in (6, 7, 8):
        for _ in range(RUNS_EACH):
            key = in_base32(pick.randbytes(pick.choice([10, 16, 20, 32, 64, 65, 100])), pick)
            counter = pick.choice([0, pick.randrange(1000), pick.randrange(2**40), pick.randrange(2**63)])
            codes = oathtool("--hotp", "-b", "-d", str(digits), "-c", str(counter), "-w", str(ROWS - 1), key)
            for step, code in enumerate(codes):
                yield f"hotp {digits} {counter + step} {key} {code}", code


def totp_cases(pick):
    for algorithm in ("SHA1", "SHA256", "SHA512"):
        for digits in (6, 7, 8):
            for _ in range(RUNS_EACH):
                key = in_base32(pick.randbytes(pick.choice([10, 16, 20, 32, 64, 65, 128, 129])), pick)
                period = pick.choice([10, 15, 30, 30, 60, 299, 300])
                time = pick.choice([pick.randrange(100), pick.randrange(2**31), pick.randrange(2**33)])
                codes = oathtool(f"--totp={algorithm}", "-b", "-d", str(digits), "-s", f"{period}s", "-N", f"@{time}",
                                 "-w", str(ROWS - 1), key)
                for step, code in enumerate(codes):
                    yield f"{algorithm} {digits} {period} {time + step * period} {key} {code}", code


def main():
    pick = random.Random(6238)
    cases = [*hotp_cases(pick), *totp_cases(pick)]
    expected = RUNS_EACH * ROWS * (3 + 9)
    if len(cases) != expected:
        sys.exit(f"oathtool gave {len(cases)} codes of {expected}")
    ours = subprocess.run([sys.argv[1]], input="".join(line + "\n" for line, _ in cases), capture_output=True, text=True,
                          check=True, timeout=60).stdout.splitlines()
    if len(ours) != len(cases):
        sys.exit(f"{len(ours)} answers to {len(cases)} cases")
    wrong = [(line, answer) for (line, code), answer in zip(cases, ours) if answer != f"{code} accepted"]
    for line, answer in wrong[:10]:
        print(f"{line}: we say {answer}")
    print(f"{len(cases) - len(wrong)} of {len(cases)} codes agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
