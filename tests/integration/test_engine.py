"""mfad stopped, killed, hung; told to read its configuration again; asked to end."""
import os
import pwd
import signal
import time

from campus import LOGIN_SOCKET, USER_SOCKET, connects
from conversation import Conversation
from marks import both_ways
from waiting import until

CODE = "Verification code: "
SKIP_FOR_ROOT = ('[[rule]]\nname = "root"\nuser = ["root"]\nmfa = "skip"\n'
                 '[[rule]]\nname = "everyone"\nmfa = "require"\n')


def test_with_mfad_stopped_a_login_still_works(campus):
    alice = campus.student("alice")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    campus.stop_mfad()
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    until(lambda: not campus.engine_processes(), "the session of its own has ended")


def test_a_code_used_with_mfad_is_used_up_without_it_and_the_other_way_round(campus):
    alice = campus.student("alice")
    first, second = alice.fresh_code(), alice.fresh_code()
    assert campus.login_over_ssh(alice, first).passed
    campus.stop_mfad()
    assert campus.login_over_ssh(alice, first).refused
    assert campus.login_over_ssh(alice, second).passed
    campus.start_mfad()
    assert campus.login_over_ssh(alice, second).refused


@both_ways
def test_killed_in_mid_dialogue_the_login_fails_and_the_next_works(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    campus.signal_engine(signal.SIGKILL)
    talk.answers(alice.fresh_code())
    assert talk.end() != 0
    assert "I am alice" not in talk.screen
    campus.forget_mfad()
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed  # nobody listens: a session of its own
    if campus.resident:
        campus.start_mfad()
        bob = campus.student("bob")
        assert campus.login_over_ssh(bob, bob.fresh_code()).passed


def test_a_hung_mfad_denies_within_its_three_seconds(campus):
    alice = campus.student("alice")
    campus.signal_engine(signal.SIGSTOP)
    begin = time.monotonic()
    talk = campus.pamtester("code", "alice")
    assert talk.reads_one_of(CODE) is None
    assert talk.end() != 0
    took = time.monotonic() - begin
    campus.signal_engine(signal.SIGCONT)
    assert 2.5 < took, "it waits for a hello before it gives up"
    assert took < 30, f"{took} s"  # three, and room for a loaded machine; the next longer limit is 60
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_a_hung_mfad_does_not_keep_out_whom_configuration_alone_lets_in(campus):
    campus.configure(SKIP_FOR_ROOT)
    campus.signal_engine(signal.SIGSTOP)
    assert campus.pamtester("code", "root").end() == 0
    talk = campus.pamtester("code", campus.person("alice").name)
    assert talk.end() != 0
    campus.signal_engine(signal.SIGCONT)


def test_a_mfad_that_hangs_in_mid_dialogue_denies(campus):
    campus.pam_service("code", "auth required pam_mfa.so timeout=5\n")
    alice = campus.student("alice")
    talk = campus.pamtester("code", "alice")
    talk.reads(CODE)
    campus.signal_engine(signal.SIGSTOP)
    talk.answers(alice.fresh_code())
    assert talk.end() != 0
    campus.signal_engine(signal.SIGCONT)


def test_sighup_takes_up_a_new_configuration(campus):
    alice = campus.person("alice")
    assert campus.pamtester("code", "alice").end() != 0
    campus.configure('[[rule]]\nname = "all"\nmfa = "skip"\n', restart=False)
    campus.mfad.send_signal(signal.SIGHUP)
    until(lambda: campus.pamtester("code", "alice").end() == 0, "the new configuration counts")
    assert alice.uid


def test_a_bad_configuration_leaves_the_last_good_one(campus):
    campus.configure('[[rule]]\nname = "all"\nmfa = "skip"\n')
    campus.person("alice")
    campus.configure('\n[[rule]]\nname = "all"\nmfa = "denied"\n', restart=False)
    campus.mfad.send_signal(signal.SIGHUP)
    campus.log.wait_for(r"mfa\.toml:\d+")
    assert campus.pamtester("code", "alice").end() == 0


@both_ways
def test_a_start_with_a_bad_configuration_denies_and_names_the_line(campus):
    alice = campus.student("alice")
    campus.configure('[[rule]]\nname = "all"\nmfa = "skip"\nforgotten = 1\n', restart=False)
    if campus.resident:
        campus.stop_mfad()
        campus.start_mfad(may_fail=True)
    assert campus.pamtester("code", alice.name).end() != 0
    campus.log.wait_for(r"mfa\.toml:\d+")
    campus.configure('[[rule]]\nname = "all"\nmfa = "require"\n', restart=False)
    campus.forget_mfad()


@both_ways
def test_without_a_configuration_nobody_gets_in(campus):
    alice = campus.student("alice")
    os.remove("/etc/mfa/mfa.toml")
    if campus.resident:
        campus.stop_mfad()
        campus.start_mfad(may_fail=True)
    talk = campus.pamtester("code", alice.name)
    assert talk.end() != 0
    campus.forget_mfad()


def test_sigterm_lets_dialogues_end(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    campus.mfad.send_signal(signal.SIGTERM)
    until(lambda: not connects(LOGIN_SOCKET), "mfad takes no more logins")
    assert campus.mfad.poll() is None
    talk.answers(alice.fresh_code())
    talk.reads("I am alice")
    assert talk.end() == 0
    assert campus.mfad.wait() == 0
    campus.forget_mfad()


def test_a_second_mfad_does_not_disturb_the_first(campus):
    alice = campus.student("alice")
    second = campus.run(["mfad", "--foreground"])
    assert second.returncode != 0
    assert "already" in second.stderr or "already" in campus.log.text
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_it_takes_sockets_it_is_handed(campus):
    """As systemd does: systemd-socket-activate hands over both, by name."""
    campus.stop_mfad()
    os.makedirs("/run/mfa", exist_ok=True)
    activated = Conversation(["systemd-socket-activate", "--fdname=login:user", "--listen=/run/mfa/login.sock",
                              "--listen=/run/mfa/user.sock", "/usr/sbin/mfad", "--foreground"])
    until(lambda: connects(USER_SOCKET), "it listens")
    os.chmod(LOGIN_SOCKET, 0o600)
    os.chmod(USER_SOCKET, 0o666)
    alice = campus.student("alice")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    talk = campus.pamtester("code", "alice", alice)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    assert campus.engine_processes()
    os.kill(activated.pid, signal.SIGTERM)
    activated.end()


def test_the_engine_runs_as_its_own_user(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    users = {uid_of(pid) for pid in campus.engine_processes()}
    assert users == {0, uid_of_name("mfa")}, "the monitor is root's, all else is mfa's"
    talk.hangs_up()


def test_a_session_runs_as_its_own_user(campus):
    alice = campus.student("alice")
    campus.stop_mfad()
    talk = campus.ssh(alice)
    talk.reads(CODE)
    assert uid_of_name("mfa") in {uid_of(pid) for pid in campus.engine_processes()}
    talk.answers(alice.fresh_code())
    talk.end()


def uid_of(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith("Uid:")).split()[1])


def uid_of_name(name):
    return pwd.getpwnam(name).pw_uid
