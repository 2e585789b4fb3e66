"""Hardware tokens (HOTP) over a real sshd and through mfa-enroll; oathtool is the token."""
import base64
import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile

from campus import EVERYONE_MUST, STORE, spellings
from conversation import Conversation
from marks import both_ways

CODE = "Verification code: "
PASSED = "0"
SESSIONS = 32
HEX = "a3f1c05be2779d4406d81f6b92e0c7358e14d9b0"
TOKENS_ONLY = '[[rule]]\nname = "tokens"\nmfa = "require"\nfactors = ["hotp"]\n'


class Token:
    """A button that makes codes."""

    def __init__(self, campus, seed=HEX, digits=6, pressed=0):
        self._campus, self.seed, self.digits, self._counter = campus, seed, digits, pressed
        campus.answers_given.update(spellings(self.base32))

    @property
    def base32(self):
        return base64.b32encode(bytes.fromhex(self.seed)).decode().rstrip("=")

    def code_at(self, counter):
        code = subprocess.run(["oathtool", "--hotp", f"--digits={self.digits}", f"--counter={counter}", "-"],
                              input=self.seed, text=True, capture_output=True, check=True).stdout.strip()
        self._campus.answers_given.add(code)
        return code

    def press(self, times=1):
        """What it shows after so many presses."""
        self._counter += times
        return self.code_at(self._counter - 1)


def with_token(campus, name="alice", **how):
    """Somebody for whom root has registered a token."""
    alice, token = campus.person(name), Token(campus, **how)
    enrolled = campus.enroll_json("admin", "provision", name, "hotp", "--digits", str(token.digits), "--name", "blue",
                                  input=token.seed + "\n")
    campus.answers_given.update(enrolled["recovery_codes"])
    assert enrolled["factor"].startswith("hotp-") and enrolled["kind"] == "hotp" and len(enrolled["recovery_codes"]) == 10
    return alice, token


def counter_of(campus, person):
    if not campus.resident:  # there is no service to ask as anybody but root: look into a copy of the store
        with tempfile.TemporaryDirectory(dir="/run") as folder:
            shutil.copytree(os.path.dirname(STORE), folder, dirs_exist_ok=True)
            with contextlib.closing(sqlite3.connect(f"{folder}/{os.path.basename(STORE)}")) as store:
                return store.execute("SELECT counter FROM factor JOIN person ON person.id = factor.person"
                                     " WHERE factor.kind = 2 AND person.name = ?", (person.name,)).fetchone()[0]
    [detail] = [factor["detail"] for factor in campus.status(person)["factors"] if factor["kind"] == "hotp"]
    return int(detail.rsplit(" ", 1)[1])


# --- logging in

@both_ways
def test_a_token_lets_in_and_each_code_once(campus):
    alice, token = with_token(campus)
    code = token.press()
    first = campus.login_over_ssh(alice, code)
    assert first.passed and "Enter the code from your token (blue)." in first.screen
    campus.log.wait_for(r"event=login\.passed user=alice .*factor=hotp-1\b")
    again = campus.login_over_ssh(alice, code)
    assert again.refused and "That code was already used. Press the button for the next one." in again.screen
    campus.log.wait_for(r"event=login\.failed user=alice .*reason=replayed")
    assert counter_of(campus, alice) == 1
    assert campus.login_over_ssh(alice, token.press()).passed
    assert counter_of(campus, alice) == 2


def test_nine_idle_presses_do_no_harm_and_what_they_skip_is_spent(campus):
    alice, token = with_token(campus)
    skipped = [token.press() for _ in range(9)]
    assert campus.login_over_ssh(alice, token.press()).passed
    assert counter_of(campus, alice) == 10
    for code in (skipped[0], skipped[-1]):
        again = campus.login_over_ssh(alice, code)
        assert again.refused and "already used" in again.screen
    assert campus.wrong_answers(alice) == 0


@both_ways
def test_a_token_that_ran_further_ahead_comes_back_with_two_codes_in_a_row(campus):
    alice, token = with_token(campus)
    far = token.press(11)
    outcome = campus.login_over_ssh(alice, far)
    assert outcome.refused and "That code is not right. 2 tries left." in outcome.screen
    assert counter_of(campus, alice) == 0 and campus.wrong_answers(alice) == 1
    assert campus.login_over_ssh(alice, token.press(2)).refused  # not in a row
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(token.press(30))
    talk.reads("That code is not right.")
    talk.reads(CODE)
    talk.answers(token.press())
    talk.reads("I am alice")
    assert talk.end() == 0
    assert counter_of(campus, alice) == 44
    assert campus.login_over_ssh(alice, far).refused


@both_ways
def test_one_code_of_a_token_in_32_sessions_lets_exactly_one_in(campus):
    alice, token = with_token(campus)
    for number in range(1, 4):
        results = campus.at_the_same_instant("code", [(alice.name, token.press())] * SESSIONS)
        assert results.count(PASSED) == 1, f"round {number}: {results}"
        assert counter_of(campus, alice) == number


def test_eight_digits(campus):
    alice, token = with_token(campus, digits=8)
    assert campus.login_over_ssh(alice, token.press()[:6]).refused
    assert campus.login_over_ssh(alice, token.press()).passed


def test_an_app_and_a_token_side_by_side(campus):
    alice, token = with_token(campus)
    campus.provision(alice)
    for code in (alice.fresh_code(), token.press()):
        outcome = campus.login_over_ssh(alice, code)
        assert outcome.passed
        assert "Enter the code from your token (blue)." in outcome.screen
        assert "Other ways: app, recovery code, help" in outcome.screen
    campus.enroll("test", person=alice, input=token.press() + "\n")


def test_a_rule_that_lists_tokens_takes_nothing_else(campus):
    alice, token = with_token(campus)
    bob = campus.student("bob")
    campus.configure(TOKENS_ONLY)
    assert campus.enroll_json("admin", "explain", "alice")["factors"] == ["hotp"]
    assert "hardware token" in campus.enroll("admin", "explain", "alice").stdout
    campus.enroll("admin", "forecast", "--users", "-", input="alice\nbob\n")
    forecast = campus.enroll_json("admin", "forecast", "--users", "-", input="alice\nbob\n")
    assert (forecast["asked"], forecast["locked_out"]) == (1, 1)
    assert campus.login_over_ssh(alice, token.press()).passed
    assert campus.login_over_ssh(bob, bob.fresh_code()).refused


# --- registering them

def test_people_add_their_own_at_a_terminal(campus):
    alice, token = campus.person("alice"), Token(campus, pressed=120)
    talk = Conversation(["mfa-enroll", "hotp", "--name", "blue"], alice)
    talk.reads("Password for alice: ")
    talk.answers(alice.password)
    talk.reads("Seed: ")
    talk.answers(" ".join(token.base32[i:i + 4] for i in range(0, 32, 4)).lower())
    talk.reads("Press the token's button and type the six digits it shows.")
    talk.reads(CODE)
    talk.answers(token.press())
    talk.reads("Press the token's button again")
    talk.reads(CODE)
    talk.answers(token.press())
    talk.reads("Your hardware token is set up (hotp-1).")
    talk.reads("each works once when your token is not at hand.")
    talk.reads("Press Enter")
    talk.answers("")
    assert talk.end() == 0, talk.screen
    campus.log.wait_for(r"event=factor\.added user=alice .*factor=hotp-1\b")
    assert counter_of(campus, alice) == 122
    assert "hardware token" in campus.enroll("status", person=alice).stdout
    assert campus.login_over_ssh(alice, token.press()).passed


def test_people_add_their_own_by_lines_of_standard_input(campus):
    alice, token = campus.person("alice"), Token(campus)
    lines = [alice.password, token.seed, token.press(), token.press()]
    added = campus.enroll_json("hotp", person=alice, input="\n".join(lines) + "\n")
    campus.answers_given.update(added["recovery_codes"])
    assert (added["factor"], added["kind"], added["detail"]) == ("hotp-1", "hotp", "6 digits, counter 2")
    assert "secret" not in added and "uri" not in added
    assert campus.login_over_ssh(alice, lines[-1]).refused
    assert campus.login_over_ssh(alice, token.press()).passed


def test_nothing_is_added_before_two_codes_in_a_row(campus):
    alice, token = campus.person("alice"), Token(campus)
    for lines in (["no seed at all"] * 3, [token.seed], [token.seed, token.press(), token.press(2)]):
        campus.enroll("hotp", person=alice, input="\n".join([alice.password, *lines]) + "\n", status=1)
    campus.enroll("hotp", person=alice, input=f"wrong\n{token.seed}\n", status=1)
    assert campus.status(alice)["factors"] == []


def test_the_helpdesk_hands_one_out_from_stock(campus):
    campus.configure('[access]\nhelpdesk_scope = ["students"]\n' + EVERYONE_MUST)
    alice, carol, erin, token = campus.person("alice"), campus.person("carol"), campus.person("erin"), Token(campus)
    for group, person in (("mfa-helpdesk", carol), ("students", alice)):
        campus.run(["groupadd", "-f", group])
        assert campus.run(["gpasswd", "-a", person.name, group]).returncode == 0
    words = ["--reason", "no phone", "--checked", "student card"]
    lines = "\n".join([carol.password, token.seed, token.press(), token.press()]) + "\n"
    campus.enroll("helpdesk", "token", "erin", *words, person=carol, input=lines, status=1)
    campus.log.wait_for(r'event=helpdesk\.refused user=erin actor=carol .*reason="helpdesk token: out_of_scope"')
    campus.enroll("helpdesk", "token", "alice", *words, person=erin, input=lines, status=1)
    campus.enroll("helpdesk", "token", "alice", "--reason", "no phone", person=carol, input=lines, status=1)
    assert campus.status(alice)["factors"] == []

    done = campus.enroll("helpdesk", "token", "alice", *words, person=carol, input=lines)
    assert "alice has a hardware token now (hotp-1)." in done.stdout and "recovery" not in done.stdout
    campus.log.wait_for(r'event=helpdesk\.token user=alice actor=carol .*factor=hotp-1 .*'
                        r'reason="no phone; checked: student card"')
    assert campus.login_over_ssh(alice, token.press()).passed


def test_a_token_is_registered_once_for_a_person(campus):
    alice, token = with_token(campus)
    lines = [alice.password, token.press(), token.seed, token.press(), token.press()]
    done = campus.enroll("hotp", person=alice, input="\n".join(lines) + "\n", status=1)
    assert "That token is registered already, as hotp-1." in done.stderr


def test_wrong_command_lines(campus):
    alice = campus.person("alice")
    for words in (["hotp", "--digits", "7"], ["hotp", "--digits"], ["hotp", "x"], ["helpdesk", "token", "alice"],
                  ["admin", "provision", "alice", "totp", "--digits", "6"], ["helpdesk", "token", "--reason", "r"]):
        done = campus.enroll(*words, person=alice, status=2)
        assert "mfa-enroll: hint: " in done.stderr, words
