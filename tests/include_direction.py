#!/usr/bin/env python3
"""Checks that includes point downwards only: service -> flows -> ports -> domain; adapters -> ports, domain.

Usage: include_direction.py SOURCE_FOLDER
"""
import pathlib
import re
import sys

ADAPTERS = {"ports", "domain", "language"}
MAY_INCLUDE = {
    "common/language": set(),
    "common/domain": {"language"},
    "common/ports": {"domain"},
    "common/flows": {"ports", "domain", "qr", "language"},
    "common/config": ADAPTERS,
    "common/store": ADAPTERS,
    "common/system": ADAPTERS,
    "common/json": {"domain"},
    "common/check": {"ports", "domain", "config"},
    "common/numbers": ADAPTERS | {"json", "system"},
    "common/gateways": ADAPTERS | {"json", "system"},
    "common/protocol": set(),
    "common/service": {"flows", "ports", "domain", "config", "store", "system", "gateways", "numbers", "json",
                       "check", "protocol", "language"},
    "pam_module": {"protocol"},
    "cli": {"protocol", "qr", "language"},
    "gateways": {"gateways", "config", "system", "json", "domain"},
    "common/qr": set(),
}
# Headers that a layer never sees, whoever brings them.
NEVER = {
    "common/domain": r"<(unistd|fcntl|syslog|sys/.*|iostream|fstream|cstdio|ctime|time|security/.*|sqlite3|toml.*|nlohmann/.*)",
    "common/flows": r"<(unistd|fcntl|syslog|sys/.*|security/.*|sqlite3|openssl/.*|toml.*|nlohmann/.*)",
    "common/check": r"<(unistd|fcntl|syslog|sys/stat.*|fstream|cstdio|ctime|time|security/.*|sqlite3|toml.*|nlohmann/.*)",
    "common/protocol": r"<(string|vector|map|iostream|memory|functional|fmt/.*|nlohmann/.*)>",
    "pam_module": r"<(string|vector|map|iostream|memory|functional|thread|mutex|fmt/.*|openssl/.*|sqlite3.*)>",
    "cli": r"<(sqlite3|openssl/.*|toml.*)",
}


def faults(root):
    seen = 0
    for layer, allowed in MAY_INCLUDE.items():
        for path in sorted((root / layer).rglob("*")):
            if path.suffix not in {".h", ".cpp"}:
                continue
            seen += 1
            for number, line in enumerate(path.read_text().splitlines(), 1):
                where = f"{path.relative_to(root)}:{number}"
                if found := re.match(r'#include "([^"]+)"', line):
                    target = found.group(1)
                    own = target.startswith(layer + "/")
                    below = target.startswith("common/") and target.split("/")[1] in allowed
                    if not own and not below:
                        yield f"{where}: {layer} may not include {target}"
                elif (pattern := NEVER.get(layer)) and re.match(r"#include " + pattern, line):
                    yield f"{where}: {layer} may not include {line.split()[1]}"
    if seen == 0:
        yield "no source file found"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "all includes point downwards")
    sys.exit(1 if found else 0)
