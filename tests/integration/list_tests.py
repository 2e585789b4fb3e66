#!/usr/bin/python3
"""Prints the tests of the files named, a line each: FILE SUBJECT NAME RUN, for CMake to register.

RUN says how the test is run: "resident"; "session" too if it is marked @both_ways, "long" too if it is marked @longer.
"""
import ast
import os
import sys


def marks(function):
    return {node.id for node in function.decorator_list if isinstance(node, ast.Name)}


def runs(function):
    yield "resident"
    if "both_ways" in marks(function):
        yield "session"
    if "longer" in marks(function):
        yield "long"
        if "both_ways" in marks(function):
            yield "long_session"


for path in sys.argv[1:]:
    subject = os.path.basename(path).removeprefix("test_").removesuffix(".py")
    with open(path) as file:
        tree = ast.parse(file.read(), path)
    names = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    if not names:
        sys.exit(f"{path}: no test in it")
    if len({node.name for node in names}) != len(names):
        sys.exit(f"{path}: two tests of one name")
    for function in names:
        for run in runs(function):
            print(os.path.basename(path), subject, function.name.removeprefix("test_"), run)
