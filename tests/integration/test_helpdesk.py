"""The helpdesk helps: looks, unlocks, resets; and whatever it may not do is refused and recorded."""
import re
import time

import frames
from campus import EVERYONE_MUST
from clerks import clerk, put_in_group, request
from conversation import Conversation
from people import PERIOD
from ssh_keys import give_key, public_line

CODE = "Verification code: "
WHY = ("--reason", "lost phone", "--checked", "student card")
ENROLMENT_CODE = re.compile(r"^  ([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})$", re.M)
VERBS = {"helpdesk show": {}, "helpdesk unlock": {}, "helpdesk reset": {}}


def helps(campus, carol, verb, person, *options, status=0):
    return campus.enroll("helpdesk", verb, person.name, *options, person=carol, input=f"{carol.password}\n",
                         status=status)


def sets_up_an_app(campus, person, talk):
    """From the choice of a factor to the shell."""
    talk.reads("Your choice [app]: ")
    talk.answers("app")
    talk.reads(CODE)
    talk.answers("k")
    shown = talk.reads(CODE)
    person.start_anew()
    person.secret = re.search(r"Key: ([A-Z2-7 ]+)", shown)[1].replace(" ", "")
    talk.answers(person.fresh_code())
    talk.reads("Name of this device")
    talk.answers("")
    shown = talk.reads("Press Enter when")
    campus.answers_given.update(re.findall(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b", shown))
    talk.answers("")
    talk.reads(f"I am {person.name}")
    assert talk.end() == 0, talk.screen


def begins_login(campus, person):
    talk = Conversation(campus.ssh_command(person.name), rows=60)
    talk.reads("Password: ")
    talk.answers(person.password)
    return talk


def test_a_student_who_lost_the_phone_begins_anew_with_a_code_and_not_without(campus):
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    recovery = re.findall(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b",
                          campus.enroll("codes", person=alice, input=f"{alice.password}\n{alice.fresh_code()}\n").stdout)
    campus.answers_given.update(recovery)
    old = alice.fresh_code()
    done = helps(campus, carol, "reset", alice, *WHY)
    code = ENROLMENT_CODE.search(done.stdout)[1]
    campus.answers_given.add(code)
    assert "alice is reset. Removed: totp-1\n" in done.stdout
    campus.log.wait_for(r"event=helpdesk\.reset user=alice actor=carol .*factor=totp-1 "
                        r'reason="lost phone; checked: student card"')
    assert campus.status(alice)["factors"] == [] and campus.status(alice)["recovery_codes_left"] == 0

    talk = begins_login(campus, alice)
    shown = talk.reads("Enrolment code: ")
    assert "The helpdesk reset your second factor on" in shown
    for wrong in (old, recovery[0], code[::-1]):  # neither the old app nor an old code, nor a guess
        talk.answers(wrong)
        if wrong != code[::-1]:
            talk.reads("Enrolment code: ")
    assert talk.end() != 0 and "I am" not in talk.screen
    # With the password alone nothing is set up at the shell either.
    campus.enroll("totp", person=alice, input=f"{alice.password}\n", status=1)

    talk = begins_login(campus, alice)
    talk.reads("Enrolment code: ")
    talk.answers(code)
    sets_up_an_app(campus, alice, talk)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert [factor["id"] for factor in campus.status(alice)["factors"]] == ["totp-2"]


def test_show_tells_a_clerk_and_a_look_is_told_to_the_person(campus):
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    shown = campus.enroll_json("helpdesk", "show", "alice", "--reason", "called", person=carol)
    assert shown["user"] == "alice" and shown["last_login"] and shown["notices"] == []
    assert [factor["id"] for factor in shown["factors"]] == ["totp-1"]
    assert "login.passed" in [event["event"] for event in shown["events"]]
    text = helps(campus, carol, "show", alice).stdout
    assert "Last login: " in text and "What happened lately:" in text and "logged in" in text
    history = campus.enroll("history", person=alice).stdout
    assert "looked at by the helpdesk" in history and "by carol: called" in history
    campus.log.wait_for(r"event=helpdesk\.show user=alice actor=carol .*reason=called")
    # Nobody is told what is not theirs to hear.
    for person, user in ((alice, "carol"), (alice, "alice"), (carol, "root")):
        campus.enroll("helpdesk", "show", user, person=person, status=1)


def test_a_lockout_is_ended(campus):
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    for _ in range(2):
        campus.login_over_ssh(alice, alice.wrong_code())
    for _ in range(4):
        if campus.status(alice).get("locked_until"):
            break
        campus.login_over_ssh(alice, alice.wrong_code())
    assert campus.status(alice)["locked_until"]
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused
    assert helps(campus, carol, "unlock", alice, "--reason", "called").stdout == "alice can try codes again.\n"
    campus.log.wait_for(r"event=helpdesk\.unlock user=alice actor=carol .*reason=called")
    alice.start_anew()
    assert campus.login_over_ssh(alice, alice.code_at(int(time.time()) // PERIOD + 1)).passed
    assert helps(campus, carol, "unlock", alice, "--reason", "called").stdout == "alice was not locked out.\n"


def test_on_a_terminal_the_clerk_sees_whom_it_is_about(campus):
    alice, carol = campus.student("alice"), clerk(campus)
    for answer, status in (("", 1), ("y", 0)):
        talk = Conversation(["mfa-enroll", "helpdesk", "reset", "alice", *WHY], carol, rows=60)
        shown = talk.reads("Is that right? [y/N]: ")
        assert re.search(r"You are about to remove every factor and all recovery codes of\s+alice \(.*uid 2\d\d\d\)\s+"
                         r"No login of late\s+authenticator app \(totp-1\)", shown), shown
        talk.answers(answer)
        if answer:
            talk.reads("Password for carol: ")
            talk.answers(carol.password)
            campus.answers_given.add(re.search(r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}", talk.reads("With it"))[0])
        assert talk.end() == status, talk.screen


def test_a_key_and_nothing_else_comes_with_a_code_for_what_cannot_be_typed(campus):
    alice, carol = campus.person("alice"), clerk(campus)
    path = f"{carol.home}/alice.pub"
    with open(path, "w") as file:
        file.write(public_line(give_key(campus, alice, kind="ed25519-sk")))
    done = helps(campus, carol, "key", alice, path, *WHY)
    code = ENROLMENT_CODE.search(done.stdout)[1]
    campus.answers_given.add(code)
    made = campus.enroll_json("codes", person=alice, input=f"{alice.password}\n{code}\n")["codes"]
    campus.answers_given.update(made)
    assert len(made) == 10
    campus.enroll("codes", person=alice, input=f"{alice.password}\n{code}\n", status=1)


# --- what the helpdesk may not do, as raw requests

def at_the_helpdesk(campus, more=""):
    campus.configure(f'[access]\nhelpdesk_scope = ["students"]\n{more}' + EVERYONE_MUST)
    alice, carol = campus.student("alice"), clerk(campus)
    put_in_group(campus, "students", alice, carol)
    return alice, carol


def asked_for(verb, user, **without):
    content = {"verb": verb, "user": user, "reason": "lost phone", "checked": "student card"} | VERBS[verb]
    return {key: value for key, value in content.items() if key not in without}


def test_what_the_helpdesk_may_not_do_is_refused_and_recorded(campus):
    alice, carol = at_the_helpdesk(campus)
    dave, erin, frank = clerk(campus, "dave"), campus.person("erin"), campus.person("frank")
    put_in_group(campus, "students", dave, erin)
    put_in_group(campus, "sudo", erin)
    rows = [(asked_for(verb, user), why) for verb in VERBS
            for user, why in (("carol", "oneself"), ("dave", "colleague"), ("root", "system_account"),
                              ("daemon", "system_account"), ("erin", "protected"), ("frank", "out_of_scope"))]
    rows += [(asked_for(verb, "alice", reason=1), "no_reason") for verb in VERBS if verb != "helpdesk show"]
    rows += [(asked_for(verb, "alice", checked=1), "not_identified") for verb in ("helpdesk reset",)]

    def all_of_them():
        return [request(carol, content, carol.password) for content, _ in rows]
    for (content, why), (verdict, words, asked) in zip(rows, campus.as_person(carol, all_of_them)):
        assert (verdict, asked) == (frames.REFUSED, []) and words, (content, words)
        campus.log.wait_for(rf'event=helpdesk\.refused user={content["user"]} actor=carol .*'
                            rf'reason="{content["verb"]}: {why}"')
    assert [factor["id"] for factor in campus.status(alice)["factors"]] == ["totp-1"]


def test_past_the_days_acts_and_without_proof_nothing_is_done(campus):
    alice, carol = at_the_helpdesk(campus, "acts_per_day = 1\n")
    campus.answers_given.add("not carol's password")
    for verb in VERBS:
        if verb == "helpdesk show":
            continue
        verdict, _, asked = campus.as_person(
            carol, lambda verb=verb: request(carol, asked_for(verb, "alice"), "not carol's password"))
        assert verdict != frames.DONE and asked[0] == "Password for carol: ", verb
        campus.log.wait_for(rf'event=helpdesk\.refused user=alice actor=carol .*reason="{verb}: not_proven"')
    done = helps(campus, carol, "reset", alice, *WHY)
    campus.answers_given.add(ENROLMENT_CODE.search(done.stdout)[1])
    for verb in VERBS:
        verdict, words, asked = campus.as_person(
            carol, lambda verb=verb: request(carol, asked_for(verb, "alice"), carol.password))
        if verb == "helpdesk show":
            assert verdict == frames.DONE
            continue
        assert (verdict, asked) == (frames.REFUSED, []) and "more than 1 such acts" in words, verb
        campus.log.wait_for(rf'event=helpdesk\.refused user=alice actor=carol .*reason="{verb}: too_many_acts"')


def test_nobody_else_is_the_helpdesk(campus):
    """Nor do they learn who has an account; and they fill no trail."""
    alice, carol = at_the_helpdesk(campus)

    def all_of_them():
        return {request(alice, asked_for(verb, user), alice.password)[:2]
                for verb in VERBS for user in ("alice", "carol", "root", "nobody-of-that-name")}
    assert campus.as_person(alice, all_of_them) == {(frames.REFUSED, "Only the helpdesk may do that.")}
    assert not campus.log.lines(r"event=helpdesk\.")
    assert carol.name == "carol"
