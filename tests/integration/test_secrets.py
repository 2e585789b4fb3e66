"""Secrets are in no log, no argument list, no core file, no environment; the store holds none in clear."""
import os
import signal
import subprocess

from campus import STORE, USER_SOCKET, connects, holds
from conversation import Conversation
from marks import both_ways
from waiting import until

CODE = "Verification code: "


def a_whole_life(campus):
    """Enrols by hand, logs in, fails, uses a recovery code; whoever was asked anything has answered."""
    alice = campus.person("alice")
    campus.enrol_by_hand(alice)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    wrong = alice.wrong_code()
    campus.answers_given.add(wrong)
    campus.login_over_ssh(alice, wrong)
    campus.student("bob")
    return alice


@both_ways
def test_the_store_holds_none_in_clear(campus):
    if not campus.resident:
        campus.start_mfad()  # enrolling needs it; the logins then go without
    a_whole_life(campus)
    if not campus.resident:
        campus.stop_mfad()
        bob = campus.people["bob"]
        assert campus.login_over_ssh(bob, bob.fresh_code()).passed
    campus.stop_mfad()
    looked_at = 0
    for folder, _, names in os.walk(os.path.dirname(STORE)):
        for name in names:
            with open(f"{folder}/{name}", "rb") as file:
                content = file.read()
            looked_at += len(content)
            for secret in campus.secrets():
                if len(secret) > 8:  # six digits are somewhere in any number of bytes
                    assert secret not in content, f"{secret!r} is in {name}"
    assert looked_at > 10_000


def test_no_log_of_the_programs_holds_one(campus):
    campus.start_sshd()
    a_whole_life(campus)
    campus.check_nothing_secret_in(campus.log.bytes, "syslog")
    campus.check_nothing_secret_in(open("/run/sshd.log", "rb").read(), "sshd's log")
    campus.check_nothing_secret_in(open("/run/mfad.err", "rb").read(), "mfad's standard error")


def test_a_debugging_module_logs_none(campus):
    campus.pam_service("sshd", "auth requisite pam_unix.so nodelay\nauth required pam_mfa.so debug\n"
                               "account required pam_unix.so\n")
    a_whole_life(campus)
    assert campus.log.lines(r"pam_mfa\(sshd:auth\)"), "debug says something"


def test_no_program_is_started_with_one(campus):
    """Every execve of mfad, its monitor, mfa-enroll and a login, with arguments and environment."""
    campus.stop_mfad()
    trace = ["strace", "-f", "-qq", "-e", "trace=execve", "-v", "-s", "100000", "-o"]
    mfad = subprocess.Popen([*trace, "/run/mfad.trace", "/usr/sbin/mfad", "--foreground"], stdin=subprocess.DEVNULL)
    until(lambda: connects(USER_SOCKET), "mfad listens")
    alice = campus.person("alice")
    campus.enrol_by_hand(alice, wrap=lambda command: [*trace, f"{alice.home}/enroll.trace", *command])
    campus.signal_engine(signal.SIGTERM)
    mfad.wait()
    # With mfad stopped, the login starts a session of its own.
    talk = Conversation([*trace, "/run/login.trace", "pamtester", "campus", "alice", "authenticate"],
                        environment={"A_SECRET_OF_THE_CALLER": "fetch the herring"})
    talk.reads("Password: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0, talk.screen
    for path in ("/run/mfad.trace", f"{alice.home}/enroll.trace", "/run/login.trace"):
        content = open(path, "rb").read()
        assert b"execve(" in content, path
        campus.check_nothing_secret_in(content, path)
    sessions = [line for line in open("/run/login.trace") if "--session" in line]
    assert sessions
    assert not any("herring" in line for line in sessions), "a session gets nothing of its caller's environment"


@both_ways
def test_no_core_file_is_written(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    engine = campus.engine_processes()
    assert engine
    for pid in engine:
        with open(f"/proc/{pid}/limits") as limits:
            cores = next(line for line in limits if line.startswith("Max core file size"))
        assert cores.split()[4:6] == ["0", "0"], cores
        # Not dumpable: the kernel gives its /proc entries to root, whoever's process it is.
        assert os.stat(f"/proc/{pid}/environ").st_uid == 0
        with open(f"/proc/{pid}/environ", "rb") as environment:
            campus.check_nothing_secret_in(environment.read(), "an environment")
    talk.hangs_up()


def test_the_key_of_the_store_is_its_users_alone(campus):
    campus.student("alice")
    keys = [name for name in os.listdir("/var/lib/mfa") if "key" in name]
    assert keys
    for name in keys:
        assert os.stat(f"/var/lib/mfa/{name}").st_mode & 0o777 == 0o400
    assert os.stat("/var/lib/mfa").st_mode & 0o777 == 0o700
    assert os.stat(STORE).st_mode & 0o777 == 0o600


def test_the_search_itself_finds_what_is_there(campus):
    alice = campus.student("alice")
    for secret in (alice.secret, alice.secret.lower(), alice.password, alice.fresh_code()):
        content = f"line one\nsomething={secret} more".encode()
        assert any(holds(content, known) for known in campus.secrets()), secret
