"""Enrolment inside the login: a new student gets from the first password to the shell in one SSH session."""
import re

from conversation import Conversation
from marks import both_ways
from terminal import Terminal, photograph

CHOICE = "Your choice [app]: "
CODE = "Verification code: "
NAME = "Name of this device [authenticator app]: "
SAVED = "Press Enter when you have saved them: "
REQUIRED = '[totp]\nwindow = 10\n[[rule]]\nname = "everyone"\nmfa = "require"\n'


def new_student(campus, rules=REQUIRED):
    campus.configure(rules)
    return campus.person("alice")


def key_on(screen):
    return re.findall(r"Key: ((?:[A-Z2-7]{4} ?){8})", screen)[-1].replace(" ", "")


def codes_on(campus, screen):
    codes = re.findall(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b", screen)
    campus.answers_given.update(codes)
    return codes


def takes_the_key(alice, talk):
    talk.reads(CODE)
    talk.answers("k")
    talk.reads(CODE)
    alice.secret = key_on(talk.screen)
    alice.start_anew()


def enrols(campus, alice, talk):
    """From the choice to the shell, by keyboard alone."""
    talk.reads(CHOICE)
    talk.answers("")
    takes_the_key(alice, talk)
    talk.answers(alice.fresh_code())
    talk.reads(NAME)
    talk.answers("my phone")
    talk.reads(SAVED)
    codes = codes_on(campus, talk.screen.rsplit("Keep these recovery codes", 1)[1])
    assert len(codes) == 10
    talk.answers("")
    return codes


@both_ways
def test_from_the_first_password_to_the_shell_in_one_login(campus):
    alice = new_student(campus)
    talk = campus.ssh(alice)
    codes = enrols(campus, alice, talk)
    talk.reads("I am alice")
    assert talk.end() == 0
    campus.log.wait_for(r"event=factor\.added user=alice .*factor=totp-1")
    # The code that confirmed is spent; the next one logs in, and so does a recovery code.
    assert campus.login_over_ssh(alice, alice.given[-1]).refused
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert campus.login_over_ssh(alice, codes[0]).passed


def test_the_picture_in_an_80_by_24_terminal_is_read_by_a_phone(campus):
    alice = new_student(campus)
    campus.start_sshd()
    terminal = Terminal(campus.ssh_command("alice"), alice)
    terminal.reads("Password:")
    terminal.types(alice.password)
    terminal.reads(CHOICE)
    terminal.types("app")
    terminal.reads(CODE)
    uri = terminal.photograph()
    assert uri.startswith("otpauth://totp/Example%20University:alice?secret="), terminal.text()
    alice.secret = re.search("secret=([A-Z2-7]+)", uri)[1]
    terminal.types("a")  # in plain characters it is higher than the screen, but whole in what has scrolled by
    terminal.reads(CODE, times=2)
    terminal.types("k")
    terminal.reads(CODE, times=3)
    assert key_on(terminal.text(True)) == alice.secret
    terminal.types(alice.fresh_code())
    terminal.reads("Name of this device")
    terminal.types("")
    terminal.reads("Press Enter when")
    codes_on(campus, terminal.text(True))
    terminal.types("")
    terminal.reads("I am alice")
    terminal.close()
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_with_a_client_of_another_locale_the_plain_picture_is_read(campus):
    alice = new_student(campus)
    talk = Conversation(campus.ssh_command("alice"), environment={"LANG": "C", "LC_ALL": "C"}, rows=60)
    talk.reads("Password: ")
    talk.answers(alice.password)
    talk.reads(CHOICE)
    talk.answers("app")
    assert "\\342\\226\\210" in talk.reads(CODE), "what such a client makes of blocks"
    talk.answers("a")
    uri = photograph(talk.reads(CODE).replace("\r", ""))
    assert uri.startswith("otpauth://totp/Example%20University:alice?secret=")
    alice.secret = re.search("secret=([A-Z2-7]+)", uri)[1]
    talk.hangs_up()


def test_an_askpass_program_can_enrol(campus):
    """As plink, dbclient and graphical clients: each prompt is a text, each answer a line."""
    alice = new_student(campus)
    done = campus.ssh_with_askpass("alice", [alice.password, "app", "k"])
    assert done.returncode != 0
    alice.secret = key_on("\n".join(done.prompts))
    # Within a quarter of an hour the same person takes it up again: the app knows the key already.
    done = campus.ssh_with_askpass("alice", [alice.password, "app", alice.fresh_code(), "", ""])
    assert done.returncode == 0 and "I am alice" in done.stdout, done.prompts
    codes_on(campus, "\n".join(done.prompts))
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


@both_ways
def test_breaking_off_leaves_the_account_as_it_was(campus):
    alice = new_student(campus)
    assert campus.log.lines("event=factor") == []
    steps = [lambda talk: talk.reads(CHOICE),
             lambda talk: (talk.answers("app"), talk.reads(CODE)),
             lambda talk: (takes_the_key_again(alice, talk), talk.answers(alice.fresh_code()), talk.reads(NAME)),
             lambda talk: (talk.answers(""), talk.reads(SAVED), codes_on(campus, talk.screen))]
    for last in range(1, len(steps) + 1):
        talk = campus.ssh(alice)
        for step in steps[:last]:
            step(talk)
        talk.hangs_up()
        assert campus.log.lines("event=factor") == [] and campus.log.lines("event=recovery") == []
    talk = campus.ssh(alice)
    enrols(campus, alice, talk)
    talk.reads("I am alice")
    assert talk.end() == 0


def takes_the_key_again(alice, talk):
    talk.answers("k")
    talk.reads(CODE)
    alice.secret = key_on(talk.screen)


def test_who_knew_the_old_password_ends_no_enrolment_after_the_new_one(campus):
    alice = new_student(campus)
    old = campus.ssh(alice)
    old.reads(CHOICE)
    old.answers("")
    takes_the_key(alice, old)
    waiting = Conversation(["mfa-enroll", "codes"], alice)  # a step-up that began with nothing to prove
    waiting.reads("Password for alice: ")
    assert campus.run(["chpasswd"], input="alice:Another secret of alice\n").returncode == 0
    old.answers(alice.fresh_code())
    old.reads(NAME)
    old.answers("")
    old.reads(SAVED)
    codes_on(campus, old.screen)
    old.answers("")
    old.reads("Begin again.")
    assert old.end() != 0
    assert campus.status(alice)["factors"] == []
    alice.password = "Another secret of alice"
    new = campus.ssh(alice)
    enrols(campus, alice, new)
    new.reads("I am alice")
    assert new.end() == 0
    waiting.answers(alice.password)
    waiting.reads("in the meantime")
    assert waiting.end() == 1


def test_before_the_date_enter_puts_it_off(campus):
    alice = new_student(campus, REQUIRED + "since = 2099-12-01\n")
    talk = campus.ssh(alice)
    before = talk.reads("Your choice: ")
    assert "From 1 December 2099 (in " in before and "Press Enter to do it later." in before
    talk.answers("")
    talk.reads("I am alice")
    assert talk.end() == 0
    assert campus.status(alice)["factors"] == []


def test_an_enrolment_code_where_the_rule_wants_one(campus):
    alice = new_student(campus, REQUIRED + 'enrol = "code"\n')
    talk = campus.ssh(alice)
    talk.reads("Enrolment code: ")
    talk.answers("7k3m-92qx-d4tp")
    talk.reads("That code is not right. 2 tries left.")
    talk.hangs_up()
    campus.student("bob"), campus.person("carol")
    with open("/run/new.csv", "w") as file:
        file.write("Number;User\n1;alice\n2;bob\n3;carol\n4;nobody-here\n")
    command = ("admin", "provision", "--codes", "--users", "/run/new.csv")
    assert "Would make 2 of 4 codes." in campus.enroll(*command, "--dry-run", status=1).stdout
    done = campus.enroll(*command, status=1)
    heading, *lines = done.stdout.splitlines()
    assert heading == "user,code,until" and [line.split(",")[0] for line in lines] == ["alice", "carol"]
    assert "line 3 (bob): Has a second factor already." in done.stderr
    assert "line 5 (nobody-here): There is no user of that name." in done.stderr
    codes = [line.split(",")[1] for line in lines]
    campus.answers_given.update(codes)
    # Run again it makes nothing void that was handed over, unless it is told to.
    again = campus.enroll(*command, status=1)
    assert again.stdout == "user,code,until\n" and "line 2 (alice): Has a code that is good until" in again.stderr
    with open("/run/again.txt", "w") as file:
        file.write("# first years\ncarol\n")
    made = campus.enroll_json("admin", "provision", "--codes", "--users", "/run/again.txt", "--replace")["codes"]
    assert [entry["user"] for entry in made] == ["carol"] and made[0]["code"] != codes[1]
    campus.answers_given.add(made[0]["code"])
    campus.enroll(*command, person=alice, status=1)
    code = codes[0]
    talk = campus.ssh(alice)
    talk.reads("Enrolment code: ")
    talk.answers(code)
    enrols(campus, alice, talk)
    talk.reads("I am alice")
    assert talk.end() == 0


def test_where_the_rule_refuses_one_is_told_whom_to_ask(campus):
    alice = new_student(campus, REQUIRED + 'enrol = "refuse"\n')
    talk = campus.ssh(alice)
    assert talk.end() != 0
    assert "Ask Service Desk, 0800 650 200" in talk.screen


def test_without_a_password_in_the_stack_nobody_enrols(campus):
    from campus import CODE_ALONE
    campus.pam_service("sshd", CODE_ALONE)
    alice = new_student(campus)
    done = campus.ssh_with_askpass("alice", ["app"])
    assert done.returncode != 0 and done.prompts == []


@both_ways
def test_login_sudo_su_and_pamtester_enrol_too(campus):
    alice = new_student(campus)
    talk = Conversation(["login", "alice"])
    talk.reads("Password: ")
    talk.answers(alice.password)
    enrols(campus, alice, talk)
    talk.reads("$ ")
    talk.hangs_up()
    with open("/etc/sudoers.d/campus", "w") as file:
        file.write("bob ALL = (ALL) ALL\n")
    bob = campus.person("bob")
    talk = Conversation(["sudo", "-k", "id", "-un"], bob)
    talk.reads("password for bob: ")
    talk.answers(bob.password)
    enrols(campus, bob, talk)
    talk.reads("root")
    assert talk.end() == 0
    carol = campus.person("carol")
    talk = Conversation(["su", "carol", "-c", "id -un"], bob)
    talk.reads("Password: ")
    talk.answers(carol.password)
    enrols(campus, carol, talk)
    talk.reads("carol")
    assert talk.end() == 0
    dan = campus.person("dan")
    talk = campus.pamtester("campus", "dan")
    talk.reads("Password: ")
    talk.answers(dan.password)
    enrols(campus, dan, talk)
    talk.reads("successfully authenticated")
    assert talk.end() == 0
