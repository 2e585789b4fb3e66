"""The helpdesk helps: looks, unlocks, resets; and whatever it may not do is refused and recorded."""
import re
import time

import frames
from campus import EVERYONE_MUST, LAPTOP, PHONE
from clerks import clerk, put_in_group, request
from conversation import Conversation
from countries import write_database
from people import PERIOD
from ssh_keys import give_key, public_line
from test_phones import PHONES, Telephone, gateway

CODE = "Verification code: "
WHY = ("--reason", "lost phone", "--checked", "student card")
ENROLMENT_CODE = re.compile(r"^  ([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})$", re.M)
KEY = ("sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID399lLVLyVJbvy7+5p3nr74hsJhLvdkSB7LCsjc"
       "yBqVAAAABHNzaDo=")
TOMORROW_DAY = time.strftime("%Y-%m-%d", time.localtime(time.time() + 86400))
TOMORROW = str(int(time.time()) + 86400)
VERBS = {"helpdesk show": {}, "helpdesk unlock": {}, "helpdesk reset": {}, "helpdesk bypass": {},
         "helpdesk identify": {}, "helpdesk travel": {"country": "FJ", "until": TOMORROW},
         "helpdesk exempt": {"until": TOMORROW}, "helpdesk key": {"line": KEY}, "helpdesk token": {},
         "helpdesk phone": {"number": "021 123 4567"}}
NEED_NO_IDENTITY = {"helpdesk show", "helpdesk unlock", "helpdesk travel", "helpdesk identify"}


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


def test_a_bypass_code_works_as_often_as_it_says_and_earns_no_trust(campus):
    campus.configure(EVERYONE_MUST + 'trust = "30d"\n')
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    made = campus.enroll_json("helpdesk", "bypass", "alice", "--uses", "2", *WHY, person=carol,
                              input=f"{carol.password}\n")
    code = made["code"]
    campus.answers_given.add(code)
    assert re.fullmatch(r"\d{8}", code) and made["uses"] == 2
    campus.log.wait_for(r'event=helpdesk\.bypass user=alice actor=carol .*reason="2 logins within 1 day; lost phone; '
                        r'checked: student card"')
    assert campus.enroll_json("helpdesk", "show", "alice", person=carol)["bypass_until"] == made["until"]
    for typed in (code, f"{code[:4]} {code[4:]}"):
        talk = begins_login(campus, alice)
        assert "bypass code, help" in talk.reads(CODE)
        talk.answers(typed + " y")
        talk.reads("I am alice")
        assert talk.end() == 0 and "Remember" not in talk.screen
    assert campus.status(alice)["devices"] == []
    assert campus.login_over_ssh(alice, code).refused
    # Nor does it prove who one is before a change, or in a test.
    code = campus.enroll_json("helpdesk", "bypass", "alice", *WHY, person=carol, input=f"{carol.password}\n")["code"]
    campus.answers_given.add(code)
    campus.enroll("codes", person=alice, input=f"{alice.password}\n{code}\n", status=1)
    assert campus.login_over_ssh(alice, code).passed


def test_a_code_read_out_identifies_and_never_logs_in(campus):
    campus.start_sshd()
    alice, carol, dave = campus.student("alice"), clerk(campus), clerk(campus, "dave")
    for person in (carol, dave):
        helps(campus, person, "bypass", alice, "--reason", "phone at home", status=1)
    code = alice.fresh_code()
    done = campus.enroll("helpdesk", "identify", "alice", "--reason", "called", person=carol,
                         input=f"{carol.password}\n{code}\n")
    assert "That is a code of alice (totp-1)." in done.stdout and "Ask alice to read out the code" in done.stderr
    campus.log.wait_for(r"event=helpdesk\.identify user=alice actor=carol .*factor=totp-1 reason=called")
    assert campus.login_over_ssh(alice, code).refused
    helps(campus, dave, "bypass", alice, "--reason", "phone at home", status=1)  # for her clerk alone
    bypass = re.search(r"^  (\d{4} \d{4})$", helps(campus, carol, "bypass", alice, "--reason", "phone at home").stdout,
                       re.M)[1]
    campus.answers_given.update((bypass, bypass.replace(" ", "")))
    campus.log.wait_for(r"event=helpdesk\.bypass user=alice actor=carol .*phone at home; identified by a code")


def test_two_uses_in_32_sessions_let_exactly_two_in(campus):
    alice, carol = campus.student("alice"), clerk(campus)
    code = campus.enroll_json("helpdesk", "bypass", "alice", "--uses", "2", *WHY, person=carol,
                              input=f"{carol.password}\n")["code"]
    campus.answers_given.add(code)
    results = campus.at_the_same_instant("code", [(alice.name, code)] * 32)
    assert results.count("0") == 2, results


def test_a_code_sent_to_the_phone_identifies_and_never_logs_in(campus):
    campus.configure(EVERYONE_MUST + PHONES + gateway("all"))
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    with_phone = campus.enroll("helpdesk", "phone", "alice", "021 123 4567", *WHY, person=carol,
                               input=f"{carol.password}\n")
    assert "alice has a phone ending 4567 now (sms-2)" in with_phone.stdout
    talk = Conversation(["mfa-enroll", "helpdesk", "identify", "alice", "--reason", "called"], carol, rows=60)
    talk.reads("Password for carol: ")
    talk.answers(carol.password)
    assert "Or to send alice a code to be read out, type: text (phone ending 4567)" in talk.reads(CODE)
    talk.answers("text")
    talk.reads("Ask alice to read out the code that came.")
    talk.reads(CODE)
    code = Telephone(campus).code
    assert campus.login_over_ssh(alice, code).refused
    talk.answers(code)
    talk.reads("That is a code of alice (sms-2).")
    assert talk.end() == 0
    assert campus.login_over_ssh(alice, code).refused
    campus.log.wait_for(r"event=message\.sent user=alice actor=carol ")
    campus.log.wait_for(r"event=helpdesk\.identify user=alice actor=carol .*factor=sms-2 reason=called")
    helps(campus, carol, "exempt", alice, "--until", "2000-01-01", "--reason", "back")
    assert re.match(r"Example University, lab-gw: The helpdesk ended on .* that your account does without a second "
                    r"factor\. Not you\? Tell Service Desk", Telephone(campus).messages()[-1]["text"])
    campus.log.wait_for(r"event=message\.sent user=alice actor=carol .*factor=sms-2 reason=\"sms notice\"")


def test_a_journey_opens_that_country_until_that_day(campus):
    write_database("/etc/mfa/country.mmdb", {f"{LAPTOP}/32": "AU", f"{PHONE}/32": "FJ"})
    campus.configure('[geo]\ndatabase = "/etc/mfa/country.mmdb"\nhome = "NZ"\n[[rule]]\nname = "abroad"\n'
                     'country = ["!NZ"]\nmfa = "deny"\n' + EVERYONE_MUST)
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    day, after = (time.strftime("%Y-%m-%d", time.localtime(time.time() + days * 86400)) for days in (20, 21))

    def decision(address, *more):
        return campus.enroll_json("admin", "explain", "alice", "--service", "sshd", "--from", address, *more)["decision"]

    def travels(country, until):
        return helps(campus, carol, "travel", alice, "--country", country, "--until", until, "--reason", "field trip")
    assert campus.login_over_ssh(alice, "").refused and decision(LAPTOP) == "deny"
    assert f"Logins of alice from AU are let through until {day}" in travels("AU", day).stdout
    assert campus.login_over_ssh(alice, alice.wrong_code()).refused
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert decision(PHONE) == "deny"
    assert decision(LAPTOP, "--at", day + " 23:59") == "require", "to the end of that day"
    assert decision(LAPTOP, "--at", after + " 00:00") == "deny"
    shown = campus.enroll_json("helpdesk", "show", "alice", person=carol)["travel"]
    assert [journey["country"] for journey in shown] == ["AU"]
    assert "treated like anybody's again" in travels("AU", "2000-01-01").stdout
    assert decision(LAPTOP) == "deny"


def test_what_is_refused_is_not_confirmed_first(campus):
    alice, carol = campus.student("alice"), clerk(campus)
    clerk(campus, "dave")
    for line, why in ((["reset", "dave", *WHY], "dave is a colleague of yours."),
                      (["reset", alice.name, *WHY, "--factor", "Pixel"], "alice has no factor Pixel."),
                      (["bypass", alice.name, *WHY, "--uses", "11"], "10 logins at most"),
                      (["exempt", alice.name, "--until", TOMORROW_DAY, "--reason", "lost"], "How do you know")):
        talk = Conversation(["mfa-enroll", "helpdesk", *line], carol, rows=60)
        talk.reads(why)
        assert talk.end() == 1 and "Is that right" not in talk.screen and "Password" not in talk.screen
    root = campus.enroll("admin", "provision", "alice", "totp", "--name", "authenticator app", status=1)
    assert "alice has a factor of that name already." in root.stderr


def test_who_is_exempt_is_asked_nothing_until_it_ends(campus):
    campus.start_sshd()
    alice, carol = campus.student("alice"), clerk(campus)
    day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 20 * 86400))
    assert "alice is asked for no second factor until" in helps(campus, carol, "exempt", alice, "--until", day, *WHY).stdout
    talk = begins_login(campus, alice)
    talk.reads("I am alice")
    assert talk.end() == 0 and CODE not in talk.screen
    campus.log.wait_for(r"event=login\.skipped user=alice .*reason=exempt")
    late = time.strftime("%Y-%m-%d", time.localtime(time.time() + 40 * 86400))
    assert "30 days" in helps(campus, carol, "exempt", alice, "--until", late, *WHY, status=1).stderr
    assert "again" in helps(campus, carol, "exempt", alice, "--until", "2000-01-01", *WHY).stdout
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed

    # Nor once she says that it was not her, or is reset.
    helps(campus, carol, "exempt", alice, "--until", day, *WHY)
    assert "Over as well: the exemption.\n" in campus.enroll("report", person=alice).stdout
    campus.log.wait_for(r'event=login\.reported user=alice .*reason="report; ended: exemption"')
    helps(campus, carol, "exempt", alice, "--until", day, *WHY)
    assert "Over as well: the exemption.\n" in helps(campus, carol, "reset", alice, *WHY).stdout
    talk = begins_login(campus, alice)
    talk.reads("Enrolment code: ")


# --- what the helpdesk may not do, as raw requests

def at_the_helpdesk(campus, more=""):
    campus.configure(f'[access]\nhelpdesk_scope = ["students"]\n{more}' + EVERYONE_MUST + PHONES + gateway("all"))
    alice, carol = campus.student("alice"), clerk(campus)
    put_in_group(campus, "students", alice, carol)
    return alice, carol


def asked_for(verb, user, **without):
    content = {"verb": verb, "user": user, "reason": "lost phone", "checked": "student card"} | VERBS[verb]
    return {key: value for key, value in content.items() if key not in without}


def test_what_the_helpdesk_may_not_do_is_refused_and_recorded(campus):
    alice, _ = at_the_helpdesk(campus)
    dave, erin, frank = clerk(campus, "dave"), campus.person("erin"), campus.person("frank")
    put_in_group(campus, "students", dave, erin)
    put_in_group(campus, "sudo", erin)
    # Of each clerk so many refusals are recorded in an hour.
    for number, verbs in enumerate(list(VERBS)[first:first + 3] for first in range(0, len(VERBS), 3)):
        carol = clerk(campus, f"carol{number}")
        put_in_group(campus, "students", carol)
        rows = [(asked_for(verb, user), why) for verb in verbs
                for user, why in ((carol.name, "oneself"), ("dave", "colleague"), ("root", "system_account"),
                                  ("daemon", "system_account"), ("erin", "protected"), ("frank", "out_of_scope"))]
        rows += [(asked_for(verb, "alice", reason=1), "no_reason") for verb in verbs if verb != "helpdesk show"]
        rows += [(asked_for(verb, "alice", checked=1), "not_identified") for verb in verbs
                 if verb not in NEED_NO_IDENTITY]

        def all_of_them():
            return [request(carol, content, carol.password) for content, _ in rows]
        for (content, why), (verdict, words, asked) in zip(rows, campus.as_person(carol, all_of_them)):
            assert (verdict, asked) == (frames.REFUSED, []) and words, (content, words)
            campus.log.wait_for(rf'event=helpdesk\.refused user={content["user"]} actor={carol.name} .*'
                                rf'reason="{content["verb"]}: {why}"')
    assert [factor["id"] for factor in campus.status(alice)["factors"]] == ["totp-1"]


def test_past_the_days_acts_and_without_proof_nothing_is_done(campus):
    alice, carol = at_the_helpdesk(campus, "acts_per_day = 1\n")
    campus.answers_given.add("not carol's password")
    for number, verb in enumerate(VERBS):
        if verb == "helpdesk show":
            continue
        # More wrong ones than this would shut her out for a minute: the others answer nothing.
        answers = ["not carol's password"] if number < 3 else []
        verdict, _, asked = campus.as_person(
            carol, lambda verb=verb, answers=answers: request(carol, asked_for(verb, "alice"), *answers))
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
        if verb == "helpdesk identify":  # no act: but there is nothing left to read a code from
            assert verdict == frames.REFUSED and "has no app, token or phone" in words
            continue
        assert (verdict, asked) == (frames.REFUSED, []) and "more than 1 such acts" in words, verb
        campus.log.wait_for(rf'event=helpdesk\.refused user=alice actor=carol .*reason="{verb}: too_many_acts"')


def test_nobody_else_is_the_helpdesk(campus):
    """Nor do they learn who has an account. It is recorded, and fills no trail."""
    alice, carol = at_the_helpdesk(campus)

    def all_of_them():
        return {request(alice, asked_for(verb, user), alice.password)[:2]
                for verb in VERBS for user in ("carol", "nobody-of-that-name", "alice", "root")}
    assert campus.as_person(alice, all_of_them) == {(frames.REFUSED, "Only the helpdesk may do that.")}
    for user in (f"user={carol.name} ", ""):
        campus.log.wait_for(rf'event=helpdesk\.refused {user}actor=alice .*reason="helpdesk show: not_helpdesk"')
    campus.log.wait_for(r'event=helpdesk\.refused .*actor=alice .*reason="[^"]*: not_helpdesk; more_of_these"')
    assert len(campus.log.lines(r"event=helpdesk\.")) == 4
