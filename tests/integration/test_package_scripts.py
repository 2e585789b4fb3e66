"""What the Debian package does to PAM's files, tried on Debian's own pam-auth-update: its profiles, and its removal.

The whole of it, in a Debian of its own, is tests/package (packaging/check --long).
"""
import glob
import os
import re
import shutil
import subprocess

PACKAGING = os.path.abspath(f"{os.path.dirname(os.path.abspath(__file__))}/../../packaging")
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def update(campus, *arguments):
    done = campus.run(["pam-auth-update", *arguments], env=QUIET)
    assert done.returncode == 0, done.stderr
    return done


def pam_files():
    return {path: open(path).read() for path in glob.glob("/etc/pam.d/*")}


def prepare(campus):
    """As on a Debian where nobody has edited anything, with the package's profiles there to be chosen."""
    for path in glob.glob("/etc/pam.d/*"):
        if "pam_mfa" in open(path).read():
            os.remove(path)
    for path in glob.glob("/usr/share/pam/common-*"):
        if not path.endswith(".md5sums"):
            shutil.copy(path, "/etc/pam.d")
    for path in glob.glob("/usr/share/pam-configs/*"):
        if os.path.basename(path) != "unix":
            os.remove(path)
    for path in glob.glob(f"{PACKAGING}/pam-configs/*"):
        shutil.copy(path, "/usr/share/pam-configs")
    update(campus, "--force", "--enable", "unix")
    for path in glob.glob("/etc/pam.d/*.pam-old"):
        os.remove(path)
    files = pam_files()
    assert "pam_mfa" not in "".join(files.values()), "off unless chosen"
    return files


def prerm(campus, *arguments):
    return campus.run(["sh", "-e", f"{PACKAGING}/debian/libpam-mfa.prerm", *arguments], env=QUIET)


def test_the_profiles_make_the_stack_of_the_manual(campus):
    before = prepare(campus)
    update(campus, "--enable", "mfa", "mfa-authfail")
    lines = [" ".join(line.split()) for line in open("/etc/pam.d/common-auth") if line.startswith("auth")]
    assert lines == ["auth [success=2 default=ignore] pam_unix.so nullok",
                     "auth [default=die] pam_mfa.so authfail",
                     "auth requisite pam_deny.so",
                     "auth required pam_permit.so",
                     "auth required pam_mfa.so"]
    assert re.findall(r"^password.*\n", open("/etc/pam.d/common-password").read(), re.M)[-1].split() == \
        ["password", "optional", "pam_mfa.so"]
    changed = {path for path, text in pam_files().items() if text != before.get(path)}
    assert changed == {"/etc/pam.d/common-auth", "/etc/pam.d/common-password"}
    update(campus, "--disable", "mfa", "mfa-authfail")
    assert pam_files() == before


def test_removal_takes_the_profiles_out(campus):
    before = prepare(campus)
    for profiles in ((), ("mfa",), ("mfa", "mfa-authfail")):
        if profiles:
            update(campus, "--enable", *profiles)
        assert prerm(campus, "upgrade", "9.9").returncode == 0
        assert ("pam_mfa" in open("/etc/pam.d/common-auth").read()) == bool(profiles), "an upgrade leaves them"
        done = prerm(campus, "remove")
        assert done.returncode == 0, done.stderr
        assert pam_files() == before


def test_removal_is_refused_while_lines_need_the_module(campus):
    before = prepare(campus)
    update(campus, "--enable", "mfa", "mfa-authfail")
    common = open("/etc/pam.d/common-auth").read()
    cases = {
        "a line of one's own": ("/etc/pam.d/sshd", "auth required pam_mfa.so\n"),
        "by its path": ("/etc/pam.d/sshd", "@include common-auth\n-auth required /usr/lib/security/pam_mfa.so\n"),
        "on a line that goes on": ("/etc/pam.d/sshd", "auth required \\\n pam_mfa.so\n"),
        "behind the end of the profiles": ("/etc/pam.d/common-auth", common + "auth required pam_mfa.so debug\n"),
        "a file that pam-auth-update will not touch": ("/etc/pam.d/common-auth", common.replace(
            'the "Primary" block)\n', 'the "Primary" block)\nauth\toptional\tpam_permit.so\n')),
        "a file of another package's": ("/usr/lib/pam.d/sshd", "auth required pam_mfa.so\n"),
        "the old file of all services": ("/etc/pam.conf", "sshd auth required pam_mfa.so\n"),
    }
    os.makedirs("/usr/lib/pam.d", exist_ok=True)
    for case, (path, text) in cases.items():
        kept = open(path).read() if os.path.exists(path) else None
        with open(path, "w") as file:
            file.write(text)
        now = pam_files()
        done = prerm(campus, "remove")
        assert done.returncode != 0, case
        assert f"{path}:" in done.stderr and "pam_mfa.so" in done.stderr and "hint: " in done.stderr, (case, done.stderr)
        assert pam_files() == now, case
        if kept is None:
            os.remove(path)
        else:
            with open(path, "w") as file:
                file.write(kept)
    with open("/etc/pam.d/sshd", "w") as file:
        file.write("# auth required pam_mfa.so\n@include common-auth\n")
    with open("/etc/pam.d/sshd.dpkg-old", "w") as file:
        file.write("auth required pam_mfa.so\n")
    assert prerm(campus, "remove").returncode == 0
    assert open("/etc/pam.d/common-auth").read() == before["/etc/pam.d/common-auth"]


def test_the_package_is_made_of_what_the_build_needs(campus):
    """One list each for two readers: dpkg-buildpackage and packaging/deps."""
    control = open(f"{PACKAGING}/debian/control").read()
    [field] = re.findall(r"^Build-Depends:(.*?)\n(?! )", control, re.S | re.M)
    named = {entry.split()[0] for entry in field.split(",") if entry.strip()}
    listed = set(subprocess.run([f"{PACKAGING}/deps", "--package", "--list"], text=True, capture_output=True, check=True)
                 .stdout.split())
    tools = {"g++", "debhelper", "dpkg-dev", "lintian", "mmdebstrap"}
    assert named - {"debhelper-compat", "dh-sequence-installsysusers"} == listed - tools


def test_the_package_has_the_version_of_the_programs(campus):
    version = campus.run(["mfad", "--version"]).stdout.split()[1]
    assert open(f"{PACKAGING}/debian/changelog").readline().startswith(f"pam-mfa ({version})")
