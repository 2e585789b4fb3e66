"""admin check: a computer that is set up right, and what it says of one thing that is broken after the other."""
import contextlib
import json
import os
import re
import shutil
import sqlite3

from campus import CONFIGURATION, LOGIN_SOCKET, SSHD, STORE
from marks import both_ways

RULES = """
[[rule]]
name = "root on a real console"
user = ["root"]
from = ["console"]
mfa = "skip"

[[rule]]
name = "students"
group = ["students"]
mfa = "require"
trust = "30d"

[[rule]]
name = "everyone else"
mfa = "optional"
"""
PASSWORD = "auth [success=1 default=ignore] pam_unix.so nodelay\n"
REPORT = "auth [default=die] pam_mfa.so authfail\n"
CODE = "auth required pam_mfa.so\n"
ACCOUNT = "account required pam_unix.so\n"
SSH_ACCOUNT = "account required pam_mfa.so\n" + ACCOUNT
SSH = "/etc/pam.d/sshd"
SSHD_CONFIG = "/etc/ssh/sshd_config"
CHECK = ["mfa-enroll", "--json", "admin", "check", "--except", "clock"]
SETTINGS = SSHD + "LoginGraceTime 600\n"
GATEWAY = """
[phone]
countries = ["NZ"]
[[gateway]]
name = "out"
channel = ["sms"]
program = "file"
settings = "/etc/mfa/gateways/out.toml"
"""
TEXTS = RULES.replace('trust = "30d"', 'trust = "30d"\nfactors = ["totp", "sms"]')
LAST = SETTINGS.count("\n")  # its number of lines


def set_up(campus):
    """As the manuals say. The clock is what this test's machine has, and is passed over."""
    campus.run(["groupadd", "students"])
    if "alice" not in campus.people:
        campus.student("alice")
    campus.run(["usermod", "-aG", "students", "alice"])
    for service in os.listdir("/etc/pam.d"):
        if service not in ("mfa-enroll", "other") and not service.startswith("common-"):
            os.unlink(f"/etc/pam.d/{service}")
    campus.pam_service("sshd", PASSWORD + REPORT + CODE + SSH_ACCOUNT)
    campus.pam_service("sudo", PASSWORD + REPORT + CODE + ACCOUNT)
    write(SSHD_CONFIG, SETTINGS)
    if not os.path.exists("/etc/ssh/campus_host_key"):
        campus.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/campus_host_key"])
    campus.configure(RULES)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def check(campus, status):
    done = campus.run(CHECK)
    assert done.returncode == status, done.stdout
    found = json.loads(done.stdout)
    assert found["ok"] == (status == 0) == all(each["ok"] for each in found["checks"])
    return found["checks"]


@contextlib.contextmanager
def changed(path, text):
    before = open(path).read()
    write(path, text)
    yield
    write(path, before)


@contextlib.contextmanager
def mode(path, other):
    before = os.stat(path).st_mode & 0o7777
    os.chmod(path, other)
    yield
    os.chmod(path, before)


@contextlib.contextmanager
def moved(path):
    os.rename(path, path + ".away")
    yield
    os.rename(path + ".away", path)


@contextlib.contextmanager
def extra(path, text):
    write(path, text)
    yield
    os.unlink(path)


def stack(*lines):
    return changed(SSH, "".join(lines))


def rules(text):
    return changed(CONFIGURATION, 'issuer = "Example University"\n' + text)


def sshd(line):
    return changed(SSHD_CONFIG, line + "\n" + SETTINGS)  # the first value that sshd reads counts


def match(block):
    return changed(SSHD_CONFIG, SETTINGS + block)


@contextlib.contextmanager
def gateway(settings_mode=0o644, program="file", settings='path = "/var/lib/mfa/gateways/messages"\n', more="", channel="sms"):
    os.makedirs("/etc/mfa/gateways", exist_ok=True)
    configured = GATEWAY.replace('["NZ"]\n', f'["NZ"]\n{more}').replace('"file"', f'"{program}"').replace('"sms"', f'"{channel}"')
    with extra("/etc/mfa/gateways/out.toml", settings), rules(configured + RULES):
        os.chmod("/etc/mfa/gateways/out.toml", settings_mode)
        yield


@contextlib.contextmanager
def carrier(program):
    """A gateway's program that somebody else could change."""
    with extra(program, "#!/bin/sh\n"), gateway(0o600, program):
        os.chmod(program, 0o755)
        os.chown(program, 2001, 2001)
        shutil.chown("/etc/mfa/gateways/out.toml", "mfa")
        yield


@contextlib.contextmanager
def units(missing):
    """Where systemd runs, and all units but this one start with the computer."""
    there = os.path.exists("/usr/bin/systemctl")
    with moved("/usr/bin/systemctl") if there else contextlib.nullcontext(), \
            extra("/usr/bin/systemctl", f'#!/bin/sh\n[ "$1" = is-enabled ] && [ "$2" != {missing} ]\n'):
        os.chmod("/usr/bin/systemctl", 0o755)
        os.makedirs("/run/systemd/system")
        try:
            yield
        finally:
            os.rmdir("/run/systemd/system")


def broken():
    """(what is wrong, the fault, what its mend says)"""
    last = RULES.replace('[[rule]]\nname = "everyone else"\nmfa = "optional"\n', "")
    first = RULES[RULES.index('[[rule]]\nname = "students"'):]
    yield stack("auth sufficient pam_unix.so nodelay\n", REPORT, CODE, SSH_ACCOUNT), "pam-skipped", \
        f"Write {SSH}:1 as: auth [success=1 default=ignore] pam_unix.so nodelay"
    yield stack(PASSWORD.replace("=1", "=2"), REPORT, CODE, SSH_ACCOUNT), "pam-nobody", \
        f"Write {SSH}:1 as: auth [success=1 default=ignore] pam_unix.so nodelay"
    yield stack("auth requisite pam_unix.so nodelay\n", CODE, SSH_ACCOUNT), "pam-authfail", \
        f"In {SSH} write instead of line 1:\n{PASSWORD}{REPORT}".rstrip()
    yield stack(PASSWORD, CODE, SSH_ACCOUNT), "pam-nobody", f"Add behind {SSH}:1: {REPORT}".rstrip()
    yield stack(PASSWORD, CODE, REPORT, SSH_ACCOUNT), "pam-nobody", f"In {SSH} write instead of lines 2 to 3:\n{REPORT}{CODE}".rstrip()
    yield stack(PASSWORD, REPORT, CODE.replace("required", "optional"), SSH_ACCOUNT), "pam-control", \
        f"Write {SSH}:3 as: auth required pam_mfa.so"
    yield stack(PASSWORD, REPORT, "auth required pam_mfaa.so\n", CODE, SSH_ACCOUNT), "pam-module", f"Write # in front of {SSH}:3"
    yield stack(CODE, "@include common-auth\n", SSH_ACCOUNT), "pam-order", f"In {SSH} write instead of lines 1 to 2:\n"
    yield stack(PASSWORD, REPORT, CODE.replace("required", "optional"), "auth required pam_permit.so\n", SSH_ACCOUNT), \
        "pam-control", f"Write {SSH}:3 as: auth required pam_mfa.so"
    yield stack(CODE, PASSWORD, REPORT, "auth required pam_permit.so\n", SSH_ACCOUNT), "pam-order", \
        f"In {SSH} write instead of lines 1 to 3:\n{PASSWORD}{REPORT}{CODE}".rstrip()
    yield changed("/etc/pam.d/sudo", PASSWORD + REPORT + CODE + SSH_ACCOUNT), "pam-account", "Remove /etc/pam.d/sudo:4"
    yield changed("/etc/pam.d/mfa-enroll", "@include sudo\n"), "pam-recursion", "auth required pam_unix.so nodelay"
    yield stack(PASSWORD, REPORT, CODE.replace("pam_mfa.so", "pam_mfa.so nullok"), SSH_ACCOUNT), "pam-arguments", \
        f"Write {SSH}:3 as: auth required pam_mfa.so"
    yield sshd("PasswordAuthentication yes\nAuthenticationMethods any"), "sshd-password", "PasswordAuthentication no"
    yield sshd("LoginGraceTime 120"), "sshd-grace-time", "LoginGraceTime 600"
    yield changed(SSHD_CONFIG, SETTINGS.replace("300:30:400", "10:30:100")), "sshd-startups", "MaxStartups 100:30:300"
    yield rules(last), "rules-catch-all", 'name = "everyone else"'
    yield rules(first), "rules-root", 'user = ["root"]'
    yield rules(RULES.replace("students", "studnets")), "rules-groups", '"students" instead of "studnets"'
    yield rules(RULES.replace("mfa =", "mfas =")), "configuration", "mfad --check-config"
    yield mode(CONFIGURATION, 0o666), "configuration", f"chmod go-w {CONFIGURATION}"
    yield rules('[access]\nhelpdesk_groups = ["nohelp"]\n' + RULES), "access-groups", "groupadd nohelp"
    yield stack("auth required pam_unix.so nodelay\n", CODE, SSH_ACCOUNT), "pam-wrong-password", \
        f"In {SSH} write instead of line 1:\n{PASSWORD}{REPORT}".rstrip()
    yield stack(PASSWORD, REPORT, "auth required pam_permit.so\n", SSH_ACCOUNT), "pam-skipped", "auth required pam_mfa.so"
    yield stack(PASSWORD, REPORT, CODE, "account sufficient pam_unix.so\naccount required pam_mfa.so\n"), "pam-skipped", \
        f"In {SSH} write instead of lines 4 to 5:\naccount required pam_mfa.so\naccount sufficient pam_unix.so"
    yield sshd("UsePAM no"), "sshd-use-pam", "UsePAM yes"
    yield sshd("KbdInteractiveAuthentication no\nAuthenticationMethods any"), "sshd-keyboard-interactive", \
        "KbdInteractiveAuthentication yes"
    yield sshd("KbdInteractiveAuthentication no"), "sshd-keyboard-interactive", \
        f"Write {SSHD_CONFIG}:1 as: KbdInteractiveAuthentication yes"  # does not start with such methods
    yield sshd("NoSuchKeyword yes"), "sshd-unknown", "Bad configuration option: NoSuchKeyword"
    yield match("Match Group students\n  PasswordAuthentication yes\n  AuthenticationMethods password\n"), "sshd-match", \
        f"Write {SSHD_CONFIG}:{LAST + 3} as: AuthenticationMethods keyboard-interactive"
    yield match("Match Address 192.0.2.0/24 User bob\nKbdInteractiveAuthentication no\n"), "sshd-match", \
        f"Write {SSHD_CONFIG}:{LAST + 2} as: KbdInteractiveAuthentication yes"
    yield match("Match User bob\nUsePAM no\n"), "sshd-match", f"Remove {SSHD_CONFIG}:{LAST + 2}"
    yield rules(RULES.replace('trust = "30d"', 'factors = ["totp", "key"]')), "sshd-touch", "PubkeyAuthOptions touch-required"
    yield rules(TEXTS), "rules-gateways", 'channel = ["sms"]'
    yield carrier("/opt/carry"), "gateway-program", "chown root:root /opt/carry"
    yield units("mfad-user.socket"), "units", "systemctl enable --now mfad-user.socket"
    yield gateway(0o600), "gateway-settings", "chown mfa /etc/mfa/gateways/out.toml && chmod 0600"
    yield gateway(settings='url = "https://sms.example.org"\npassword_file = "/etc/mfa/gateways/none"\n', program="http"), \
        "gateway-settings", 'admin send-test --gateway "out"'
    yield gateway(program="htttp"), "gateway-program", "http, sip, gammu, smstools, file"
    yield gateway(program="smstools", settings='outgoing = "/var/lib/mfa/gateways"\n', channel="call"), "gateway-channel", \
        'Take "call" out of channel'
    yield gateway(more='calls = "press"\n', channel="call"), "phone-press", "press = true"
    yield mode(STORE, 0o644), "file-mode", f"chmod 0600 {STORE}"
    yield mode("/var/lib/mfa", 0o755), "file-mode", "chmod 0700 /var/lib/mfa"
    yield moved("/var/lib/mfa/key"), "file-missing", "COPY-OF-THE-KEY /var/lib/mfa/key"
    yield moved(LOGIN_SOCKET), "service", "mfad --foreground"


def put(path, first, last, added):
    """In the place of these lines; none if `last` is before `first`."""
    lines = open(path).read().splitlines()
    lines[first - 1:last] = added
    write(path, "\n".join(lines) + "\n")


def settled(campus, mend):
    """Does what a mend says, where it says it in so many words."""
    mend = re.sub(r"\s+then: .*$", "", mend)
    if found := re.fullmatch(r"Write (\S+):(\d+) as: (.+)", mend):
        put(found[1], int(found[2]), int(found[2]), [found[3]])
    elif found := re.fullmatch(r"Write # in front of (\S+):(\d+)", mend):
        put(found[1], int(found[2]), int(found[2]), ["#"])
    elif found := re.fullmatch(r"Add behind (\S+):(\d+)(?: \(.*\))?: (.+)", mend):
        put(found[1], int(found[2]) + 1, int(found[2]), [found[3]])
    elif found := re.fullmatch(r"In (\S+) write instead of lines? (\d+)(?: to (\d+))?:\n((?s:.+))", mend):
        put(found[1], int(found[2]), int(found[3] or found[2]), found[4].splitlines())
    elif found := re.match(r"Remove (\S+):(\d+)", mend):
        put(found[1], int(found[2]), int(found[2]), [])
    elif found := re.fullmatch(r"Add to the (end|top) of ([^\s:]+):\s((?s:.+))", mend):
        before = open(found[2]).read()
        write(found[2], before + found[3] + "\n" if found[1] == "end" else found[3] + "\n" + before)
    elif found := re.fullmatch(r"Write into (\S+), a new file:\n((?s:.+))", mend):
        os.makedirs(os.path.dirname(found[1]), exist_ok=True)
        write(found[1], found[2] + "\n")
        campus.check_made.append(found[1])
    elif mend.startswith(("ch", "groupadd")):
        campus.run(["sh", "-c", mend])
    else:
        return False
    return True


@both_ways
def test_what_is_set_up_right_is_called_right(campus):
    set_up(campus)
    if not campus.resident:
        fault = fault_of(campus)
        assert fault["name"] == "service" and "mfad --foreground" in fault["mend"], fault
        return
    names = {each["name"] for each in check(campus, 0)}
    assert {"configuration", "rules", "files", "pam", "sshd", "service", "clock", "store", "people"} <= names, names
    done = campus.enroll("admin", "check", "--except", "clock")
    assert "pam: asked after the password in: sshd, sudo" in done.stdout and "✗" not in done.stdout


def test_each_thing_that_is_broken_is_named_with_its_mend(campus):
    set_up(campus)
    mended = []
    campus.check_made = []
    for way, name, mend in broken():
        with way:
            done = campus.run(CHECK)
            faults = [each for each in json.loads(done.stdout)["checks"] if not each["ok"]]
            found = {each["name"]: each["mend"] for each in faults}
            assert done.returncode == 1, (name, mend)
            assert set(found) == {name}, (name, found)
            assert mend in faults[0]["mend"] or mend in faults[0]["detail"], (name, faults)
            if settled(campus, found[name]):
                mended.append(name)
                check(campus, 0)
        while campus.check_made:
            os.unlink(campus.check_made.pop())
    assert len(mended) > 20, mended
    check(campus, 0)


def fault_of(campus):
    found = [each for each in check(campus, 1) if not each["ok"]]
    assert len(found) == 1, found
    return found[0]


@contextlib.contextmanager
def altered_store(campus, *statements):
    """While nobody serves; afterwards it is as it was."""
    campus.stop_mfad()
    before = {path: open(path, "rb").read() for path in (STORE, STORE + "-wal") if os.path.exists(path)}
    store = sqlite3.connect(STORE)
    for statement in statements:
        store.execute(statement)
    store.commit()
    store.close()
    for path in (STORE, STORE + "-wal"):
        if os.path.exists(path):
            shutil.chown(path, "mfa", "mfa")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(STORE + "-shm")
    campus.start_mfad()
    yield
    campus.stop_mfad()
    for path, content in before.items():
        with open(path, "wb") as file:
            file.write(content)
    campus.start_mfad()


def test_a_store_that_is_not_as_it_was_written_is_named(campus):
    set_up(campus)
    with altered_store(campus, "UPDATE event SET user = 'mallory' WHERE seq = 2"):
        fault = fault_of(campus)
        assert fault["name"] == "trail" and "event 2 " in fault["detail"], fault
    with altered_store(campus, "PRAGMA ignore_check_constraints = ON", "UPDATE person SET failures = -1"):
        fault = fault_of(campus)
        assert fault["name"] == "store" and "damaged" in fault["detail"] and "admin restore" in fault["mend"], fault
    with altered_store(campus, "PRAGMA user_version = 99"):
        fault = fault_of(campus)
        assert fault["name"] == "store" and "newer release" in fault["detail"], fault
    check(campus, 0)


def test_people_who_need_a_second_factor_and_have_none_are_named(campus):
    set_up(campus)
    for number in range(7):
        campus.person(f"s{number}")
        campus.run(["usermod", "-aG", "students", f"s{number}"])
    fault = fault_of(campus)
    assert fault["name"] == "people-without-factor" and "mfa-enroll" in fault["mend"], fault
    assert re.search(r"^7 of the \d+ accounts that this computer lists need .*: s0, s1, s2, s3, s4 and 2 more$",
                     fault["detail"]), fault
    for how, mend in (("code", "admin provision --codes --users FILE"), ("refuse", "admin provision s0 totp")):
        campus.configure(RULES.replace('"require"', f'"require"\nenrol = "{how}"'))
        fault = fault_of(campus)
        assert fault["name"] == "people-locked-out" and mend in fault["mend"], fault
    campus.configure(RULES.replace('"require"', '"require"\nsince = 2100-01-01'))
    check(campus, 0)


def test_a_fault_shows_for_people_and_in_the_exit_status(campus):
    set_up(campus)
    os.chmod(STORE, 0o644)
    done = campus.enroll("admin", "check", "--except", "clock", status=1)
    assert f"chmod 0600 {STORE}" in done.stdout.splitlines()[-1]
    assert "mfa-enroll: error: One thing is not right." in done.stderr and "mfa-enroll: hint: " in done.stderr
    campus.enroll("admin", "check", "--except", "clock", "--except", "file-mode")
    os.chmod(STORE, 0o600)


def test_check_is_roots(campus):
    done = campus.enroll("admin", "check", person=campus.person("alice"), status=1)
    assert "mfa-enroll: error: Only root" in done.stderr and "mfa-enroll: hint: sudo" in done.stderr
