"""What the product says where somebody who sees it for the first time stumbled."""
import json
import os
import re
import time

from campus import BASE, CONFIGURATION, EVERYONE_MUST, PASSWORD_AND_CODE
from conversation import Conversation

CODE = "Verification code: "
PASSWORD_OF_SSH = "'s password: "  # the client's own prompt, which no answer satisfies
SERVICE_DESK = "ask Service Desk, 0800 650 200"


def ssh(campus, person, *options):
    """OpenSSH's client as it comes: its log level, its methods, its three attempts."""
    campus.start_sshd()
    return Conversation(["ssh", "-F", "none", "-o", "UserKnownHostsFile=/etc/ssh/campus_known_hosts", "-o",
                         "StrictHostKeyChecking=yes", *options, f"{person.name}@localhost", "id"])


def past_the_password(campus, person, *options):
    talk = ssh(campus, person, *options)
    talk.reads("Password: ")
    talk.answers(person.password)
    return talk


def reads_folded(talk, words):
    """Over several lines, wherever they are broken."""
    before = talk.reads(words.split()[0])
    for word in words.split()[1:]:
        before = talk.reads(word)
        assert before.strip() == "", before


def lock(campus, person):
    for codes in (3, 2):
        talk = campus.pamtester("code", person.name)
        for _ in range(codes):
            talk.reads(CODE)
            talk.answers(person.wrong_code())
        talk.end()


# --- the last words of a refused login, at the client's own log level

def test_the_last_words_after_three_wrong_codes(campus):
    alice = campus.student("alice")
    talk = past_the_password(campus, alice)
    for _ in range(3):
        talk.reads(CODE)
        talk.answers(alice.wrong_code())
    reads_folded(talk, f"This login has ended without a right code. Log in again to try again, or {SERVICE_DESK}.")
    talk.reads("(alice@localhost) Password: ")
    talk.hangs_up()


def test_the_last_words_after_notme(campus):
    alice = campus.student("alice")
    talk = past_the_password(campus, alice)
    talk.reads(CODE)
    talk.answers("notme")
    talk.reads("This login has ended and was reported. Change your password now")
    talk.hangs_up()


def test_the_last_words_of_a_rule_that_denies_and_of_an_account_without_a_factor(campus):
    campus.configure(EVERYONE_MUST + 'enrol = "refuse"\n')
    alice, bob = campus.student("alice"), campus.person("bob")
    talk = past_the_password(campus, bob)
    reads_folded(talk, f"Your account needs a second factor to log in to lab-gw, and has none that counts here. "
                       f"A{SERVICE_DESK[1:]}")
    talk.hangs_up()
    campus.configure('[[rule]]\nname = "not from here"\nmfa = "deny"\n')
    talk = past_the_password(campus, alice)
    talk.reads(f"Logging in this way is not allowed here. A{SERVICE_DESK[1:]}")
    talk.hangs_up()


def test_whoever_is_locked_out_is_told_so_and_never_asked_by_the_client_itself(campus):
    alice = campus.student("alice")
    talk = past_the_password(campus, alice)
    for code in range(3):
        talk.reads(CODE)
        talk.answers(alice.wrong_code())
    for attempt in range(2):
        talk.reads("(alice@localhost) Password: ")
        talk.answers(alice.password)
        if attempt == 0:
            for _ in range(2):
                talk.reads(CODE)
                talk.answers(alice.wrong_code())
        talk.reads("Too many wrong codes. Try again in ")
    talk.reads("Permission denied (keyboard-interactive).")
    assert talk.end() != 0
    assert PASSWORD_OF_SSH not in talk.screen


def test_a_script_that_is_locked_out_ends(campus):
    alice = campus.student("alice")
    lock(campus, alice)
    command = campus.ssh_command("alice")
    command = [word.replace("Prompts=1", "Prompts=3").replace("=keyboard-interactive", "=keyboard-interactive,password")
               for word in command]
    done = campus.with_askpass(command, [alice.password] * 9)
    assert done.returncode == 255 and len(done.prompts) == 3
    assert "Too many wrong codes" in done.stderr


def test_sudo_and_su_show_their_last_words_at_once(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    lock(campus, bob)
    talk = Conversation(["su", "bob", "-c", "id"], alice)
    talk.reads("Password: ")
    talk.answers(bob.password)
    talk.reads("Too many wrong codes. Try again in ")
    assert talk.end() != 0


# --- status

def rules(since):
    return f'[[rule]]\nname = "everyone"\nmfa = "require"\nsince = {since}\n'


def test_status_says_since_when_and_from_when(campus):
    alice, bob = campus.student("alice"), campus.person("bob")
    campus.configure(rules("2024-02-01"))
    assert "A second factor is required here since 1 February 2024.\n" in campus.enroll("status", person=alice).stdout
    day = time.localtime(time.time() + 9 * 86400)
    campus.configure(rules(time.strftime("%Y-%m-%d", day)))
    for person in (alice, bob):
        said = campus.enroll("status", person=person).stdout
        assert f"A second factor is required here from {day.tm_mday} {time.strftime('%B %Y', day)}, in 9 days." in said, said


def test_status_of_who_is_locked_out(campus):
    alice = campus.student("alice")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert "A second device gets you in" in campus.enroll("status", person=alice).stdout
    lock(campus, alice)
    said = campus.enroll("status", person=alice).stdout
    assert "A second device" not in said
    assert re.search(r"\nWait [1-9]\d* \w+, then log in again; or ask Service Desk", said), said


# --- mfa-enroll

def test_who_is_locked_out_is_told_before_being_asked(campus):
    alice = campus.student("alice")
    lock(campus, alice)
    for verb in (["test"], ["codes"], ["rename", "totp-1", "x"]):
        done = campus.enroll(*verb, person=alice, input=alice.password + "\n", status=1)
        assert "Too many wrong codes. Try again in " in done.stderr, done.stderr
        assert CODE not in done.stderr and "Password" not in done.stderr, done.stderr


def test_right_passwords_are_not_counted(campus):
    alice = campus.person("alice")
    for _ in range(5):
        done = campus.enroll("codes", person=alice, input=alice.password + "\n", status=1)
        assert "you have none" in done.stderr, done.stderr
    for _ in range(3):
        done = campus.enroll("codes", person=alice, input="wrong\n", status=1)
        assert "not right" in done.stderr
    done = campus.enroll("codes", person=alice, input=alice.password + "\n", status=1)
    assert "Too many wrong passwords" in done.stderr


def test_a_name_with_a_line_break_is_refused_with_its_reason(campus):
    alice = campus.student("alice")
    for name in ("two\nlines", "a\x1b[2Jb", "tab\there"):
        done = campus.enroll("rename", "totp-1", name, person=alice, status=2)
        assert "error: NAME holds a line break or another control character." in done.stderr, done.stderr
        done = campus.enroll("totp", "--name", name, person=alice, status=2)
        assert "error: --name holds a line break" in done.stderr, done.stderr


def test_other_words_lead_to_the_verb(campus):
    alice = campus.person("alice")
    for word, verb in (("list", "status"), ("enroll", "totp"), ("enrol", "totp"), ("add", "totp"), ("delete", "remove"),
                       ("init", "admin init")):
        done = campus.enroll(word, person=alice, status=2)
        assert f"hint: Did you mean: mfa-enroll {verb}\n" in done.stderr, done.stderr


def test_a_test_tells_how_many_recovery_codes_are_left(campus):
    alice = campus.person("alice")
    codes = campus.provision(alice)["recovery_codes"]
    campus.answers_given.update(codes)
    tested = campus.enroll_json("test", person=alice, input=codes[0] + "\n")
    assert tested == {"factor": "recovery", "name": "recovery code", "recovery_codes_left": 9}
    assert "You have 8 recovery codes left.\n" in campus.enroll("test", person=alice, input=codes[1] + "\n").stdout
    assert "recovery_codes_left" not in campus.enroll_json("test", person=alice, input=alice.fresh_code() + "\n")


def test_recovery_codes_are_counted_down_at_the_login_that_used_one(campus):
    alice = campus.person("alice")
    codes = campus.provision(alice)["recovery_codes"]
    campus.answers_given.update(codes)
    for left, code in zip(range(9, 1, -1), codes):
        screen = campus.login_over_ssh(alice, code).screen
        assert f"You have {left} recovery codes left." in screen
        assert ("mfa-enroll codes" in screen) == (left < 3), screen
    assert "recovery codes left" not in campus.login_over_ssh(alice, alice.fresh_code()).screen


def test_hints_are_for_whoever_reads_them(campus):
    alice = campus.person("alice")
    campus.stop_mfad()
    student = campus.enroll("status", person=alice, status=3).stderr
    assert "hint: Tell your helpdesk." in student
    os.rename("/var/lib/mfa/mfa.db", "/var/lib/mfa/elsewhere.db")
    campus.start_mfad()
    student = campus.enroll("status", person=alice, status=3).stderr
    root = campus.enroll("status", status=3).stderr
    assert "hint: An administrator makes it with: sudo mfa-enroll admin init" in student, student
    assert "hint: Make it with: mfa-enroll admin init" in root, root
    os.rename("/var/lib/mfa/elsewhere.db", "/var/lib/mfa/mfa.db")
    campus.stop_mfad()
    os.rename("/var/lib/mfa", "/var/lib/mfa.away")
    student = campus.enroll("status", person=alice, status=3).stderr
    root = campus.enroll("status", status=3).stderr
    assert "error: Multi-factor authentication is not set up on this computer." in student
    assert "hint: An administrator sets it up with: sudo mfa-enroll admin init" in student
    assert "hint: Make it with: mfa-enroll admin init" in root, root
    os.rename("/var/lib/mfa.away", "/var/lib/mfa")


# --- setting up

def test_init_says_which_lines_to_write(campus):
    said = campus.enroll("admin", "init").stdout
    for line in ("auth [success=1 default=ignore]  pam_unix.so", "auth [default=die]               pam_mfa.so authfail",
                 "auth required                    pam_mfa.so", "account required                 pam_mfa.so", "UsePAM yes", "KbdInteractiveAuthentication yes",
                 "PasswordAuthentication no", "AuthenticationMethods keyboard-interactive", "LoginGraceTime 600"):
        assert f"      {line}\n" in said
    # And they work.
    alice = campus.student("alice")
    stack = [line.strip() for line in said.splitlines() if line.strip().startswith(("auth ", "account "))]
    campus.pam_service("sshd", "\n".join(stack) + PASSWORD_AND_CODE[PASSWORD_AND_CODE.index("\naccount"):])
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert len(campus.ssh_with_askpass("alice", ["wrong", "x", "x"]).prompts) == 1


def check_config(campus, text, status):
    campus.configure(text, restart=False)
    done = campus.run(["mfad", "--check-config"])
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_check_config_names_what_it_read(campus):
    os.makedirs("/etc/mfa/conf.d")
    with open("/etc/mfa/conf.d/10-labs.toml", "w") as file:
        file.write('[[rule]]\nname = "labs"\nserver = ["lab-*"]\nmfa = "skip"\n')
    said = check_config(campus, '[[rule]]\nname = "everyone"\nmfa = "optional"\n', 0)
    assert said == f"{CONFIGURATION}: no mistakes\n/etc/mfa/conf.d/10-labs.toml: no mistakes\n2 rules\n"


def test_check_config_names_rules_that_are_never_reached(campus):
    said = check_config(campus, '[[rule]]\nname = "all"\nmfa = "optional"\n[[rule]]\nname = "staff"\nuser = ["bob"]\n'
                                'mfa = "require"\n', 0)
    assert 'warning: the rule "staff" is never reached: "all" before it matches every login\n' in said


def test_check_config_says_in_plain_words_what_is_not_toml(campus):
    for text, words in (('mfa = require\n', 'a text needs quotes'), ('issuer "x"\n', 'there is no "=" behind the name'),
                        ('[store\n', 'the bracket is not closed'), ('x = "unfinished\n', 'the quotes are not closed')):
        said = check_config(campus, text, 1)
        assert words in said, said
        assert "Error while parsing" not in said and "saw" not in said


def test_a_service_that_starts_without_a_configuration_says_what_that_means(campus):
    campus.stop_mfad()
    campus.configure('[[rule]]\nname = "x"\nmfa = "requires"\n', restart=False)
    campus.start_mfad()
    errors = open("/run/mfad.err").read()
    assert "every login is denied until this is mended" in errors, errors
    with open(CONFIGURATION, "w") as file:
        file.write(BASE)


def test_check_config_warns_of_what_this_computer_does_not_have(campus):
    said = check_config(campus, '[geo]\ndatabase = "/var/lib/GeoIP/none.mmdb"\nhome = "NZ"\n'
                                '[[rule]]\nname = "students"\ngroup = ["studnets", "adm"]\nmfa = "require"\n', 0)
    assert 'warning: there is no group "studnets" on this computer: a rule that asks for it denies\n' in said
    assert 'group "adm"' not in said
    assert "warning: the country database /var/lib/GeoIP/none.mmdb cannot be read: No such file or directory\n" in said
