"""The package's units in a Debian that systemd itself runs: their sockets, their sandboxes, what happens when they end."""
import os
import signal
import subprocess

from conversation import Conversation
from waiting import until

UNITS = ("mfad-login.socket", "mfad-user.socket", "mfad-monitor.socket", "mfad.service")


def set_up(debian, package=None):
    debian.start_systemd()
    people = debian.set_up(package)
    debian.run("systemctl", "reset-failed")
    return people


def makes_new_codes(debian, person):
    """With password and code: the engine asks its monitor for the one, and the store for the other."""
    talk = Conversation(debian.command("mfa-enroll", "codes", person=person))
    talk.reads(f"Password for {person.name}: ")
    talk.answers(person.password)
    talk.reads("Verification code: ")
    talk.answers(person.fresh_code())
    talk.reads("Press Enter")
    talk.answers("")
    return talk.end() == 0


def kill(debian, unit):
    """As the kernel does when memory is short. Gives the number that the process had."""
    number = debian.main_process(unit)
    assert number > 0, unit
    debian.run("systemctl", "kill", "--signal=KILL", unit)
    until(lambda: debian.main_process(unit) not in (0, number), f"{unit} is started again")
    return number


def test_installing_starts_what_waits_and_nobody_is_asked(debian):
    debian.start_systemd()
    alice = debian.add_person("alice")
    debian.install()
    for unit in UNITS:
        assert debian.state_of(unit) == "active", unit
        assert debian.run("systemctl", "is-enabled", unit).stdout.strip() == "enabled", unit
    assert debian.state_of("mfad-monitor.service") == "inactive", "until somebody asks for a password"
    assert debian.run("systemctl", "--failed", "--quiet").stdout == ""
    assert debian.logs_in_without_code(alice)


def test_a_login_and_a_password_through_both_sandboxes(debian):
    alice, bob = set_up(debian)
    assert debian.logs_in_with_code(alice) and debian.logs_in_without_code(bob) and debian.is_refused(alice)
    assert makes_new_codes(debian, alice)
    assert debian.state_of("mfad-monitor.service") == "active"
    journal = debian.run("journalctl", "--no-pager", "--unit=mfad.service").stdout
    assert journal.count("event=login.passed user=alice") == 1, "the resident engine, not a session of its own"
    for line in ("event=login.failed user=alice", "event=step_up.passed user=alice", "event=recovery.made user=alice"):
        assert line in journal, journal
    # Sealed off from the system that it serves.
    engine = f"/proc/{debian.main_process('mfad.service')}"
    status = debian.run("cat", f"{engine}/status").stdout
    for line in ("NoNewPrivs:\t1", "CapBnd:\t0000000000000000", "Seccomp:\t2"):
        assert line in status, status
    assert f"Uid:\t{debian.run('id', '-u', 'mfa').stdout.strip()}\t" in status


def test_what_is_killed_is_started_again(debian):
    alice, _ = set_up(debian)
    assert makes_new_codes(debian, alice)
    for _ in range(7):  # more often than systemd's own limit allows
        kill(debian, "mfad.service")
    kill(debian, "mfad-monitor.service")
    carol = debian.add_person("carol", enrolled=True)
    assert debian.logs_in_with_code(carol)
    assert makes_new_codes(debian, carol)


def test_while_the_engine_is_stopped_a_login_starts_it(debian):
    alice, _ = set_up(debian)
    debian.run("systemctl", "stop", "mfad.service")
    assert debian.state_of("mfad-login.socket") == "active"
    assert debian.logs_in_with_code(alice)
    assert debian.state_of("mfad.service") == "active"


def test_upgrade_in_mid_dialogue(debian):
    alice, bob = set_up(debian, debian.previous())
    carol = debian.add_person("carol", enrolled=True)
    old = debian.main_process("mfad.service")
    talk = debian.at_the_prompt(alice)
    upgrading = debian.begin(*debian.installation())
    until(lambda: debian.state_of("mfad.service") == "deactivating" or upgrading.poll() is not None, "it makes room")
    # It waits for the dialogue; whoever comes meanwhile gets in, each in a session of their own.
    assert upgrading.poll() is None
    assert debian.logs_in_with_code(carol) and debian.logs_in_without_code(bob)
    assert upgrading.poll() is None
    assert debian.answers_right(talk, alice)
    assert upgrading.wait() == 0
    assert "~1" not in debian.installed_version()
    assert debian.main_process("mfad.service") not in (0, old)
    assert debian.logs_in_with_code(carol)
    assert debian.state_of("mfad.service") == "active"


def test_removal_in_mid_dialogue(debian):
    before = debian.pam_files()
    alice, bob = set_up(debian)
    talk = debian.at_the_prompt(alice)
    removing = debian.begin("apt-get", "remove", "-q", "-y", "libpam-mfa")
    until(lambda: debian.state_of("mfad.service") == "deactivating" or removing.poll() is not None, "it makes room")
    assert debian.logs_in_without_code(bob)
    assert debian.answers_right(talk, alice)
    assert removing.wait() == 0
    assert debian.installed_version() is None and debian.pam_files() == before
    for unit in UNITS:
        assert debian.state_of(unit) == "inactive", unit
    assert debian.run("systemctl", "--failed", "--quiet").stdout == ""
    assert debian.logs_in_without_code(alice)
