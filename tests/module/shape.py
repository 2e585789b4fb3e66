#!/usr/bin/env python3
"""Checks what pam_mfa.so brings into sshd and sudo: it needs libc and libpam, exports pam_sm_*, binds at once.

Usage: shape.py pam_mfa.so
"""
import re
import subprocess
import sys

NEEDED = {"libc.so.6", "libpam.so.0"}
EXPORTED = {"pam_sm_acct_mgmt", "pam_sm_authenticate", "pam_sm_chauthtok", "pam_sm_setcred"}
# Never the process's environment, which in a setuid program is the user's; no threads, no signal handlers.
NEVER = r"(secure_)?getenv|environ|setenv|putenv|pthread_\w+|signal|sigaction|malloc|_Z\w+|__cxa_(?!finalize)\w+"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(which, module):
    return {line.split()[-1].split("@")[0] for line in output("nm", "-D", which, module).splitlines()}


def faults(module):
    dynamic = output("readelf", "-dW", module)
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic))
    if needed != NEEDED:
        yield f"needs {sorted(needed)} instead of {sorted(NEEDED)}"
    exported = symbols("--defined-only", module)
    if exported != EXPORTED:
        yield f"exports {sorted(exported)} instead of {sorted(EXPORTED)}"
    for name in sorted(symbols("--undefined-only", module)):
        if re.fullmatch(NEVER, name):
            yield f"uses {name}"
    if "BIND_NOW" not in dynamic:
        yield "is not bound at once (-z now)"
    if "NODELETE" in dynamic:
        yield "never unloads"
    if "TEXTREL" in dynamic or re.search(r"R(UN)?PATH", dynamic):
        yield "has text relocations or a run path"
    segments = output("readelf", "-lW", module)
    if "GNU_RELRO" not in segments:
        yield "has no RELRO segment"
    if re.search(r"GNU_STACK.*RWE", segments):
        yield "has an executable stack"
    # Writable state of its own would be a global: .data and .bss hold nothing but the compiler's few bytes.
    for name, size in re.findall(r"\] (\.data|\.bss)\s+\w+\s+\w+ \w+ (\w+)", output("readelf", "-SW", module)):
        if int(size, 16) > 16:
            yield f"{name} holds {int(size, 16)} bytes"


if __name__ == "__main__":
    found = list(faults(sys.argv[1]))
    print("\n".join(found) or "libc, libpam and pam_sm_* alone")
    sys.exit(1 if found else 0)
