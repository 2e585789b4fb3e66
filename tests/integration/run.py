#!/usr/bin/python3 -B
"""Runs one integration test in a sandbox of its own, as root (with sudo if need be).

Usage: run.py BUILD_FOLDER FILE.py::test_name [resident|session|long|long_session]
"""
import importlib.util
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sandbox
from campus import Campus


def run(build, where, kind="resident"):
    path, name = where.split("::")
    spec = importlib.util.spec_from_file_location("scenario", path)
    scenario = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scenario)
    campus = Campus(build, resident="session" not in kind, long="long" in kind)
    try:
        campus.open()
        getattr(scenario, name)(campus)
        campus.close()
        return 0
    except BaseException:
        traceback.print_exc()
        campus.tell()
        return 1


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments and arguments[0] == sandbox.INSIDE:
        sandbox.run_inside(lambda: run(*arguments[1:]))
    elif len(arguments) in (2, 3):
        sandbox.enter([os.path.abspath(arguments[0]), os.path.abspath(arguments[1]), *arguments[2:]])
    else:
        sys.exit(__doc__)
