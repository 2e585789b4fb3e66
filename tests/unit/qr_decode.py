#!/usr/bin/env python3
"""Takes pictures of the QR codes as a terminal shows them and has zbarimg read them: the text must come back exactly.

A cell is painted as 1x2 pixels in the colours of a dark or a light terminal, then scaled up. Whoever draws with the
wrong ink is caught: the same rows on a terminal of the other colour must not be readable.

Usage: qr_decode.py QR_ROWS
"""
import pathlib
import subprocess
import sys
import tempfile

SCALE = 6  # pixels a half cell
MARGIN = 12  # pixels of bare terminal around the picture
DARK, LIGHT = 0x1E, 0xE8  # of a usual terminal, not quite black and white

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
URIS = [
    f"otpauth://totp/alice?secret={SECRET}",
    f"otpauth://totp/Example%20University:alice?secret={SECRET}&issuer=Example%20University",
    f"otpauth://totp/Universit%C3%A4t:al@ice?secret={SECRET}&issuer=Universit%C3%A4t&algorithm=SHA512&digits=8&period=60",
]
INKED = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True), "#": (True, True)}


def screen(rows, paper, ink):
    """The rows as lines of pixels, one value each."""
    width = len(rows[0]) * SCALE + 2 * MARGIN
    blank = bytes([paper]) * width
    lines = [blank] * MARGIN
    for row in rows:
        for half in (0, 1):
            line = bytes([paper]) * MARGIN
            line += b"".join(bytes([ink if INKED[cell][half] else paper]) * SCALE for cell in row)
            lines += [line + bytes([paper]) * MARGIN] * SCALE
    return lines + [blank] * MARGIN


def read_by_phone(lines, folder):
    picture = pathlib.Path(folder) / "screen.pgm"
    picture.write_bytes(b"P5 %d %d 255\n" % (len(lines[0]), len(lines)) + b"".join(lines))
    run = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
                         capture_output=True, timeout=60)
    if run.returncode not in (0, 4):  # 4: nothing found
        sys.exit(f"zbarimg failed: {run.stderr.decode()}")
    return run.stdout.decode().removesuffix("\n")


def main():
    faults = read = 0
    with tempfile.TemporaryDirectory() as folder:
        for uri in URIS:
            for look in ("blocks", "blocks_inverted", "ascii", "ascii_inverted"):
                on_dark, on_light = (DARK, LIGHT), (LIGHT, DARK)
                right, wrong = (on_light, on_dark) if "inverted" in look else (on_dark, on_light)
                for quiet_zone in (1, 2, 4):
                    drawn = subprocess.run([sys.argv[1], look, str(quiet_zone)], input=uri.encode(), check=True,
                                           capture_output=True, timeout=10)
                    rows = drawn.stdout.decode().splitlines()
                    got = read_by_phone(screen(rows, *right), folder)
                    if got != uri:
                        faults += 1
                        print(f"{look}, quiet zone {quiet_zone}: {uri!r} is read as {got!r}")
                    read += 1
                if read_by_phone(screen(rows, *wrong), folder):
                    faults += 1
                    print(f"{look} is read on the wrong ground: this test cannot tell its ink")
    print(f"{read - faults} of {read} pictures were read")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
