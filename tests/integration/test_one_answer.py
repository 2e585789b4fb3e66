"""Programs that ask once: screen lockers, and servers of mail and files, with the stack of pam_mfa(8)."""
import signal

from campus import LAPTOP, PHONE
from marks import both_ways
from test_stacks import blocks
from test_trust import TRUSTING, trusting

PROMPT = "prompt Password and code: "
REST = "account required pam_permit.so\n"
SUCCESS, PERM_DENIED, AUTH_ERR, CRED_INSUFFICIENT, UNAVAIL, MAXTRIES = "0", "6", "7", "8", "9", "11"
RULES = '[[rule]]\nname = "robots"\nuser = ["robot*"]\nmfa = "skip"\n[[rule]]\nname = "everyone"\nmfa = "optional"\n'


def stack():
    [lines] = blocks("Programs that ask once")
    return lines.replace("pam_unix.so", "pam_unix.so nodelay") + REST


def open_services(campus):
    for service in ("i3lock", "vsftpd"):
        campus.pam_service(service, stack())


def once(campus, service, person, answer, rhost=None, unprivileged=False):
    """The PAM result, and what was shown."""
    campus.answers_given.add(answer)
    command = [f"{campus.build}/tests/integration/asks_once", service, person.name, *([rhost] if rhost else [])]
    done = campus.run(command, person if unprivileged else None, input=answer + "\n")
    *shown, last = done.stdout.splitlines()
    assert shown[0] == PROMPT and not any(line.startswith("prompt") for line in shown[1:]), shown
    return last.removeprefix("result "), "\n".join(shown[1:])


def at_the_locker(campus, person, answer):
    return once(campus, "i3lock", person, answer, unprivileged=True)


def at_the_server(campus, person, answer, rhost=LAPTOP):
    return once(campus, "vsftpd", person, answer, rhost)


def test_a_locker_opens_with_password_and_code(campus):
    open_services(campus)
    alice, bob = campus.student("alice"), campus.person("bob")
    campus.configure(RULES)
    code = alice.fresh_code()
    assert at_the_locker(campus, alice, alice.password + code)[0] == SUCCESS
    result, shown = at_the_locker(campus, alice, alice.password + code)
    assert result == AUTH_ERR and "already used" in shown
    assert at_the_locker(campus, alice, f"{alice.password},{alice.fresh_code()}")[0] == SUCCESS
    result, shown = at_the_locker(campus, alice, alice.password + alice.wrong_code())
    assert result == AUTH_ERR and "That code is not right. 4 tries left" in shown
    result, shown = at_the_locker(campus, alice, alice.password)
    assert result == AUTH_ERR and "No code came with the password." in shown
    assert at_the_locker(campus, alice, "not the password123456") == (AUTH_ERR, "")
    # Who has no factor types the password, at the same question.
    assert at_the_locker(campus, bob, bob.password)[0] == SUCCESS
    assert at_the_locker(campus, bob, bob.password + "123456")[0] == AUTH_ERR
    assert campus.wrong_answers(alice) == 1


@both_ways
def test_a_server_lets_in_with_password_and_code(campus):
    open_services(campus)
    campus.configure(RULES)
    alice = campus.person("alice", password="horse 2027")
    codes = campus.provision(alice)["recovery_codes"]
    assert at_the_server(campus, alice, alice.password + alice.fresh_code())[0] == SUCCESS
    campus.log.wait_for(r"event=login\.passed.* user=alice .*service=vsftpd")
    result, shown = at_the_server(campus, alice, f"{alice.password},{codes[0]}")
    assert result == SUCCESS and "You have 9 recovery codes left." in shown
    assert at_the_server(campus, alice, alice.password + codes[1])[0] == SUCCESS
    assert at_the_server(campus, alice, alice.password + codes[1])[0] == AUTH_ERR
    assert at_the_server(campus, alice, alice.fresh_code())[0] == AUTH_ERR, "the code alone"
    assert at_the_server(campus, alice, alice.password)[0] == AUTH_ERR, "the password alone"
    campus.log.wait_for(r"event=login\.failed.* user=alice .*reason=no_code")


@both_ways
def test_a_password_may_end_in_digits(campus):
    open_services(campus)
    campus.configure(RULES)
    alice = campus.person("alice", password="123456")
    bob, robot = campus.person("bob", password="bob654321"), campus.person("robot", password="r2d2 000000")
    assert at_the_server(campus, alice, alice.password)[0] == SUCCESS, "no factor yet"
    campus.provision(alice)
    campus.provision(robot)
    assert at_the_server(campus, alice, alice.password + alice.fresh_code())[0] == SUCCESS
    assert at_the_server(campus, bob, bob.password)[0] == SUCCESS
    assert at_the_server(campus, robot, robot.password)[0] == SUCCESS, "a rule skips"
    campus.log.wait_for(r"event=login\.skipped.* user=robot .*service=vsftpd")


@both_ways
def test_from_a_trusted_device_the_password_will_do(campus):
    open_services(campus)
    alice = trusting(campus, TRUSTING)
    assert campus.login_over_ssh(alice, alice.fresh_code() + " y").passed
    assert at_the_server(campus, alice, alice.password)[0] == SUCCESS
    campus.log.wait_for(r"event=login\.trusted.* user=alice .*service=vsftpd")
    assert at_the_server(campus, alice, alice.password, rhost=PHONE)[0] == AUTH_ERR, "from elsewhere it takes a code"
    assert at_the_server(campus, alice, alice.password + alice.fresh_code(), rhost=PHONE)[0] == SUCCESS


def test_guesses_count_and_lock(campus):
    open_services(campus)
    alice = campus.student("alice")
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        result, shown = at_the_server(campus, alice, alice.password + alice.wrong_code())
        assert result == AUTH_ERR and f"{left} left, then you have to wait." in shown
    for code in (alice.wrong_code(), alice.fresh_code()):
        result, shown = at_the_server(campus, alice, alice.password + code)
        assert result == MAXTRIES and "Too many wrong codes. Try again in " in shown
    # Wrong passwords are no guesses at codes, and tell nothing.
    assert at_the_server(campus, alice, "not the password" + alice.fresh_code()) == (AUTH_ERR, "")


def test_who_must_enrol_is_told_where(campus):
    open_services(campus)
    bob = campus.person("bob")
    result, shown = at_the_server(campus, bob, bob.password)
    assert result == PERM_DENIED and "Set up a second factor first: log in to lab-gw over SSH" in shown


def test_a_stack_without_the_last_line_as_other_modules_have_it_lets_nobody_in(campus):
    alice, bob = campus.student("alice"), campus.person("bob")
    campus.configure(RULES)
    campus.pam_service("copied", "auth required pam_mfa.so forward_pass\nauth required pam_unix.so use_first_pass nodelay\n"
                        + REST)
    campus.pam_service("alone", "auth [cred_insufficient=ignore default=die] pam_mfa.so forward_pass\n" + REST)
    assert once(campus, "copied", alice, alice.password + alice.fresh_code())[0] == CRED_INSUFFICIENT
    assert once(campus, "copied", bob, bob.password)[0] == CRED_INSUFFICIENT
    assert once(campus, "alone", alice, alice.password + alice.fresh_code())[0] == PERM_DENIED
    assert once(campus, "alone", bob, bob.password)[0] == PERM_DENIED


def test_without_the_service_a_locker_stays_shut_and_says_why(campus):
    open_services(campus)
    alice = campus.student("alice")
    campus.stop_mfad()
    result, shown = at_the_locker(campus, alice, alice.password + alice.fresh_code())
    assert result == UNAVAIL and "cannot be used right now" in shown


def test_a_service_that_hangs_lets_in_whom_a_rule_skips(campus):
    open_services(campus)
    campus.configure(RULES)
    robot = campus.person("robot")
    campus.signal_engine(signal.SIGSTOP)
    assert at_the_server(campus, robot, robot.password)[0] == SUCCESS
    campus.signal_engine(signal.SIGCONT)


def test_a_changed_password_is_reported_as_done(campus):
    campus.pam_service("chpasswd", "password required pam_unix.so\npassword optional pam_mfa.so\n")
    campus.student("alice")
    assert campus.run(["chpasswd"], input="alice:Another secret of alice\n").returncode == 0
    campus.log.wait_for(r"pam_mfa\(chpasswd:chauthtok\).*verdict=done user=alice .*reason=password_changed")
