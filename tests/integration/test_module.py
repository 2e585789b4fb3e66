"""pam_mfa.so: its arguments, its return codes."""
import os
import signal

from campus import LOGIN_SOCKET
from marks import both_ways

CODE = "Verification code: "
AUTH_ERR, PERM_DENIED, UNAVAIL, MAXTRIES, CONV_ERR = "7", "6", "9", "11", "19"


def result(campus, user, *answers, service="code"):
    return campus.at_the_same_instant(service, [(user, *answers)])[0]


@both_ways
def test_what_it_returns(campus):
    campus.configure('[lockout]\nfirst = "1h"\n[[rule]]\nname = "no"\nuser = ["eve"]\nmfa = "deny"\n'
                     '[[rule]]\nname = "robots"\nuser = ["robot"]\nmfa = "skip"\n'
                     '[[rule]]\nname = "everyone"\nmfa = "require"\n')
    alice, bob = campus.student("alice"), campus.person("bob")
    campus.student("eve")
    campus.person("robot")
    wrong = alice.wrong_code()
    assert result(campus, "alice", alice.fresh_code()) == "0"
    assert result(campus, "robot", "no question") == "0"
    assert result(campus, "alice", wrong) == AUTH_ERR
    assert result(campus, "alice", wrong, wrong, wrong) == AUTH_ERR
    assert result(campus, "alice", wrong) == MAXTRIES
    assert result(campus, "alice", alice.fresh_code()) == MAXTRIES
    assert result(campus, "eve", "123456") == PERM_DENIED
    assert result(campus, bob.name, "123456") == PERM_DENIED
    if campus.resident:
        campus.signal_engine(signal.SIGSTOP)
        assert result(campus, "alice", "123456") == UNAVAIL
        campus.signal_engine(signal.SIGCONT)


def test_an_unknown_argument_denies_and_is_logged(campus):
    campus.configure('[[rule]]\nname = "all"\nmfa = "skip"\n')
    campus.pam_service("mistaken", "auth required pam_mfa.so nullok\n")
    assert campus.pamtester("mistaken", "root").end() != 0
    campus.log.wait_for(r"pam_mfa\(mistaken:auth\).*nullok")
    campus.pam_service("mistaken", "auth required pam_mfa.so timeout=soon\n")
    assert campus.pamtester("mistaken", "root").end() != 0
    campus.pam_service("mistaken", "auth required pam_mfa.so\n")
    assert campus.pamtester("mistaken", "root").end() == 0


def test_another_socket_can_be_named(campus):
    alice = campus.student("alice")
    os.symlink(LOGIN_SOCKET, "/run/other.sock")
    campus.pam_service("by_path", "auth required pam_mfa.so socket=/run/other.sock\n")
    assert result(campus, "alice", alice.fresh_code(), service="by_path") == "0"


def test_a_failed_password_is_reported_and_stays_a_failure(campus):
    campus.pam_service("reporting", "auth [success=1 default=ignore] pam_unix.so nodelay\n"
                                    "auth [default=die] pam_mfa.so authfail\nauth required pam_mfa.so\n")
    alice = campus.student("alice")
    assert result(campus, "alice", "not the password", "000000", service="reporting") == AUTH_ERR
    assert result(campus, "alice", alice.password, alice.fresh_code(), service="reporting") == "0"


def test_a_conversation_that_cannot_be_held_denies(campus):
    """sshd with PasswordAuthentication: an echoing prompt gets PAM_CONV_ERR."""
    alice = campus.student("alice")
    campus.start_sshd(extra="PasswordAuthentication yes\nAuthenticationMethods password\n")
    command = campus.ssh_command("alice")
    command[command.index("PreferredAuthentications=keyboard-interactive")] = "PreferredAuthentications=password"
    done = campus.with_askpass(command, [alice.password])
    assert done.returncode != 0
    # And that was no guess.
    talk = campus.pamtester("code", "alice")
    talk.reads(CODE)
    talk.answers(alice.wrong_code())
    talk.reads("2 tries left")
    talk.hangs_up()


def test_a_very_long_name_is_refused(campus):
    for length in (33, 256, 4096, 100_000):
        assert result(campus, "x" * length, "123456") not in ("0", "died"), length


def test_it_does_not_stay_in_the_program(campus):
    """After pam_end nothing of it is mapped: sshd and sudo carry on without it."""
    alice = campus.student("alice")
    source = ("import ctypes, sys\n"
              "pam = ctypes.CDLL('libpam.so.0')\n"
              "class Conv(ctypes.Structure): _fields_ = [('conv', ctypes.c_void_p), ('data', ctypes.c_void_p)]\n"
              "TYPE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)\n"
              "refuse = TYPE(lambda *_: 19)\n"
              "conv, handle = Conv(ctypes.cast(refuse, ctypes.c_void_p), None), ctypes.c_void_p()\n"
              "assert pam.pam_start(b'code', sys.argv[1].encode(), ctypes.byref(conv), ctypes.byref(handle)) == 0\n"
              "result = pam.pam_authenticate(handle, 0)\n"
              "during = 'pam_mfa' in open('/proc/self/maps').read()\n"
              "pam.pam_end(handle, result)\n"
              "maps = open('/proc/self/maps').read()\n"
              "print(result, during, 'pam_mfa' in maps, 'libstdc++' in maps, len(__import__('os').listdir('/proc/self/fd')))\n")
    done = campus.run(["/usr/bin/python3", "-c", source, alice.name])
    assert done.stdout.split()[:4] == ["19", "True", "False", "False"], done.stdout + done.stderr
