"""Codes by text and call, through a real sshd and mfa-enroll; the file gateway is the telephone."""
import json
import os
import signal
import subprocess

import carriers
from campus import EVERYONE_MUST, STORE
from conversation import Conversation
from marks import both_ways
from waiting import until

CODE = "Verification code: "
CHOICE = "Your choice [app]: "
SAVED = "Press Enter when you have saved them: "
MESSAGES = "/var/lib/mfa/gateways/messages"
PHONES = '[phone]\ncountries = ["NZ", "BE"]\nresend_after = "10s"\n'


def gateway(name, answer="sent", channels='"sms", "call"', press="false"):
    path = carriers.settings(f"{name}.toml", f'path = "{MESSAGES}"\nanswer = "{answer}"\n')
    return (f'[[gateway]]\nname = "{name}"\nchannel = [{channels}]\npress = {press}\nprogram = "file"\n'
            f'settings = "{path}"\n')


RINGS = f"""#!/bin/sh
cat >>{MESSAGES}; echo >>{MESSAGES}
until [ -e /run/picked-up ]; do sleep 0.1; done
cat /run/picked-up
"""


class Telephone:
    """What came to it."""

    def __init__(self, campus, digits="211234567"):
        self._campus = campus
        campus.answers_given.add(digits)  # in no log

    def messages(self):
        if not os.path.exists(MESSAGES):
            return []
        return [json.loads(line) for line in open(MESSAGES)]

    @property
    def code(self):
        code = self.messages()[-1]["code"]
        self._campus.answers_given.add(code)
        return code


def enrols_in_the_login(talk, telephone):
    talk.reads(CHOICE)
    talk.answers("text")
    talk.reads("Country [NZ]: ")
    talk.answers("back")
    talk.reads(CHOICE)
    talk.answers("text")
    talk.reads("Country [NZ]: ")
    talk.answers("New Zealand")
    talk.reads("Phone number: ")
    talk.answers("09 00")
    talk.reads("Phone number: ")
    talk.answers("(021) 123-4567")
    talk.reads("We sent a text to your phone +64 21 123 4567.")
    talk.reads(CODE)
    talk.answers(telephone.code)
    talk.reads("Name of this device [phone]: ")
    talk.answers("")
    talk.reads(SAVED)
    talk.answers("")


@both_ways
def test_a_student_enrols_a_number_in_the_login_and_logs_in_with_a_text(campus):
    alice, telephone = campus.person("alice"), Telephone(campus)
    campus.configure(PHONES + gateway("file") + EVERYONE_MUST)
    talk = campus.ssh(alice)
    enrols_in_the_login(talk, telephone)
    talk.reads("Your phone ending 4567 is set up.")
    assert talk.end() == 0
    campus.log.wait_for(r"event=factor\.added user=alice .*factor=sms-1")

    talk = campus.ssh(alice)
    talk.reads("We sent a text to your phone ending 4567. Its code works for 10 minutes.")
    talk.reads("Other ways: resend, call, recovery code, help")
    talk.reads(CODE)
    sent = telephone.messages()
    assert len(sent) == 2 and sent[-1]["to"] == "+64211234567" and sent[-1]["channel"] == "sms", sent
    assert sent[-1]["text"].startswith(f"Example University: {telephone.code} is your code to log in to lab-gw. Not you?")
    talk.answers(telephone.code)
    assert talk.end() == 0
    # Used up; and neither is it a code of anything else.
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(sent[-1]["code"])
    talk.reads("That code is not right.")
    talk.hangs_up()
    nothing_in_the_store(telephone)


def nothing_in_the_store(telephone):
    """Neither codes nor the number are in the store's bytes."""
    for name in os.listdir(os.path.dirname(STORE)):
        if name == "gateways":
            continue
        content = open(f"{os.path.dirname(STORE)}/{name}", "rb").read()
        for secret in {message["code"] for message in telephone.messages()} | {"211234567"}:
            assert secret.encode() not in content, (name, secret)


def test_mfa_enroll_adds_a_phone_that_calls_read_codes_to(campus):
    alice, telephone = campus.student("alice"), Telephone(campus, "33642987")
    campus.configure(PHONES + gateway("file") + EVERYONE_MUST)
    talk = Conversation(["mfa-enroll", "phone", "03 364 2987", "--country", "New Zealand", "--call", "--name", "desk"], alice)
    talk.reads("Password for alice: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads("We called your phone +64 3 364 2987.")
    talk.reads(CODE)
    code = telephone.code
    talk.answers("000000" if code != "000000" else "111111")
    talk.reads("That code is not right. 4 tries left.")
    talk.reads(CODE)
    call = telephone.messages()[-1]
    assert call["channel"] == "call" and call["text"].count(", ".join(code)) == 2, call
    talk.answers(code)
    talk.reads("Your phone ending 2987 is set up (call-2).")
    assert talk.end() == 0
    status = campus.status(alice)
    assert [(factor["id"], factor.get("detail")) for factor in status["factors"]][1] == ("call-2", "ending 2987"), status
    talk = campus.ssh(alice)
    talk.reads("Other ways: call (phone ending 2987), ")
    talk.reads(CODE)
    talk.answers("call")
    talk.reads("Enter the code from the call.")
    talk.reads(CODE)
    talk.answers(telephone.code)
    assert talk.end() == 0
    campus.log.wait_for(r"event=login\.passed user=alice .*factor=call-2")


def called(campus, alice):
    """A login of hers in which # was pressed in the call."""
    Telephone(campus, "33642987")
    campus.configure(PHONES + 'calls = "press"\n' + gateway("file", "approved", '"call"', "true") + EVERYONE_MUST)
    campus.enroll("helpdesk", "phone", "alice", "03 364 2987", "--call", "--reason", "new", "--checked", "card")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers("call")
    talk.reads("# was pressed. Press Enter here.")
    talk.reads(CODE)
    return talk


def test_where_hash_is_pressed_no_code_is_typed(campus):
    alice = campus.person("alice")
    talk = called(campus, alice)
    talk.answers("")
    assert talk.end() == 0
    campus.log.wait_for(r"event=login\.passed user=alice .*factor=call-1")
    again = campus.ssh(alice)
    again.reads(CODE)
    again.answers("call")
    again.reads("We called your phone ending 2987 just now. We can call again in ")
    again.hangs_up()


def test_a_thief_gets_nobody_to_press_hash_for_them(campus):
    alice, _ = campus.person("alice"), Telephone(campus, "33642987")
    program = carriers.settings("rings", RINGS, 0o755)
    campus.configure('[trust]\nburst = "5m"\n' + PHONES + 'calls = "press"\n' +
                     gateway("own", channels='"call"', press="true").replace('"file"', f'"{program}"') + EVERYONE_MUST)
    campus.enroll("helpdesk", "phone", "alice", "03 364 2987", "--call", "--reason", "new", "--checked", "card")
    thief = campus.ssh(alice)
    thief.reads(CODE)
    thief.answers("call")
    thief.reads("We are calling your phone ending 2987. Answer it, and press #.")
    thief.reads(CODE)
    victim = campus.ssh(alice)
    victim.reads(CODE)
    victim.answers("call")
    victim.reads("We called your phone for another login just now. Not you? Do not press #.")
    victim.reads(CODE)
    # It rings no longer than the thief is there, and what is pressed then lets in nobody.
    thief.hangs_up()
    campus.log.wait_for(r"event=message\.failed user=alice .*factor=call-1")
    with open("/run/picked-up", "w") as answer:
        answer.write('{"status":"approved"}')
    victim.answers("call")
    victim.reads("Our last call came to nothing. We can call again in 10 minutes.")
    victim.reads(CODE)
    victim.answers("notme")
    victim.end()
    assert "event=login.passed" not in campus.log.text


def test_a_report_ends_the_login_it_is_about(campus):
    alice = campus.person("alice")
    thief = called(campus, alice)
    victim = campus.ssh(alice)
    victim.reads(CODE)
    victim.answers("notme")
    victim.end()
    thief.answers("")
    assert thief.end() != 0
    assert "event=login.passed" not in campus.log.text


def test_the_code_is_typed_while_the_phone_rings(campus):
    alice, bob = campus.person("alice"), campus.person("bob")
    telephone = Telephone(campus, "33642987")
    program = carriers.settings("rings", RINGS, 0o755)
    campus.configure(PHONES + gateway("own", channels='"call"').replace('"file"', f'"{program}"') + EVERYONE_MUST)
    for name in ("alice", "bob"):
        campus.enroll("helpdesk", "phone", name, "03 364 2987", "--call", "--reason", "new", "--checked", "card")
    talk = campus.ssh(alice)
    talk.reads("Type call to get a code on your phone ending 2987.")
    talk.reads(CODE)
    talk.answers("call")
    talk.reads("We are calling your phone ending 2987. It will read out six digits, twice.")
    talk.reads(CODE)
    talk.answers("")
    talk.reads("We are still calling your phone ending 2987.")
    talk.reads(CODE)
    talk.answers(telephone.code)
    assert talk.end() == 0
    with open("/run/picked-up", "w") as answer:
        answer.write('{"status":"refused","fault":"busy"}')
    campus.log.wait_for(r"event=message\.failed user=alice .*factor=call-1")
    talk = campus.ssh(bob)
    talk.reads(CODE)
    talk.answers("call")
    talk.reads("Your phone ending 2987 is busy. We can call again in 10 minutes.")
    talk.reads("You have no recovery codes. Ask")
    talk.hangs_up()
    talk = campus.ssh(bob)
    talk.reads("Our last call came to nothing. We can call again in 10 minutes.")
    talk.reads("Other ways: help")
    talk.hangs_up()


def test_a_gateway_that_fails_leaves_the_other_ways(campus):
    alice, _ = campus.student("alice"), Telephone(campus)
    campus.configure(PHONES + gateway("file", "failed") + EVERYONE_MUST)
    campus.enroll("helpdesk", "phone", "alice", "021 123 4567", "--reason", "new", "--checked", "card")
    talk = campus.ssh(alice)
    talk.reads("Other ways: text (phone ending 4567), call, recovery code, help")
    talk.reads(CODE)
    talk.answers("text")
    talk.reads("The text could not be sent. Use another way, or ask")
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    campus.log.wait_for(r"event=message\.failed user=alice .*factor=sms-2")
    refused = campus.enroll("admin", "send-test", "021 123 4567", status=1)
    assert "No gateway took it on" in refused.stderr, refused.stderr
    assert refused.stdout == "To +64 21 123 4567\nfile: failed: its settings have it answer so\n", refused.stdout
    none = campus.enroll("admin", "send-test", "03 364 2987", "--press", "--gateway", "file", status=1)
    assert "The gateway file is not one that waits for # in a call." in none.stderr, none.stderr


def test_a_text_that_may_have_gone_out_is_waited_for_and_counts(campus):
    alice, telephone = campus.student("alice"), Telephone(campus)
    campus.configure(PHONES + "per_user_per_hour = 1\n" + gateway("file", "unclear") + EVERYONE_MUST)
    campus.enroll("helpdesk", "phone", "alice", "021 123 4567", "--reason", "new", "--checked", "card")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers("text")
    talk.reads("Our text to your phone ending 4567 may come or not")
    talk.reads("Other ways: app, recovery code, help")
    talk.reads(CODE)
    talk.answers(telephone.code)
    assert talk.end() == 0
    campus.log.wait_for(r"event=message\.failed user=alice .*factor=sms-2 .*unclear")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers("text")
    talk.reads("You have had as many texts and calls as you can get.")
    talk.hangs_up()
    assert len(telephone.messages()) == 1
    test = campus.enroll("admin", "send-test", "021 123 4567", status=1)
    assert "It may have gone out, or not." in test.stderr, test.stderr
    assert test.stdout == "To +64 21 123 4567\nfile: may have sent it, or not: its settings have it answer so\n", test.stdout


def test_a_number_on_a_command_line_is_written_over(campus):
    alice, _ = campus.student("alice"), Telephone(campus, "33642987")
    program = carriers.settings("rings", RINGS, 0o755)
    campus.configure(PHONES + gateway("own", channels='"call"').replace('"file"', f'"{program}"') + EVERYONE_MUST)

    def words(talk):
        return open(f"/proc/{talk.pid}/cmdline").read().split("\0")[1:-1]

    talk = Conversation(["mfa-enroll", "phone", "+64 3 364 2987", "--call"], alice)
    talk.reads("Password for alice: ")
    assert words(talk) == ["phone", "*" * 14, "--call"], words(talk)
    talk.hangs_up()
    talk = Conversation(["mfa-enroll", "helpdesk", "phone", "alice", "033642987", "--call", "--reason", "new", "--checked", "card"])
    talk.reads("The number: +64 3 364 2987")
    assert words(talk)[:4] == ["helpdesk", "phone", "alice", "*" * 9], words(talk)
    talk.hangs_up()
    talk = Conversation(["mfa-enroll", "admin", "send-test", "--call", "03 364 2987"])
    until(lambda: os.path.exists(MESSAGES), "it rings")
    assert words(talk) == ["admin", "send-test", "--call", "*" * 11], words(talk)
    with open("/run/picked-up", "w") as answer:
        answer.write('{"status":"sent"}')
    assert talk.end() == 0


def test_phones_that_end_alike_are_told_apart_and_an_app_can_be_chosen_after_all(campus):
    alice, bob, telephone = campus.person("alice"), campus.person("bob"), Telephone(campus)
    campus.configure(PHONES + "unproven_per_user_per_day = 1\n" + gateway("file") + EVERYONE_MUST)
    for number, name in (("021 123 4567", "work"), ("021 765 4567", "home")):
        campus.enroll("helpdesk", "phone", "alice", number, "--name", name, "--reason", "new", "--checked", "card")
    talk = campus.ssh(alice)
    talk.reads("Other ways: resend, text 4567-1, text 4567-2, call 4567-1, call 4567-2, help")
    for typed, said in (("text 4567", "Two phones of yours end 4567. Type text 4567-1 for work, or text 4567-2 for"),
                        ("text 1111", "You have no phone ending 1111 here. Type text 4567-1 or text 4567-2.")):
        talk.reads(CODE)
        talk.answers(typed)
        talk.reads(said)
    talk.reads(CODE)
    talk.answers("text 4567-2")
    talk.reads(CODE)
    assert telephone.messages()[-1]["to"] == "+64217654567"
    talk.answers(telephone.code)
    assert talk.end() == 0
    talk = campus.ssh(bob)
    for question, typed in ((CHOICE, "text"), ("Country [NZ]: ", ""), ("Phone number: ", "021 111 2222"), (CODE, "back"),
                            ("Phone number: ", "021 111 3333")):
        talk.reads(question)
        talk.answers(typed)
    talk.reads("You have had as many texts and calls as you can get.")
    talk.reads("To set up an authenticator app instead, type app.")
    talk.reads("Phone number: ")
    talk.answers("app")
    talk.reads("Scan this with your authenticator app")
    talk.hangs_up()


def test_what_cannot_be_texted_is_refused_before_anything_is_sent(campus):
    alice, telephone = campus.person("alice"), Telephone(campus)
    campus.configure(PHONES + gateway("file") + EVERYONE_MUST)
    talk = Conversation(["mfa-enroll", "phone"], alice)
    talk.reads("Password for alice: ")
    talk.answers(alice.password)
    talk.reads("Country [NZ]: ")
    talk.answers("+33")
    talk.reads("Numbers from France cannot be used here. Use one from New Zealand or Belgium.")
    talk.reads("Country [NZ]: ")
    talk.answers("")
    for number, why in (("0900 12345", "Premium-rate numbers cannot be used."),
                        ("03 364 2987", "That is a landline, which takes no texts."),
                        ("021 123 4567 x12", "Extensions cannot be reached,"), ("021", "That number is too short."),
                        ("+1 201 555 0123", "Numbers from the United States cannot be used here.")):
        talk.reads("Phone number: ")
        talk.answers(number)
        talk.reads(why)
    talk.end()
    talk = Conversation(["mfa-enroll", "phone"], alice)
    for question, typed in (("Password for alice: ", alice.password), ("Country [NZ]: ", ""), ("Phone number: ", "back"),
                            ("Country [NZ]: ", "back")):
        talk.reads(question)
        talk.answers(typed)
    talk.reads("mfa-enroll: Nothing was changed.")
    assert talk.end() == 1
    assert telephone.messages() == []
    sent = campus.enroll_json("admin", "send-test", "021 123 4567")
    assert sent == {"number": "+64 21 123 4567", "status": "sent", "gateway": "file",
                    "tried": [{"gateway": "file", "status": "sent"}]}, sent


CURIOUS = """#!/bin/sh
cat >/dev/null
folder=/var/lib/mfa
[ -d $folder ] || folder=/var/p/mfa
{ id -un; cat $(cat "$1"); ls $folder; echo >>"$1"; } >$folder/gateways/seen 2>&1
echo '{"status":"sent"}'
"""


def nothing_is_reached_by_the_curious(campus, folder, *paths):
    carriers.settings("curious.toml", "\n".join(paths), 0o600, "mfa")
    campus.enroll("admin", "send-test", "+64211234567")
    seen = open(f"{folder}/gateways/seen").read().splitlines()
    assert seen[0] == "mfa" and len(seen) == len(paths) + 3, seen
    assert all("Permission denied" in line for line in seen[1:]), seen


def test_a_gateway_of_the_same_user_does_not_reach_the_key(campus):
    program, old, new = "/usr/libexec/mfa/gateways/curious", "/var/lib/mfa", "/var/p/mfa"
    with open(program, "w") as file:
        file.write(CURIOUS)
    os.chmod(program, 0o755)
    path = carriers.settings("curious.toml", "", 0o600, "mfa")
    text = (PHONES + f'[[gateway]]\nname = "curious"\nchannel = ["sms"]\nprogram = "curious"\nsettings = "{path}"\n' +
            EVERYONE_MUST)
    campus.configure(text)
    details = lambda: [check["detail"] for check in
                       json.loads(campus.run(["mfa-enroll", "--json", "admin", "check"]).stdout)["checks"]]
    assert any("kept out of the key and the store" in detail for detail in details()), details()
    nothing_is_reached_by_the_curious(campus, old, f"{old}/key", f"{old}/mfa.db")

    # The store stays where it is until mfad is started anew: nothing of it is reached before that, nor of the next one.
    subprocess.run(["install", "-d", "-o", "mfa", "-g", "mfa", "-m", "700", new], check=True)
    subprocess.run(["install", "-o", "mfa", "-g", "mfa", "-m", "400", f"{old}/key", new], check=True)
    campus.configure(f'[store]\npath = "{new}/mfa.db"\n' + text, restart=False)
    campus.mfad.send_signal(signal.SIGHUP)
    campus.log.wait_for("another store.path takes effect")
    nothing_is_reached_by_the_curious(campus, old, f"{old}/key", f"{old}/mfa.db", f"{new}/key")

    # Below a folder that mfa can pass and not list, too.
    campus.stop_mfad()
    subprocess.run(["rm", "-r", new], check=True)
    os.rename(old, new)
    os.chmod("/var/p", 0o711)
    campus.start_mfad()
    assert any("/var/p cannot be listed by mfa" in detail for detail in details()), details()
    nothing_is_reached_by_the_curious(campus, new, f"{new}/key", f"{new}/mfa.db")
