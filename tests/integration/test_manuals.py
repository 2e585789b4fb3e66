"""The configurations that manual pages show, read by mfad. The stacks of pam_mfa(8) are in test_stacks, the whole of
mfa-rollout(7) in tests/package."""
import os
import re

MANUALS = f"{os.path.dirname(os.path.abspath(__file__))}/../../man"
PAGES = ("mfa.toml.5", "mfa-rollout.7")


def configurations():
    for page in PAGES:
        with open(f"{MANUALS}/{page}") as file:
            text = file.read()
        for block in re.findall(r"^\.Bd -literal[^\n]*\n(.*?)\n\.Ed$", text, re.S | re.M):
            if re.search(r"^(\[|\w+ = )", block, re.M):
                yield page, block.replace(r"\e", "\\") + "\n"


def test_the_configurations_shown_have_no_mistakes(campus):
    shown = list(configurations())
    assert {page for page, _ in shown} == set(PAGES) and len(shown) >= 7
    folder = "/etc/mfa/conf.d"
    os.makedirs(folder, exist_ok=True)
    for page, text in shown:
        with open(f"{folder}/shown.toml", "w") as file:
            file.write(text)
        done = campus.run(["mfad", "--check-config"])
        assert done.returncode == 0, f"{page}:\n{text}\n{done.stdout}{done.stderr}"
        with open(f"{folder}/shown.toml", "a") as file:
            file.write("no_such_key = 1\n")
        assert campus.run(["mfad", "--check-config"]).returncode != 0, "it was not read at all"
