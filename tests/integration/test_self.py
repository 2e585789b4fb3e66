"""What people see and decide about themselves: notices at the next login, history, reports, being asked or not, export."""
import json

import frames
from campus import EVERYONE_MUST, USER_SOCKET
from conversation import Conversation
from frames import Client
from marks import both_ways

CODE = "Verification code: "
LEFT_TO_PEOPLE = """
[[rule]]
name = "sudo"
service = ["sudo"]
mfa = "require"

[[rule]]
name = "everyone"
mfa = "optional"
trust = "30d"
"""
ADDED = "An administrator added an authenticator app on "


def proves(talk, person):
    talk.reads(f"Password for {person.name}: ")
    talk.answers(person.password)
    talk.reads(CODE)
    talk.answers(person.fresh_code())


def remembered(campus, person):
    talk = campus.ssh(person)
    talk.reads(CODE)
    talk.answers(person.fresh_code() + " y")
    assert talk.end() == 0, talk.screen


def events(campus, person, *arguments):
    lines = campus.enroll("--json", "history", *arguments, person=person).stdout.splitlines()
    return [json.loads(line) for line in lines]


@both_ways
def test_what_was_changed_is_told_at_the_next_login_and_once(campus):
    alice = campus.student("alice")
    # Who knows the password alone sees it, and uses nothing up.
    assert campus.login_over_ssh(alice, alice.wrong_code()).refused
    talk = campus.ssh(alice)
    shown = talk.reads(CODE)
    assert "Multi-factor authentication for alice" in shown
    assert ADDED in shown and "Not what you wanted? Type notme." in shown, shown
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    talk = campus.ssh(alice)
    assert ADDED not in talk.reads(CODE)
    talk.hangs_up()


def test_before_the_password_nothing_is_told(campus):
    alice = campus.student("alice")
    talk = campus.pamtester("code", "alice")
    assert ADDED not in talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    assert any(ADDED in notice for notice in campus.status(alice)["notices"])
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert campus.status(alice)["notices"] == []


def test_a_report_ends_trust_and_the_status_reminds_until_the_password_is_another(campus):
    campus.configure("[totp]\nwindow = 10\n" + LEFT_TO_PEOPLE)
    alice = campus.student("alice")
    remembered(campus, alice)
    assert len(campus.status(alice)["devices"]) == 1
    told = campus.enroll("report", person=alice).stdout
    assert "Your report is recorded for the staff." in told
    assert "Now change your password, then tell Service Desk, 0800 650 200." in told
    assert campus.status(alice)["devices"] == []
    assert "Change your password now" in campus.enroll("status", person=alice).stdout
    for _ in range(20):
        assert campus.enroll_json("report", person=alice)["recorded"] is False
    assert len(campus.log.lines(r"event=login\.reported user=alice .*reason=report")) == 1
    assert campus.login_over_ssh(alice, alice.fresh_code() + " n").passed
    assert "reported" in campus.status(alice)
    campus.pam_service("chpasswd", "auth required pam_permit.so\naccount required pam_permit.so\n"
                                   "password required pam_unix.so sha512 rounds=1000\n")
    alice.password = "Another password of alice, secret"
    campus.run(["chpasswd"], input=f"alice:{alice.password}\n")
    assert "reported" not in campus.status(alice)
    assert "Change your password" not in campus.enroll("status", person=alice).stdout


def test_a_device_that_a_new_password_ended_is_shown_as_ended(campus):
    campus.configure("[totp]\nwindow = 10\n" + LEFT_TO_PEOPLE)
    alice = campus.student("alice")
    remembered(campus, alice)
    assert "ended" not in campus.status(alice)["devices"][0]
    campus.pam_service("chpasswd", "auth required pam_permit.so\naccount required pam_permit.so\n"
                                   "password required pam_unix.so sha512 rounds=1000\n")
    campus.run(["chpasswd"], input="alice:Another password of alice\n")
    assert campus.status(alice)["devices"][0]["ended"] == "password_changed"
    assert "ended: your password changed" in campus.enroll("devices", person=alice).stdout


def test_history_is_ones_own(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    assert campus.login_over_ssh(alice, alice.wrong_code()).refused
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    mine = events(campus, alice)
    assert "login.failed" in [event["event"] for event in mine] and mine[-1]["event"] == "login.passed"
    assert {event["user"] for event in mine} == {"alice"}
    assert mine[0]["event"] == "admin.provisioned" and mine[0]["actor"] == "root"
    assert [event["seq"] for event in mine] == sorted(event["seq"] for event in mine)
    assert {event["user"] for event in events(campus, bob)} == {"bob"}
    assert events(campus, bob, "--since", "2037-01-01") == []
    told = campus.enroll("history", person=alice).stdout
    assert "factor added by an administrator" in told and "wrong code" in told, told


MALFORMED = ('{"verb":"history","user":"alice"}', '{"verb":"history","actor":"alice"}', '{"verb":"history","before":"-1"}',
             '{"verb":"history","most":"99999999999999999999"}', '{"verb":"export","user":"alice"}',
             '{"verb":"report","user":"alice"}', '{"verb":"disable","user":"alice"}')
OWN = ('{"verb":"history"}', '{"verb":"history","before":"9223372036854775807","since":"-9"}', '{"verb":"export"}')


def test_no_frame_reads_anothers_history_or_data(campus):
    campus.student("alice")
    mallory = campus.student("mallory")

    def answer_to(request):
        client = Client(USER_SOCKET)
        client.send(frames.request(request.encode()))
        received = client.everything()
        client.close()
        return frames.verdicts(received), b"".join(value for _, fields in received for value in fields.values())
    for request in MALFORMED + OWN:
        verdicts, content = campus.as_person(mallory, lambda request=request: answer_to(request))
        assert b"alice" not in content, (request, content)
        assert (b"mallory" in content) == (request in OWN), (request, content)
        assert verdicts == [frames.DONE if request in OWN else frames.USAGE], (request, verdicts)


def test_export_is_all_but_secrets(campus):
    campus.configure("[totp]\nwindow = 10\n" + LEFT_TO_PEOPLE)
    alice = campus.student("alice")
    remembered(campus, alice)
    done = campus.enroll("export", person=alice)
    data = json.loads(done.stdout)
    assert data == json.loads(campus.enroll("--json", "export", person=alice).stdout)
    assert data["user"] == "alice" and data["uid"] == alice.uid
    assert [factor["id"] for factor in data["factors"]] == ["totp-1"]
    assert data["devices"][0]["label"] == "192.0.2.7"
    assert "login.passed" in [event["event"] for event in data["history"]]
    campus.check_nothing_secret_in(done.stdout.encode(), "the export")
    with open("/var/lib/mfa/key", "rb") as key:
        for word in key.read().split():
            assert word not in done.stdout.encode() or len(word) < 8
    told = campus.enroll("privacy", person=alice).stdout
    assert "30 days at most" in told and "Service Desk, 0800 650 200" in told
    assert max(len(line) for line in told.splitlines()) < 80


def test_who_switches_asking_off_is_asked_only_where_a_rule_requires_it(campus):
    campus.configure("[totp]\nwindow = 10\n" + LEFT_TO_PEOPLE)
    alice = campus.student("alice")
    remembered(campus, alice)
    talk = Conversation(["mfa-enroll", "disable"], alice)
    proves(talk, alice)
    talk.reads("Logins no longer ask you for a code where the rules leave that to you.")
    assert talk.end() == 0
    campus.log.wait_for(r"event=mfa\.disabled user=alice ")
    campus.log.wait_for(r"event=trust\.ended user=alice .*reason=disabled")
    assert campus.status(alice)["disabled"] is True
    assert campus.enroll_json("admin", "explain", "alice")["reason"] == "disabled"
    assert campus.enroll_json("admin", "explain", "alice", "--service", "sudo")["decision"] == "require"
    talk = campus.ssh(alice)
    talk.reads("I am alice")
    assert CODE not in talk.screen
    assert "asking for a code was switched off" in talk.screen, talk.screen  # whoever did it
    assert talk.end() == 0
    assert "switched that off" in campus.enroll("status", person=alice).stdout
    assert campus.enroll("enable", person=alice).stdout == "Logins ask you for a code again.\n"
    assert campus.login_over_ssh(alice, alice.fresh_code() + " n").passed


def test_a_stolen_shell_switches_nothing_off(campus):
    campus.configure(LEFT_TO_PEOPLE)
    alice = campus.student("alice")
    done = campus.enroll("disable", person=alice, input="not the password\n", status=1)
    assert "not right" in done.stderr
    done = campus.enroll("disable", person=alice, input=f"{alice.password}\n{alice.wrong_code()}\n", status=1)
    assert "disabled" not in campus.status(alice)
    assert campus.login_over_ssh(alice, alice.fresh_code() + " n").passed


def test_where_a_rule_requires_it_nobody_switches_it_off(campus):
    campus.configure(EVERYONE_MUST)
    alice = campus.student("alice")
    done = campus.enroll("disable", person=alice, status=1)
    assert "The rules here do not leave that to you." in done.stderr
    assert "Password" not in done.stderr


def test_a_used_recovery_code_is_said_to_be_used_and_is_no_guess(campus):
    alice = campus.person("alice")
    codes = campus.enrol_by_hand(alice)
    assert campus.login_over_ssh(alice, codes[0]).passed
    talk = campus.ssh(alice)
    talk.reads(CODE)
    for _ in range(2):
        talk.answers(codes[0])
        talk.reads("That recovery code was already used. Each works once.")
        talk.reads(CODE)
    talk.answers(codes[1])
    assert talk.end() == 0
    assert len(campus.log.lines(r"event=login\.failed user=alice .*factor=recovery reason=replayed")) == 2


def test_a_login_and_mfa_enroll_speak_the_language_that_was_chosen(campus):
    alice = campus.student("alice")
    assert campus.enroll("language", person=alice).stdout.startswith("* en  English\n  nl  Nederlands\n")
    assert campus.enroll("language", "nl-BE", person=alice).stdout == "  en  English\n* nl  Nederlands\n"
    talk = campus.ssh(alice)
    shown = talk.reads(CODE)
    assert "Meervoudige verificatie voor alice" in shown and "Ook mogelijk: herstelcode, help" in shown, shown
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    refused = campus.run(["mfa-enroll", "default", "no-such"], alice)
    assert refused.returncode == 1 and "Je hebt geen factor no-such." in refused.stderr, refused.stderr
    assert campus.enroll_json("export", person=alice)["language"] == "nl"
    none = campus.run(["mfa-enroll", "language", "tlh"], alice)
    assert none.returncode == 1 and "en (English), nl (Nederlands)" in none.stderr
    # Whoever chose none is spoken to in English.
    assert "Multi-factor authentication for bob" in campus.ssh(campus.student("bob")).reads(CODE)
