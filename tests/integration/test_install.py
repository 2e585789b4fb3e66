"""cmake --install puts everything where product.md says, as thin as architecture.md wants it."""
import os
import re
import stat

SECURITY = "/usr/lib/x86_64-linux-gnu/security"


def test_everything_is_in_its_place(campus):
    for path in ("/usr/bin/mfa-enroll", "/usr/sbin/mfad", module(), "/usr/share/mfa/mfa.toml", "/etc/mfa/mfa.toml",
                 "/etc/pam.d/mfa-enroll", "/usr/lib/systemd/system/mfad.service", "/usr/lib/sysusers.d/mfa.conf",
                 "/usr/lib/tmpfiles.d/mfa.conf"):
        assert os.path.isfile(path), path
        about = os.stat(path)
        assert (about.st_uid, about.st_mode & 0o6022) == (0, 0), f"{path}: root's, no setuid, nobody else may write"


def module():
    folder = next(folder for folder, _, names in os.walk("/usr/lib") if folder.endswith("/security") and "pam_unix.so" in names)
    return f"{folder}/pam_mfa.so"


def test_the_module_needs_libc_and_libpam_alone(campus):
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", campus.run(["readelf", "-dW", module()]).stdout)
    assert sorted(needed) == ["libc.so.6", "libpam.so.0"], needed


def test_the_module_exports_the_entry_points_of_pam_alone(campus):
    listing = campus.run(["nm", "-D", "--defined-only", module()]).stdout
    names = {line.split()[-1].split("@")[0] for line in listing.splitlines() if line.split()[-2] != "A"}
    assert "pam_sm_authenticate" in names and "pam_sm_setcred" in names
    assert all(name.startswith("pam_sm_") for name in names), names


def test_the_programs_are_hardened(campus):
    for path in ("/usr/bin/mfa-enroll", "/usr/sbin/mfad", module()):
        headers = campus.run(["readelf", "-hldW", path]).stdout
        assert re.search(r"Type:\s+DYN", headers), f"{path} is position independent"
        assert "GNU_RELRO" in headers and re.search(r"FLAGS.*NOW|BIND_NOW", headers), path
        assert re.search(r"GNU_STACK.* RW ", headers), f"{path} has no executable stack"
        assert "RPATH" not in headers and "RUNPATH" not in headers, path


def test_the_sockets_are_for_whom_they_are(campus):
    for path, mode in (("/run/mfa/login.sock", 0o600), ("/run/mfa/user.sock", 0o666)):
        about = os.stat(path)
        assert stat.S_ISSOCK(about.st_mode)
        assert stat.S_IMODE(about.st_mode) == mode, f"{path}: {oct(about.st_mode)}"


def test_installing_again_leaves_an_administrators_files_alone(campus):
    for path in ("/etc/pam.d/mfa-enroll", "/etc/mfa/mfa.toml"):
        with open(path, "a") as file:
            file.write("# ours\n")
    campus.install()
    campus.enroll("admin", "init")
    for path in ("/etc/pam.d/mfa-enroll", "/etc/mfa/mfa.toml"):
        assert open(path).read().endswith("# ours\n"), path


def test_the_password_service_never_reaches_the_module(campus):
    lines = [line for line in open("/etc/pam.d/mfa-enroll") if not line.startswith("#")]
    assert "pam_mfa" not in "".join(lines) and "include" not in "".join(lines)
    assert {line.split()[0] for line in lines} == {"auth", "account"}


def test_systemd_understands_its_units(campus):
    units = sorted(f"/usr/lib/systemd/system/{name}" for name in os.listdir("/usr/lib/systemd/system") if name.startswith("mfad"))
    assert len(units) == 5, units
    verified = campus.run(["systemd-analyze", "verify", "--man=no", *units])
    told = [line for line in verified.stderr.splitlines() if "mfad" in line]
    assert not told, told
    for unit in ("mfad.service", "mfad-monitor.service"):
        # In tenths of what it calls the exposure: below 2.
        rated = campus.run(["systemd-analyze", "security", "--offline=true", "--threshold=19", "--no-pager", unit])
        assert rated.returncode == 0, rated.stdout[-300:]
        assert "Restart=on-failure\n" in open(f"/usr/lib/systemd/system/{unit}").read()


def test_systemd_makes_the_user_and_the_folders(campus):
    root = "/run/root"
    for folder in ("etc", "run", "var/lib"):
        os.makedirs(f"{root}/{folder}")
    made = campus.run(["systemd-sysusers", f"--root={root}", "/usr/lib/sysusers.d/mfa.conf"])
    assert made.returncode == 0, made.stderr
    entry = open(f"{root}/etc/passwd").read().strip().split(":")
    uid, gid = int(entry[2]), int(entry[3])
    assert entry[0] == "mfa" and 0 < uid < 1000 and entry[5:] == ["/var/lib/mfa", "/usr/sbin/nologin"], entry
    assert open(f"{root}/etc/group").read() == f"mfa:x:{gid}:\n"
    made = campus.run(["systemd-tmpfiles", f"--root={root}", "--create", "/usr/lib/tmpfiles.d/mfa.conf"])
    assert made.returncode == 0, made.stderr
    for folder, owner, mode in (("run/mfa", (0, 0), 0o755), ("var/lib/mfa", (uid, gid), 0o700)):
        about = os.stat(f"{root}/{folder}")
        assert ((about.st_uid, about.st_gid), stat.S_IMODE(about.st_mode)) == (owner, mode), folder
