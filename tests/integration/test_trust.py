"""A trusted device is not asked again: earned, used and ended over a real sshd, with the stacks that the manual gives."""
import re

import frames
from campus import CODE_ALONE, LAPTOP, LOGIN_SOCKET, MODULE, PHONE, USER_SOCKET
from conversation import Conversation
from marks import both_ways
from people import hashed
from ssh_keys import give_key, with_key

CODE = "Verification code: "
QUESTION = "Remember this device for 30 days? [y/N]: "
TRUSTING = """
[[rule]]
name = "everyone"
mfa = "require"
trust = "30d"
"""
# As pam_mfa(8) gives it for Debian: a wrong password is reported, and ends the attempt.
REPORTING = f"""
auth     [success=1 default=ignore]  pam_unix.so nodelay
auth     [default=die]               {MODULE} authfail
auth     required                    {MODULE}
account  required                    pam_unix.so
session  required                    pam_permit.so
"""
KEY_OR_NOTHING = "AuthenticationMethods publickey\n"
KEY_AND_CODE = "AuthenticationMethods publickey,keyboard-interactive\n"


def trusting(campus, rules=TRUSTING, name="alice"):
    campus.configure("[totp]\nwindow = 10\n" + rules)  # so that codes can be made faster than time passes
    return campus.student(name)


def ssh_from(campus, person, address, *command):
    line = campus.ssh_command(person.name, *command)
    return [word.replace(f"BindAddress={LAPTOP}", f"BindAddress={address}") for word in line]


def log_in(campus, person, address=LAPTOP, remember=None):
    """The whole of a login by password. Gives what was shown; `asked`: whether a code was. Each is explained beforehand."""
    explained = campus.enroll_json("admin", "explain", person.name, "--service", "sshd", "--from", address)
    talk = Conversation(ssh_from(campus, person, address))
    talk.reads("Password: ")
    talk.answers(person.password)
    asked = talk.reads_one_of(CODE, "I am ") == CODE
    if asked:
        talk.answers(person.fresh_code() + (f" {remember}" if remember else " n"))
        talk.reads("I am ")
    talk.reads(person.name)
    assert talk.end() == 0, talk.screen
    assert explained["decision"] == ("require" if asked else "skip"), explained
    talk.asked = asked
    return talk


def test_after_a_code_and_a_yes_the_next_login_from_there_asks_nothing(campus):
    alice = trusting(campus)
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads(QUESTION)
    talk.answers("y")
    talk.reads("I am alice")
    assert talk.end() == 0
    assert not log_in(campus, alice).asked
    campus.log.wait_for(r"event=trust\.granted.* user=alice .*factor=device-1")
    campus.log.wait_for(r"event=login\.trusted.* user=alice .*factor=device-1")


@both_ways
def test_a_yes_behind_the_code_is_enough(campus):
    alice = trusting(campus)
    assert log_in(campus, alice, remember="y").asked
    assert not log_in(campus, alice).asked


def test_no_is_the_answer_that_nothing_means(campus):
    alice = trusting(campus)
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads(QUESTION)
    talk.answers("")
    talk.reads("I am alice")
    assert talk.end() == 0
    assert log_in(campus, alice).asked


def test_a_client_that_goes_away_at_the_question_has_passed(campus):
    alice = trusting(campus)
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads(QUESTION)
    talk.hangs_up()
    campus.log.wait_for(r"event=login\.passed.* user=alice ")


def test_another_address_another_person_or_another_server_is_asked(campus):
    alice = trusting(campus)
    bob = campus.student("bob")
    log_in(campus, alice, remember="y")
    assert log_in(campus, alice, address=PHONE).asked
    assert log_in(campus, bob).asked
    campus.stop_mfad()
    campus.run(["hostname", "other-gw"])
    campus.start_mfad()
    assert log_in(campus, alice).asked


def changed_password(campus, alice, change):
    log_in(campus, alice, remember="y")
    assert not log_in(campus, alice).asked
    campus.pam_service("chpasswd", "auth required pam_permit.so\naccount required pam_permit.so\n"
                                   "password required pam_unix.so sha512 rounds=1000\n")
    alice.password = "Another password of alice, secret"
    change(alice)
    talk = log_in(campus, alice)
    assert talk.asked
    assert "Your password changed, so we ask again." in talk.screen


@both_ways
def test_chpasswd_ends_trust_and_it_is_told(campus):
    alice = trusting(campus)
    changed_password(campus, alice, lambda alice: campus.run(["chpasswd"], input=f"alice:{alice.password}\n"))


def test_usermod_ends_trust_and_it_is_told(campus):
    alice = trusting(campus)
    changed_password(campus, alice, lambda alice: campus.run(["usermod", "-p", hashed(alice.password, "another"), "alice"]))


def test_passwd_ends_trust_and_it_is_told(campus):
    alice = trusting(campus)

    def passwd(alice):
        talk = Conversation(["passwd", "alice"])
        for prompt in ("New password: ", "Retype new password: "):
            talk.reads(prompt)
            talk.answers(alice.password)
        assert talk.end() == 0, talk.screen
    campus.pam_service("passwd", "auth required pam_permit.so\naccount required pam_permit.so\n"
                                 "password required pam_unix.so sha512 rounds=1000\n")
    changed_password(campus, alice, passwd)


def test_the_password_hook_ends_trust_by_itself(campus):
    """As for people of a directory, whose version this host does not see."""
    alice = trusting(campus)
    log_in(campus, alice, remember="y")
    campus.pam_service("passwd", f"auth required pam_permit.so\naccount required pam_permit.so\n"
                                 f"password required pam_permit.so\npassword optional {MODULE}\n")
    talk = Conversation(["passwd", "alice"])
    assert talk.end() == 0, talk.screen
    campus.log.wait_for(r"event=password\.changed.* user=alice")
    talk = log_in(campus, alice)
    assert talk.asked and "Your password changed, so we ask again." in talk.screen


def test_root_may_report_a_password_changed_elsewhere(campus):
    alice = trusting(campus)
    log_in(campus, alice, remember="y")
    campus.enroll("admin", "password-changed", "alice")
    assert log_in(campus, alice).asked


@both_ways
def test_five_wrong_passwords_from_a_device_end_its_trust_and_no_other(campus):
    campus.pam_service("sshd", REPORTING)
    alice = trusting(campus)
    log_in(campus, alice, remember="y")
    log_in(campus, alice, address=PHONE, remember="y")
    line = ssh_from(campus, alice, LAPTOP)
    for _ in range(5):
        assert campus.with_askpass(line, ["not the password"]).returncode != 0
    assert not log_in(campus, alice, address=PHONE).asked
    talk = log_in(campus, alice)
    assert talk.asked and "Wrong passwords or codes came from this device" in talk.screen


def test_wrong_passwords_without_trust_leave_no_row(campus):
    alice = trusting(campus)

    def seq_of_login(number):
        """The number in the trail of her so-manieth login."""
        assert log_in(campus, alice).asked
        lines = campus.log.wait_for(r"event=login\.passed.* user=alice .*seq=", number)
        return int(re.search(r"seq=(\d+)", lines[number - 1])[1])
    before = seq_of_login(1)
    for number in range(10_000):
        client = frames.Client(LOGIN_SOCKET)
        client.send(frames.login(b"alice", b"sshd", rhost=b"203.0.113.%d" % (number % 250 + 1),
                                 phase=frames.FAILED_PASSWORD))
        assert client.verdict() == frames.WRONG
        client.close()
    assert seq_of_login(2) == before + 1


def test_a_login_that_shows_no_place_is_never_trusted(campus):
    alice = trusting(campus)
    for facts in ({}, {"tty": b"/dev/pts/3"}, {"tty": b"ssh"}, {"tty": b"/dev/tty1", "ruser": b"bob"}):
        client = frames.Client(LOGIN_SOCKET)
        client.send(frames.login(b"alice", b"sshd", **facts))
        assert client.asked().endswith(CODE)
        client.send(frames.answer((alice.fresh_code() + " y").encode()))
        assert client.verdict() == frames.PASSED
        client.close()
    assert campus.status(alice)["devices"] == []


def test_an_unprivileged_program_earns_no_trust_with_forged_facts(campus):
    alice = trusting(campus)

    def forged(phase, code="", **facts):
        client = frames.Client(USER_SOCKET)
        client.send(frames.login(b"alice", b"sshd", phase=phase, **facts))
        if phase == frames.AUTHENTICATE:
            assert client.asked().endswith(CODE)
            client.send(frames.answer(f"{code} y".encode()))
        return client.verdict()
    place = {"rhost": LAPTOP.encode(), "ssh_connection": f"{LAPTOP} 1 127.0.0.1 22".encode(), "tty": b"/dev/tty1"}
    code = alice.fresh_code()
    assert campus.as_person(alice, lambda: forged(frames.AUTHENTICATE, code, **place)) == frames.PASSED
    assert campus.status(alice)["devices"] == []
    log_in(campus, alice, remember="y")
    # Nor does it use it, nor is it let in by the account phase, nor does it end it by wrong passwords.
    assert campus.as_person(alice, lambda: forged(frames.ACCOUNT, **place)) == frames.DENIED
    for _ in range(6):
        assert campus.as_person(alice, lambda: forged(frames.FAILED_PASSWORD, **place)) == frames.WRONG
    assert not log_in(campus, alice).asked


def test_sudo_and_su_neither_use_nor_earn_trust(campus):
    alice = trusting(campus)
    log_in(campus, alice, remember="y")
    for service in ("sudo", "su"):
        campus.pam_service(service, CODE_ALONE)
        client = frames.Client(LOGIN_SOCKET)
        client.send(frames.login(b"alice", service.encode(), rhost=LAPTOP.encode()))
        assert client.asked().endswith(CODE)
        client.close()


def test_devices_are_listed_and_forgotten(campus):
    alice = trusting(campus)
    log_in(campus, alice, remember="y")
    [device] = campus.status(alice)["devices"]
    assert device["kind"] == "address" and device["label"] == LAPTOP and device["server"] == "lab-gw"
    shown = campus.enroll("devices", person=alice).stdout
    assert LAPTOP in shown and device["id"] in shown
    assert campus.enroll_json("devices", person=alice)["devices"] == [device]
    campus.enroll("devices", "forget", device["id"], person=alice)
    assert campus.enroll_json("devices", person=alice)["devices"] == []
    talk = log_in(campus, alice)
    assert talk.asked and "This device was to be forgotten" in talk.screen


def test_explain_gives_the_decision_that_the_login_takes(campus):
    alice = trusting(campus)

    def explained(address):
        return campus.enroll_json("admin", "explain", "alice", "--service", "sshd", "--from", address)
    assert explained(LAPTOP)["decision"] == "require"
    log_in(campus, alice, remember="y")
    assert explained(LAPTOP) | {"factors": []} == {
        "user": "alice", "decision": "skip", "rule": "everyone", "reason": "trusted", "trust": "30d", "factors": []}
    assert not log_in(campus, alice).asked
    assert explained(PHONE)["decision"] == "require"
    assert log_in(campus, alice, address=PHONE).asked


def test_forecast_counts_who_would_be_asked(campus):
    alice = trusting(campus)
    campus.person("bob")
    forecast = campus.enroll_json("admin", "forecast")
    by_name = {who["user"]: who["decision"] for who in forecast["who"]}
    assert by_name["alice"] == "require" and by_name["bob"] == "enrol"
    assert forecast["users"] == len(forecast["who"]) == sum(
        forecast[part] for part in ("asked", "enrol", "trusted", "skipped", "locked_out"))
    with open("/run/nobody.txt", "w") as file:
        file.write("# none\n")
    assert campus.enroll("admin", "forecast", "--users", "/run/nobody.txt", status=1).stderr


def test_a_burst_lets_the_next_connections_in(campus):
    alice = trusting(campus, '[trust]\nburst = "60s"\n[[rule]]\nname = "everyone"\nmfa = "require"\n')
    assert log_in(campus, alice).asked
    for _ in range(3):
        assert not log_in(campus, alice).asked
    assert campus.status(alice)["devices"] == []


def test_a_rule_on_a_country_without_a_database_denies(campus):
    alice = trusting(campus, '[[rule]]\nname = "abroad"\ncountry = ["!NZ"]\nmfa = "deny"\n' + TRUSTING)
    talk = campus.ssh(alice)
    assert talk.end() != 0
    campus.log.wait_for(r"event=login\.refused.* user=alice .*reason=country_unknown")


# --- keys

def test_trust_by_key_is_not_trust_by_address(campus):
    campus.pam_service("sshd", CODE_ALONE)
    campus.start_sshd(KEY_AND_CODE)
    alice = trusting(campus)
    key, other = give_key(campus, alice), give_key(campus, alice, "other")

    def asked(key, answer, address=LAPTOP):
        talk = Conversation(with_key(campus, ssh_from(campus, alice, address), key))
        if talk.reads_one_of(CODE, "I am alice") != CODE:
            assert talk.end() == 0
            return False
        talk.answers(answer())
        talk.reads("I am alice")
        assert talk.end() == 0
        return True
    assert asked(key, lambda: alice.fresh_code() + " y")
    assert not asked(key, lambda: "")
    assert not asked(key, lambda: "", address=PHONE)  # the key is the device, wherever it is
    assert asked(other, lambda: alice.fresh_code() + " n")
    [device] = campus.status(alice)["devices"]
    assert device["kind"] == "key" and "SHA256:" in device["label"]


def test_with_a_live_window_of_the_key_file_transfer_asks_nothing(campus):
    campus.pam_service("sshd", CODE_ALONE)
    campus.start_sshd(KEY_AND_CODE)
    alice = trusting(campus)
    key = give_key(campus, alice)
    line = with_key(campus, campus.ssh_command("alice"), key)
    done = campus.with_askpass(line, [alice.fresh_code() + " y"])
    assert done.returncode == 0, done.stderr
    options = line[1:line.index("alice@localhost")]
    with open("/root/thesis.txt", "w") as file:
        file.write("chapter one\n")
    remote = " ".join(["ssh", *options])
    campus.run(["git", "init", "-q", "--bare", f"{alice.home}/notes.git"])
    campus.run(["chown", "-R", "alice", f"{alice.home}/notes.git"])
    for command in (["ssh", *options, "alice@localhost", "true"],
                    ["scp", *options, "/root/thesis.txt", "alice@localhost:"],
                    ["sftp", *options, "alice@localhost"],
                    ["rsync", "-e", remote, "/root/thesis.txt", "alice@localhost:again.txt"],
                    ["git", "-c", f"core.sshCommand={remote}", "ls-remote", f"alice@localhost:notes.git"]):
        done = campus.with_askpass(command, [])
        assert done.returncode == 0, (command, done.stderr)
        assert done.prompts == []
    assert open(f"{alice.home}/thesis.txt").read() == open(f"{alice.home}/again.txt").read() == "chapter one\n"


WITH_ACCOUNT = f"""
auth     requisite  pam_unix.so nodelay
auth     required   {MODULE}
account  required   {MODULE}
account  required   pam_unix.so
session  required   pam_permit.so
"""


def key_alone(campus, alice, key, address=LAPTOP):
    return campus.run(with_key(campus, ssh_from(campus, alice, address), key, "publickey"))


@both_ways
def test_a_key_alone_is_refused_where_mfa_is_required(campus):
    campus.pam_service("sshd", WITH_ACCOUNT)
    campus.start_sshd("AuthenticationMethods publickey keyboard-interactive\n")
    alice = trusting(campus)
    key = give_key(campus, alice)
    done = key_alone(campus, alice, key)
    assert done.returncode != 0 and "I am alice" not in done.stdout
    campus.log.wait_for(r"event=login\.refused.* user=alice .*reason=one_factor")
    # By password and code she gets in, and a trusted address satisfies the account phase.
    assert log_in(campus, alice, remember="y").asked
    assert "I am alice" in key_alone(campus, alice, key).stdout
    assert key_alone(campus, alice, key, address=PHONE).returncode != 0


def test_a_key_alone_is_let_through_where_a_rule_skips(campus):
    campus.pam_service("sshd", WITH_ACCOUNT)
    campus.start_sshd("AuthenticationMethods publickey keyboard-interactive\n")
    alice = trusting(campus, '[[rule]]\nname = "keys will do"\nfirst_factor = ["publickey"]\nmfa = "skip"\n' + TRUSTING)
    assert "I am alice" in key_alone(campus, alice, give_key(campus, alice)).stdout
    assert log_in(campus, alice).asked


def test_the_account_phase_leaves_a_login_with_a_code_alone(campus):
    campus.pam_service("sshd", WITH_ACCOUNT)
    alice = trusting(campus)
    assert log_in(campus, alice).asked
