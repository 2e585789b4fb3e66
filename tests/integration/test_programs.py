"""sudo, su, login, and a program without privileges."""
from conversation import Conversation
from marks import both_ways

CODE = "Verification code: "
ASK_FOR_OWN = "assword"


def sudoers(campus):
    with open("/etc/sudoers.d/campus", "w") as file:
        file.write("Defaults lecture=never\nDefaults passwd_tries=1\nalice ALL=(ALL:ALL) ALL\n")


@both_ways
def test_sudo(campus):
    sudoers(campus)
    alice = campus.student("alice")
    code = alice.fresh_code()
    talk = Conversation(["sudo", "-k", "id", "-un"], alice)
    talk.reads(ASK_FOR_OWN)
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(code)
    talk.reads("root")
    assert talk.end() == 0
    campus.log.wait_for(r"event=login\.passed.* user=alice .*service=sudo")
    # The same code again:
    talk = Conversation(["sudo", "-k", "id", "-un"], alice)
    talk.reads(ASK_FOR_OWN)
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(code)
    talk.reads("already used")
    talk.hangs_up()


@both_ways
def test_sudo_with_a_wrong_code_does_nothing(campus):
    sudoers(campus)
    alice = campus.student("alice")
    talk = Conversation(["sudo", "-k", "touch", "/root/was-here"], alice)
    talk.reads(ASK_FOR_OWN)
    talk.answers(alice.password)
    for _ in range(3):
        talk.reads(CODE)
        talk.answers(alice.wrong_code())
    assert talk.end() != 0
    assert campus.run(["ls", "/root/was-here"]).returncode != 0


@both_ways
def test_su_asks_for_the_code_of_whom_one_becomes(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    talk = Conversation(["su", "bob", "-c", "id -un"], alice)
    talk.reads("Password: ")
    talk.answers(bob.password)
    talk.reads("Multi-factor authentication for bob on lab-gw")
    talk.reads(CODE)
    talk.answers(bob.fresh_code())
    talk.reads("bob")
    assert talk.end() == 0


@both_ways
def test_su_does_not_take_the_code_of_who_one_is(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    talk = Conversation(["su", "bob", "-c", "id -un"], alice)
    talk.reads("Password: ")
    talk.answers(bob.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads("not right")
    talk.hangs_up()


@both_ways
def test_login(campus):
    alice = campus.student("alice")
    talk = Conversation(["login", "alice"])
    talk.reads("Password: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads("$ ")
    talk.answers("echo I am $(id -un), goodbye; exit")
    talk.reads("I am alice, goodbye")
    talk.end()


@both_ways
def test_login_with_a_wrong_code_gives_no_shell(campus):
    alice = campus.student("alice")
    talk = Conversation(["login", "alice"])
    talk.reads("Password: ")
    talk.answers(alice.password)
    for _ in range(3):
        talk.reads(CODE)
        talk.answers(alice.wrong_code())
    talk.reads("Login incorrect")
    talk.hangs_up()


def test_a_program_without_privileges_may_ask_for_its_own_user(campus):
    alice = campus.student("alice")
    code = alice.fresh_code()
    talk = campus.pamtester("code", "alice", alice)
    talk.reads(CODE)
    talk.answers(code)
    assert talk.end() == 0, talk.screen
    talk = campus.pamtester("code", "alice", alice)
    talk.reads(CODE)
    talk.answers(code)
    talk.reads("already used")
    talk.hangs_up()


def test_a_program_without_privileges_may_not_ask_for_another(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    talk = campus.pamtester("code", "bob", alice)
    assert talk.reads_one_of(CODE) is None, "bob's factors are none of alice's business"
    assert talk.end() != 0
    campus.log.wait_for(r"reason=not_the_caller")
    assert campus.login_over_ssh(bob, bob.fresh_code()).passed


def test_a_program_without_privileges_may_not_ask_for_root(campus):
    alice = campus.student("alice")
    campus.configure('[[rule]]\nname = "all"\nmfa = "optional"\n')
    for name in ("root", "nobody", "mfa", "no-such-person"):
        talk = campus.pamtester("code", name, alice)
        assert talk.reads_one_of(CODE) is None
        assert talk.end() != 0, f"{name}: {talk.screen}"


def test_a_program_without_privileges_is_told_that_the_service_does_not_run(campus):
    alice = campus.student("alice")
    campus.stop_mfad()
    talk = campus.pamtester("code", "alice", alice)
    assert talk.end() != 0
    assert "Authentication service cannot retrieve authentication info" in talk.screen
    campus.log.wait_for(r"pam_mfa\(code:auth\)")
    assert not campus.engine_processes()
