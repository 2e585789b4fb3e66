#!/usr/bin/python3 -B
"""Runs one test of the package in a sandbox of its own, as root (with sudo if need be).

Usage: run.py ARCHIVE_OF_A_DEBIAN FOLDER_OF_THE_PACKAGE FILE.py::test_name
"""
import glob
import importlib.util
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(1, os.path.join(sys.path[0], "../integration"))
import sandbox
from debian import Debian


def run(archive, folder, where):
    [package] = glob.glob(f"{folder}/libpam-mfa_*.deb")
    path, name = where.split("::")
    spec = importlib.util.spec_from_file_location("scenario", path)
    scenario = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scenario)
    debian = Debian(archive, package)
    try:
        debian.open()
        getattr(scenario, name)(debian)
        return 0
    except BaseException:
        traceback.print_exc()
        debian.tell()
        return 1
    finally:
        debian.close()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments and arguments[0] == sandbox.INSIDE:
        sandbox.run_inside(lambda: run(*arguments[1:]))
    elif len(arguments) == 3:
        sandbox.enter([os.path.abspath(argument) for argument in arguments])
    else:
        sys.exit(__doc__)
