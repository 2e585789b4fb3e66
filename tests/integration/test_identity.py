"""Who is who: a name in other letters, a second name of the same uid, a uid that changed hands, nobody."""
from conversation import Conversation
from marks import both_ways
from people import add_account, hashed

CODE = "Verification code: "
OPTIONAL = '[[rule]]\nname = "everyone"\nmfa = "optional"\n'


def refused(campus, name, person=None):
    """With the password right, whatever is asked, it is not let in; `person` has a code to try."""
    talk = campus.pamtester("code", name)
    if talk.reads_one_of(CODE):
        talk.answers(person.fresh_code() if person else "123456")
        while talk.reads_one_of(CODE):
            talk.answers("")
    return talk.end() != 0


def rename_account(old, new):
    for path in ("/etc/passwd", "/etc/shadow", "/etc/group"):
        with open(path) as file:
            lines = [new + line[len(old):] if line.startswith(old + ":") else line for line in file]
        with open(path, "w") as file:
            file.writelines(lines)


@both_ways
def test_a_name_in_other_letters_is_nobody(campus):
    campus.configure(OPTIONAL)
    alice = campus.student("alice")
    for name in ("Alice", "ALICE", "alice ", " alice", "alice/", "alice\t", "2001"):
        assert refused(campus, name, None), name
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


@both_ways
def test_a_second_name_of_an_enrolled_uid_is_refused(campus):
    campus.configure(OPTIONAL)
    alice = campus.student("alice")
    add_account("alias", alice.uid, hashed(alice.password))
    assert refused(campus, "alias", alice)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_a_second_name_gets_no_second_enrolment(campus):
    alice = campus.student("alice")
    add_account("alias", alice.uid, hashed(alice.password))
    campus.enroll("admin", "provision", "alias", "totp", status=1)
    assert [factor["id"] for factor in campus.status(alice)["factors"]] == ["totp-1"]


def test_a_second_name_is_no_way_around_a_rule_for_the_first(campus):
    campus.configure('[[rule]]\nname = "alice must"\nuser = ["alice"]\nmfa = "require"\n' + OPTIONAL)
    alice = campus.person("alice")
    add_account("alias", alice.uid, hashed(alice.password))
    assert refused(campus, "alias")


@both_ways
def test_a_uid_that_changed_hands_is_refused(campus):
    campus.configure(OPTIONAL)
    alice = campus.student("alice")
    rename_account("alice", "bob")
    assert refused(campus, "bob", alice), "the new owner of the uid is not let in by the old one's app"
    assert refused(campus, "bob")
    campus.log.wait_for(r"reason=identity_mismatch")


def test_a_uid_that_changed_hands_gets_no_enrolment(campus):
    alice = campus.student("alice")
    rename_account("alice", "bob")
    campus.enroll("admin", "provision", "bob", "totp", status=1)
    talk = Conversation(["mfa-enroll", "totp"], alice)  # the uid is bob's now
    talk.reads("has changed")
    assert talk.end() == 1


@both_ways
def test_a_name_that_got_another_uid_is_refused(campus):
    campus.configure(OPTIONAL)
    alice = campus.student("alice")
    rename_account("alice", "formerly")
    add_account("alice", 2900, hashed(alice.password))
    assert refused(campus, "alice", alice)
    assert refused(campus, "formerly", alice)


@both_ways
def test_nobody_is_not_a_person(campus):
    campus.configure(OPTIONAL)
    assert refused(campus, "nobody")
    campus.enroll("admin", "provision", "nobody", "totp", status=1)
    campus.log.wait_for(r"reason=unmapped_uid")


def test_a_program_of_nobody_is_not_served(campus):
    campus.configure(OPTIONAL)
    done = campus.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "mfa-enroll", "--json", "status"])
    assert done.returncode in (1, 3), done.stdout


def test_the_case_of_the_name_typed_to_ssh_does_not_matter_to_who_one_is(campus):
    """sshd does not know ALICE; it asks as for anybody, and lets nobody in."""
    campus.configure(OPTIONAL)
    alice = campus.student("alice")
    done = campus.ssh_with_askpass("ALICE", [alice.password, alice.fresh_code()])
    assert done.returncode != 0


def test_rules_see_the_name_of_the_account_not_what_was_typed(campus):
    campus.configure('[[rule]]\nname = "robots"\nuser = ["robot*"]\nmfa = "skip"\n'
                     '[[rule]]\nname = "everyone"\nmfa = "require"\n')
    campus.student("alice")
    for name in ("robot-that-is-not-there", "alice\nrobot", "robot/../alice"):
        assert refused(campus, name), name
