"""The stacks and sshd settings that pam_mfa(8) gives, taken from the manual itself and tried on the real programs."""
import os
import re

from conversation import Conversation
from marks import both_ways
from ssh_keys import give_key, with_key
from test_trust import CODE, TRUSTING, trusting

MANUAL = f"{os.path.dirname(os.path.abspath(__file__))}/../../man/pam_mfa.8"
REST = "account required pam_unix.so\nsession required pam_permit.so\n"  # what the distribution's file goes on with


def blocks(section):
    """The literal blocks of a section of the manual, in order."""
    with open(MANUAL) as file:
        text = file.read()
    found = re.search(rf"^\.Ss {re.escape(section)}\n(.*?)(?=^\.S[sh] )", text, re.S | re.M)
    assert found, f"pam_mfa(8) has no section {section}"
    return [block + "\n" for block in re.findall(r"^\.Bd -literal[^\n]*\n(.*?)\n\.Ed$", found.group(1), re.S | re.M)]


def test_password_and_code(campus):
    stack, settings = blocks("SSH, password and code")
    campus.pam_service("sshd", stack + REST)
    campus.start_sshd(settings)
    alice = trusting(campus)
    key = give_key(campus, alice)
    assert campus.login_over_ssh(alice, alice.fresh_code() + " n").passed
    assert campus.with_askpass(campus.ssh_command("alice"), ["not the password"]).returncode != 0
    assert campus.run(with_key(campus, campus.ssh_command("alice"), key, "publickey")).returncode != 0


def with_key_and(campus, alice, answers):
    key = give_key(campus, alice)
    done = campus.with_askpass(with_key(campus, campus.ssh_command("alice"), key), answers)
    without = campus.with_askpass(campus.ssh_command("alice"), [])
    assert without.returncode != 0 and without.prompts == [], "the key is needed"
    return done


@both_ways
def test_key_password_and_code(campus):
    stack = blocks("SSH, password and code")[0]
    settings = blocks("SSH, key and code")[0]
    campus.pam_service("sshd", stack + REST)
    campus.start_sshd(settings)
    alice = trusting(campus)
    done = with_key_and(campus, alice, [alice.password, alice.fresh_code() + " n"])
    assert done.returncode == 0 and len(done.prompts) == 2, done.stderr
    done = campus.with_askpass(with_key(campus, campus.ssh_command("alice"), "/root/alice.id"), ["not the password"])
    assert done.returncode != 0 and len(done.prompts) == 1


@both_ways
def test_key_and_code(campus):
    settings, stack = blocks("SSH, key and code")
    campus.pam_service("sshd", stack + "account required pam_permit.so\nsession required pam_permit.so\n")
    campus.start_sshd(settings)
    alice = trusting(campus)
    done = with_key_and(campus, alice, [alice.fresh_code() + " n"])
    assert done.returncode == 0 and len(done.prompts) == 1, done.stderr
    done = campus.with_askpass(with_key(campus, campus.ssh_command("alice"), "/root/alice.id"), [alice.wrong_code()] * 3)
    assert done.returncode != 0


@both_ways
def test_key_alone_where_the_rules_ask_for_nothing(campus):
    stack = blocks("SSH, password and code")[0]
    [settings] = blocks("SSH, key alone where the rules ask for nothing")
    campus.pam_service("sshd", stack + REST)
    campus.start_sshd(settings)
    alice = trusting(campus, '[[rule]]\nname = "bob"\nuser = ["bob"]\nmfa = "skip"\n' + TRUSTING)
    bob = campus.person("bob")
    of_alice, of_bob = give_key(campus, alice), give_key(campus, bob)
    assert "I am bob" in campus.run(with_key(campus, campus.ssh_command("bob"), of_bob, "publickey")).stdout
    assert campus.run(with_key(campus, campus.ssh_command("alice"), of_alice, "publickey")).returncode != 0
    # As the manual says: without the key, password and code.
    assert campus.login_over_ssh(alice, alice.fresh_code() + " n").passed


def test_passwords_that_change(campus):
    [line] = blocks("Passwords that change")
    campus.pam_service("passwd", "auth required pam_permit.so\naccount required pam_permit.so\n"
                                 "password required pam_permit.so\n" + line)
    alice = trusting(campus)
    assert Conversation(["passwd", "alice"]).end() == 0
    campus.log.wait_for(r"event=password\.changed.* user=alice")
    # With the engine hung or gone the password has changed all the same.
    campus.stop_mfad()
    assert Conversation(["passwd", "alice"]).end() == 0


@both_ways
def test_sudo(campus):
    [stack] = blocks("sudo")
    campus.pam_service("sudo", stack + REST)
    campus.configure(TRUSTING)
    alice = campus.student("alice")
    with open("/etc/sudoers", "w") as file:
        file.write("Defaults !lecture\nalice ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers", 0o440)
    talk = Conversation(["sudo", "id", "-un"], alice)
    talk.reads("password for alice: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads("root")
    assert talk.end() == 0


# pam_unix with `required`: the stack goes on after a wrong password.
def test_a_password_that_was_refused_enrols_nobody(campus):
    campus.configure('[[rule]]\nname = "everyone"\nmfa = "require"\n')
    alice = campus.person("alice")
    first = {"required": "auth required pam_unix.so nodelay\n",
             # A directory's module takes what pam_unix has nothing to compare with.
             "directory": "auth [success=1 default=ignore] pam_unix.so nodelay\nauth required pam_permit.so\n"}
    for name, line in first.items():
        campus.pam_service(name, line + "auth required pam_mfa.so\naccount required pam_permit.so\n")

    def offers_enrolment(service, password):
        talk = Conversation(["pamtester", service, "alice", "authenticate"])
        talk.reads("Password: ")
        talk.answers(password)
        talk.reads_one_of("Your choice [app]: ", "pamtester: ")
        offered = "Your choice" in talk.screen
        talk.hangs_up()
        return offered

    assert offers_enrolment("required", alice.password)
    assert not offers_enrolment("required", "certainly wrong")
    assert not offers_enrolment("directory", "certainly wrong")
    assert campus.run(["usermod", "-p", "*", "alice"]).returncode == 0
    assert offers_enrolment("directory", "the directory's")
