"""mfa-enroll as a student uses it: step-up, factors, codes; and as a script does: --json, exit statuses."""
import json

from conversation import Conversation

CODE = "Verification code: "


class Shell:
    """A shell at a terminal: what is typed in a row is typed at the same terminal, in the same login session."""

    def __init__(self, person):
        self._person = person
        self._talk = Conversation(["/bin/sh", "-i"], person, environment={"PS1": "ready> ", "ENV": ""})
        self._talk.reads("ready> ")

    def begins(self, command):
        self._talk.answers(command)
        self._talk.reads(command)
        return self._talk

    def ends(self):
        """What it said until the shell is back, and its status."""
        said = self._talk.reads("ready> ")
        self._talk.answers("echo status=$?")
        self._talk.reads("status=")
        self._talk.reads("status=")
        status = int(self._talk.reads("\n"))
        self._talk.reads("ready> ")
        return said, status

    def runs(self, command):
        self.begins(command)
        return self.ends()

    def steps_up(self, talk):
        talk.reads(f"Password for {self._person.name}: ")
        talk.answers(self._person.password)
        talk.reads(CODE)
        talk.answers(self._person.fresh_code())


def test_a_first_app_needs_the_password_and_its_first_code(campus):
    alice = campus.person("alice")
    codes = campus.enrol_by_hand(alice)
    assert len(set(codes)) == 10
    status = campus.status(alice)
    assert [factor["id"] for factor in status["factors"]] == ["totp-1"]
    assert status["recovery_codes_left"] == 10
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert campus.login_over_ssh(alice, codes[3]).passed
    assert campus.status(alice)["recovery_codes_left"] == 9


def test_the_code_that_confirmed_the_app_is_used_up(campus):
    alice = campus.person("alice")
    campus.enrol_by_hand(alice)
    assert campus.login_over_ssh(alice, alice.given[-1]).refused


def test_a_wrong_password_enrols_nobody(campus):
    alice = campus.person("alice")
    talk = Conversation(["mfa-enroll", "totp"], alice)
    talk.reads("Password for alice: ")
    talk.answers("not the password")
    for _ in range(2):
        talk.reads("That password is not right.\r\nPassword for alice: ")
        talk.answers("not the password")
    talk.reads("mfa-enroll: error: That password is not right.")
    talk.reads("mfa-enroll: hint: ")
    assert talk.end() == 1
    assert campus.status(alice)["factors"] == []


def test_three_wrong_passwords_a_minute_are_the_most(campus):
    alice = campus.person("alice")
    for _ in range(3):
        done = campus.enroll("codes", person=alice, input="wrong\n", status=1)
        assert "not right" in done.stderr
    done = campus.enroll("codes", person=alice, input=alice.password + "\n", status=1)
    assert "Too many wrong passwords" in done.stderr


def test_a_second_app_needs_the_first(campus):
    alice = campus.person("alice")
    campus.enrol_by_hand(alice)
    talk = Conversation(["mfa-enroll", "totp", "--name", "second"], alice)
    talk.reads("Password for alice: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    for _ in range(2):
        talk.answers(alice.wrong_code())
        talk.reads("That code is not right.")
        talk.reads(CODE)
    talk.answers(alice.wrong_code())
    assert talk.end() == 1
    assert len(campus.status(alice)["factors"]) == 1


def test_after_a_step_up_five_minutes_at_this_terminal_need_no_other(campus):
    alice = campus.student("alice")
    here, there = Shell(alice), Shell(alice)
    talk = here.begins("mfa-enroll rename totp-1 iPhone")
    here.steps_up(talk)
    said, status = here.ends()
    assert status == 0 and "iPhone" in said
    said, status = here.runs("mfa-enroll rename iPhone 'old phone'")
    assert status == 0 and "Password" not in said
    # At another terminal of the same person it is asked.
    talk = there.begins("mfa-enroll rename 'old phone' gone")
    talk.reads("Password for alice: ")
    talk.answers("wrong")
    for _ in range(2):
        talk.reads("That password is not right.\r\nPassword for alice: ")
        talk.answers("wrong")
    said, status = there.ends()
    assert status == 1
    assert campus.status(alice)["factors"][0]["name"] == "old phone"


def test_removing_always_asks_afresh(campus):
    alice = campus.student("alice")
    campus.enroll("admin", "provision", "alice", "totp", "--name", "tablet")
    shell = Shell(alice)
    talk = shell.begins("mfa-enroll rename totp-1 iPhone")
    shell.steps_up(talk)
    assert shell.ends()[1] == 0
    talk = shell.begins("mfa-enroll remove iPhone")
    shell.steps_up(talk)
    said, status = shell.ends()
    assert status == 0, said
    assert [factor["id"] for factor in campus.status(alice)["factors"]] == ["totp-2"]
    campus.log.wait_for(r"event=factor\.removed user=alice .*factor=totp-1")


def test_the_last_factor_stays_where_one_is_required(campus):
    alice = campus.student("alice")
    shell = Shell(alice)
    shell.begins("mfa-enroll remove totp-1")  # refused before anything is to be proven
    said, status = shell.ends()
    assert status == 1 and "last factor" in said
    campus.configure('[[rule]]\nname = "everyone"\nmfa = "optional"\n')
    alice.secret = campus.enroll_json("admin", "provision", "alice", "totp", "--name", "new")["secret"]
    alice.start_anew()
    for factor in ("totp-1", "new"):
        talk = shell.begins(f"mfa-enroll remove {factor}")
        shell.steps_up(talk)
        assert shell.ends()[1] == 0
    assert campus.status(alice)["factors"] == []


def test_ids_are_never_used_again(campus):
    alice = campus.person("alice")
    campus.enroll("admin", "provision", "alice", "totp", "--name", "first")
    second = campus.enroll_json("admin", "provision", "alice", "totp", "--name", "second")
    alice.secret = second["secret"]
    shell = Shell(alice)
    talk = shell.begins("mfa-enroll remove second")
    shell.steps_up(talk)
    assert shell.ends()[1] == 0
    assert campus.enroll_json("admin", "provision", "alice", "totp", "--name", "third")["factor"] == "totp-3"


def test_the_default_can_be_chosen(campus):
    alice = campus.person("alice")
    campus.enroll("admin", "provision", "alice", "totp", "--name", "first")
    alice.secret = campus.enroll_json("admin", "provision", "alice", "totp", "--name", "second")["secret"]
    shell = Shell(alice)
    talk = shell.begins("mfa-enroll default second")
    shell.steps_up(talk)
    assert shell.ends()[1] == 0
    assert [factor["id"] for factor in campus.status(alice)["factors"] if factor["default"]] == ["totp-2"]
    said, status = shell.runs("mfa-enroll default no-such-factor")
    assert status == 1 and "no factor" in said


def test_new_recovery_codes_end_the_old_ones(campus):
    alice = campus.person("alice")
    old = campus.provision(alice)["recovery_codes"]
    shell = Shell(alice)
    talk = shell.begins("mfa-enroll --json codes")
    shell.steps_up(talk)
    said, status = shell.ends()
    assert status == 0, said
    new = json.loads(next(line for line in said.splitlines() if line.startswith('{"codes"')))["codes"]
    campus.answers_given.update(new)
    assert len(new) == 10 and not set(new) & set(old)
    assert campus.login_over_ssh(alice, old[0]).refused
    assert campus.login_over_ssh(alice, new[0]).passed


def test_a_test_uses_the_code_up(campus):
    alice = campus.student("alice")
    code = alice.fresh_code()
    done = campus.enroll("test", person=alice, input=code + "\n")
    assert "right" in done.stdout
    assert campus.login_over_ssh(alice, code).refused
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_wrong_codes_at_a_test_count(campus):
    alice = campus.student("alice")
    wrong = alice.wrong_code()
    campus.enroll("test", person=alice, input=f"{wrong}\n" * 3, status=1)
    done = campus.enroll("test", person=alice, input=f"{wrong}\n" * 3, status=1)
    assert "Too many wrong codes" in done.stderr
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused


def test_answers_may_be_lines_of_standard_input(campus):
    alice = campus.student("alice")
    done = campus.enroll("rename", "totp-1", "iPhone", person=alice, input=f"{alice.password}\n{alice.fresh_code()}\n")
    assert "iPhone" in done.stdout and "Password" not in done.stdout and "Password" in done.stderr


def test_status_as_json(campus):
    alice = campus.person("alice")
    empty = campus.status(alice)
    assert empty["user"] == "alice" and empty["mfa"] == "require" and empty["factors"] == []
    campus.provision(alice)
    status = campus.status(alice)
    factor, = status["factors"]
    assert factor["id"] == "totp-1" and factor["kind"] == "totp" and factor["name"] and factor["default"] is True
    assert factor["added"].endswith("Z") and "last_used" not in factor
    assert status["recovery_codes_left"] == 10
    assert "secret" not in json.dumps(status) and alice.secret not in json.dumps(status)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert campus.status(alice)["factors"][0]["last_used"].endswith("Z")


def test_without_a_word_it_tells_the_status(campus):
    alice = campus.student("alice")
    assert campus.enroll(person=alice).stdout == campus.enroll("status", person=alice).stdout
    assert "totp-1" in campus.enroll(person=alice).stdout


def test_exit_status_2_is_a_wrong_command_line(campus):
    alice = campus.person("alice")
    for words in (["totpp"], ["--jsn"], ["rename", "totp-1"], ["default"], ["admin"], ["admin", "provision", "alice"],
                  ["status", "extra"], ["admin", "provision", "alice", "fax"]):
        done = campus.enroll(*words, person=alice, status=2)
        assert done.stderr.startswith("mfa-enroll: error: "), done.stderr
        assert "mfa-enroll: hint: " in done.stderr, words


def test_exit_status_3_is_a_service_that_is_not_there(campus):
    alice = campus.person("alice")
    campus.stop_mfad()
    done = campus.enroll("status", person=alice, status=3)
    assert "mfa-enroll: error: " in done.stderr and "mfa-enroll: hint: " in done.stderr
    done = campus.enroll("--json", "status", person=alice, status=3)
    assert json.loads(done.stderr)["error"]


def test_colour_is_for_terminals_alone(campus):
    alice = campus.student("alice")
    assert "\x1b" not in campus.enroll("status", person=alice).stdout
    talk = Conversation(["mfa-enroll", "status"], alice, environment={"NO_COLOR": "1"})
    talk.end()
    assert "\x1b" not in talk.screen


def test_a_name_cannot_smuggle_control_characters(campus):
    alice = campus.student("alice")
    before = campus.status(alice)["factors"][0]["name"]
    for name in ("a\x1b[2Jb", "a\nb", "x" * 41, "totp-7", "caf\udce9"):
        done = campus.run(["mfa-enroll", "admin", "provision", "alice", "totp", "--name", name])
        assert done.returncode in (1, 2), repr(name)
        assert "\x1b" not in done.stderr
    assert [factor["name"] for factor in campus.status(alice)["factors"]] == [before]


def test_ctrl_c_leaves_the_terminal_and_the_account_as_they_were(campus):
    alice = campus.person("alice")
    shell = Shell(alice)
    talk = shell.begins("mfa-enroll totp")
    talk.reads("Password for alice: ")
    talk.types("\x03")
    talk.reads("ready> ")
    said, _ = shell.runs("stty -a | grep -o ' echo '")
    assert "echo" in said
    assert campus.status(alice)["factors"] == []
