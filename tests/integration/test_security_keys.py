"""FIDO2 keys over a real sshd: one that is registered counts beside the password, and nothing else of that kind does.

The keys are those of software_key.cpp, which signs without a touch where a test says so.
"""
import json
import os
import re

import frames
from campus import CODE_ALONE, EVERYONE_MUST, MODULE, USER_SOCKET
from clerks import clerk, put_in_group, request
from conversation import Conversation
from marks import both_ways
from ssh_keys import SECURITY_KEYS, UNTOUCHED, fingerprint, give_key, public_line, with_key

CODE = "Verification code: "
KEY_FIRST = "AuthenticationMethods publickey,keyboard-interactive\n"
TOUCH_REQUIRED = "PubkeyAuthOptions touch-required\n"
KEY_OF_ONES_OWN = '[key]\nenrol = "self"\n' + EVERYONE_MUST
RECOVERY_CODE = re.compile(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b")


# --- the people and what they type

def handed_to(person, key):
    """The .pub file where that person can read it."""
    path = f"{person.home}/{os.path.basename(key)}.pub"
    with open(path, "w") as file:
        file.write(public_line(key))
    return path


def register(campus, carol, person, key):
    """As the helpdesk does it. Gives the factor's id."""
    return campus.enroll_json("helpdesk", "key", person.name, handed_to(carol, key), "--reason", "new key",
                              "--checked", "student card", person=carol, input=f"{carol.password}\n")["factor"]


def register_own(campus, person, key, status=0):
    """`mfa-enroll key`; what it printed, and the recovery codes."""
    done = campus.enroll("key", handed_to(person, key), person=person, input=f"{person.password}\n", status=status)
    codes = RECOVERY_CODE.findall(done.stdout)
    campus.answers_given.update(codes)
    return done, codes


def with_password_after_it(campus, extra=""):
    campus.start_sshd(KEY_FIRST + TOUCH_REQUIRED + extra)


def begins(campus, person, key, environment=None):
    return Conversation(with_key(campus, campus.ssh_command(person.name), key), environment=environment)


def gets_in(talk, person):
    talk.reads(f"I am {person.name}")
    assert talk.end() == 0, talk.screen


def log_in(campus, person, key, password=True):
    """All of a login with a key; whether a code was asked for, which is then given."""
    talk = begins(campus, person, key)
    if password:
        talk.reads("Password: ")
        talk.answers(person.password)
    asked = talk.reads_one_of(CODE, "I am ") == CODE
    if asked:
        talk.answers(person.fresh_code())
        talk.reads("I am ")
    talk.reads(person.name)
    assert talk.end() == 0, talk.screen
    return asked


# --- beside the password

def test_a_key_that_the_helpdesk_registered_counts_beside_the_password(campus):
    with_password_after_it(campus)
    alice, carol = campus.person("alice"), clerk(campus)
    for kind in SECURITY_KEYS:
        key = give_key(campus, alice, kind, kind)
        factor = register(campus, carol, alice, key)
        campus.log.wait_for(rf"event=helpdesk\.key user=alice actor=carol .*factor={factor} .*checked: student card")
        assert not log_in(campus, alice, key)
        campus.log.wait_for(rf"event=login\.passed user=alice .*factor={factor}\b")
        [entry] = [entry for entry in campus.status(alice)["factors"] if entry["id"] == factor]
        assert fingerprint(campus, key) in entry["detail"] and entry["last_used"]


@both_ways
def test_a_key_that_root_registered_counts(campus):
    with_password_after_it(campus)
    alice = campus.person("alice")
    key = give_key(campus, alice, kind="ed25519-sk")
    campus.enroll("helpdesk", "key", "alice", key + ".pub", "--reason", "new key", "--checked", "student card")
    assert not log_in(campus, alice, key)


def test_people_register_their_own_where_they_may(campus):
    campus.configure(KEY_OF_ONES_OWN)
    with_password_after_it(campus)
    for person, kind in zip((campus.person("alice"), campus.person("bob")), SECURITY_KEYS):
        key = give_key(campus, person, kind=kind)
        done, codes = register_own(campus, person, key)
        assert fingerprint(campus, key) in done.stdout and len(codes) == 10
        assert not log_in(campus, person, key)


def test_people_do_not_register_their_own_where_the_helpdesk_does(campus):
    alice = campus.person("alice")
    done, _ = register_own(campus, alice, give_key(campus, alice, kind="ed25519-sk"), status=1)
    assert "Password" not in done.stderr and "Ask Service Desk, 0800 650 200." in done.stderr
    assert campus.status(alice)["factors"] == []


def test_a_wrong_password_registers_nothing(campus):
    campus.configure(KEY_OF_ONES_OWN)
    alice = campus.person("alice")
    path = handed_to(alice, give_key(campus, alice, kind="ed25519-sk"))
    campus.enroll("key", path, person=alice, input="not the password\n", status=1)
    assert campus.status(alice)["factors"] == []


def test_neither_a_wrong_password_nor_none_is_made_up_for_by_a_key(campus):
    with_password_after_it(campus)
    alice, carol = campus.person("alice"), clerk(campus)
    key = give_key(campus, alice, kind="ed25519-sk")
    register(campus, carol, alice, key)
    for password in ("not the password", ""):
        talk = begins(campus, alice, key)
        talk.reads("Password: ")
        talk.answers(password)
        assert talk.end() != 0 and "I am" not in talk.screen


def test_a_key_that_is_not_registered_does_not_count(campus):
    with_password_after_it(campus)
    alice = campus.student("alice")
    for kind in (*SECURITY_KEYS, "ed25519"):
        talk = begins(campus, alice, give_key(campus, alice, kind, kind))
        talk.reads("Password: ")
        talk.answers(alice.password)
        talk.reads(CODE)
        talk.hangs_up()


def test_a_key_that_somebody_else_registered_does_not_count(campus):
    with_password_after_it(campus)
    alice, bob, carol = campus.student("alice"), campus.person("bob"), clerk(campus)
    key = give_key(campus, alice, kind="ed25519-sk")
    register(campus, carol, bob, key)
    assert log_in(campus, alice, key)


def test_a_key_that_was_removed_does_not_count_any_more(campus):
    with_password_after_it(campus)
    alice, carol = campus.student("alice"), clerk(campus)
    key = give_key(campus, alice, kind="ecdsa-sk")
    factor = register(campus, carol, alice, key)
    assert not log_in(campus, alice, key)
    campus.enroll("remove", factor, person=alice, input=f"{alice.password}\n{alice.fresh_code()}\n")
    talk = begins(campus, alice, key)
    talk.reads("Password: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.hangs_up()


def test_a_rule_that_does_not_list_keys_asks_for_a_code(campus):
    campus.configure('[[rule]]\nname = "apps"\nmfa = "require"\nfactors = ["totp"]\n')
    with_password_after_it(campus)
    alice, carol = campus.student("alice"), clerk(campus)
    key = give_key(campus, alice, kind="ed25519-sk")
    register(campus, carol, alice, key)
    assert log_in(campus, alice, key)


# --- without the password

def test_a_registered_key_alone_is_one_factor(campus):
    campus.pam_service("sshd", CODE_ALONE)
    with_password_after_it(campus)
    alice, carol = campus.student("alice"), clerk(campus)
    key = give_key(campus, alice, kind="ed25519-sk")
    register(campus, carol, alice, key)
    assert log_in(campus, alice, key, password=False)


def test_a_registered_key_alone_is_let_in_where_a_rule_says_so(campus):
    campus.pam_service("sshd", CODE_ALONE)
    with_password_after_it(campus)
    campus.configure('[[rule]]\nname = "security keys"\nfirst_factor = ["publickey-sk"]\nmfa = "skip"\n' + EVERYONE_MUST)
    alice, bob, carol = campus.student("alice"), campus.person("bob"), clerk(campus)
    for kind in SECURITY_KEYS:
        key = give_key(campus, alice, kind, kind)
        talk = begins(campus, alice, key)
        talk.reads(CODE)  # it is not registered yet
        talk.hangs_up()
        register(campus, carol, bob, key)
        talk = begins(campus, alice, key)
        talk.reads(CODE)  # it is, for somebody else
        talk.hangs_up()
        register(campus, carol, alice, key)
        assert not log_in(campus, alice, key, password=False)


# As pam_mfa(8) gives it for password and code.
MANUALS_STACK = f"""
auth     [success=1 default=ignore]  pam_unix.so nodelay
auth     [default=die]               {MODULE} authfail
auth     required                    {MODULE}
account  required                    {MODULE}
account  required                    pam_unix.so
session  required                    pam_permit.so
"""


def test_the_stack_of_the_manual_does_the_same(campus):
    campus.pam_service("sshd", MANUALS_STACK)
    with_password_after_it(campus)
    alice, carol = campus.student("alice"), clerk(campus)
    key, other = (give_key(campus, alice, name, "ed25519-sk") for name in ("id", "other"))
    register(campus, carol, alice, key)
    assert not log_in(campus, alice, key)
    assert log_in(campus, alice, other)
    talk = begins(campus, alice, key)
    talk.reads("Password: ")
    campus.answers_given.add("not alice's password")
    talk.answers("not alice's password")
    assert talk.end() != 0 and "I am" not in talk.screen


def test_a_registered_key_that_never_came_to_the_auth_phase_is_refused(campus):
    campus.pam_service("sshd", MANUALS_STACK)
    campus.start_sshd("AuthenticationMethods publickey\n" + TOUCH_REQUIRED)
    alice, carol = campus.student("alice"), clerk(campus)
    key = give_key(campus, alice, kind="ed25519-sk")
    register(campus, carol, alice, key)
    talk = begins(campus, alice, key)
    assert talk.end() != 0 and "I am" not in talk.screen
    campus.log.wait_for(r"event=login\.refused user=alice .*reason=one_factor")


# --- touched or not

def with_untouched_key(campus):
    alice, carol = campus.person("alice"), clerk(campus)
    key = give_key(campus, alice, kind="ed25519-sk", options="no-touch-required")
    register(campus, carol, alice, key)
    return alice, key


def test_touch_required_overrules_the_users_own_file(campus):
    campus.start_sshd(KEY_FIRST + TOUCH_REQUIRED)
    alice, key = with_untouched_key(campus)
    talk = begins(campus, alice, key, UNTOUCHED)
    assert talk.end() != 0
    assert "Permission denied" in talk.screen and "Password" not in talk.screen
    assert not log_in(campus, alice, key)


def test_without_touch_required_the_users_own_file_decides(campus):
    """Why the manual asks for that line."""
    campus.start_sshd(KEY_FIRST)
    alice, key = with_untouched_key(campus)
    talk = begins(campus, alice, key, UNTOUCHED)
    talk.reads("Password: ")
    talk.answers(alice.password)
    gets_in(talk, alice)


# --- what the helpdesk may not do

def key_for(user, line, **more):
    return {"verb": "helpdesk key", "user": user, "line": line, "reason": "new key", "checked": "student card"} | more


def without(content, *names):
    return {name: value for name, value in content.items() if name not in names}


def at_the_helpdesk(campus):
    campus.configure('[access]\nhelpdesk_scope = ["students"]\nacts_per_day = 1\n' + EVERYONE_MUST)
    alice, bob, carol = campus.person("alice"), campus.person("bob"), clerk(campus)
    put_in_group(campus, "students", alice, bob, carol)
    line = public_line(give_key(campus, alice, kind="ed25519-sk")).strip()
    return alice, bob, carol, line


def test_what_the_helpdesk_may_not_do_is_refused_and_recorded(campus):
    alice, _, carol, line = at_the_helpdesk(campus)
    dave, erin, frank = clerk(campus, "dave"), campus.person("erin"), campus.person("frank")
    put_in_group(campus, "students", dave, erin)
    put_in_group(campus, "sudo", erin)
    for content, why in ((key_for("carol", line), "oneself"),
                         (key_for("dave", line), "colleague"),
                         (key_for("root", line), "system_account"),
                         (key_for("daemon", line), "system_account"),
                         (key_for("erin", line), "protected"),
                         (key_for("frank", line), "out_of_scope"),
                         (without(key_for("alice", line), "reason"), "no_reason"),
                         (without(key_for("alice", line), "checked"), "not_identified")):
        user = content["user"]
        verdict, words, asked = campus.as_person(carol, lambda content=content: request(carol, content, carol.password))
        assert (verdict, asked) == (frames.REFUSED, []) and words, (content, words)
        campus.log.wait_for(rf'event=helpdesk\.refused user={user} actor=carol .*reason="helpdesk key: {why}"')
    for person in (alice, carol, dave, erin, frank):
        assert campus.status(person)["factors"] == []


def test_the_helpdesk_proves_who_it_is(campus):
    alice, _, carol, line = at_the_helpdesk(campus)
    campus.answers_given.add("not carol's password")
    refused = r'event=helpdesk\.refused user=alice actor=carol .*reason="helpdesk key: not_proven"'
    verdict, _, asked = campus.as_person(carol, lambda: request(carol, key_for("alice", line), "not carol's password"))
    assert verdict is None and asked[1:] == ["That password is not right.\nPassword for carol: "]
    campus.log.wait_for(refused)
    assert campus.as_person(carol, lambda: request(carol, key_for("alice", line)))[0] is None  # went away at the question
    campus.log.wait_for(refused, 2)
    assert campus.status(alice)["factors"] == []


def test_the_helpdesk_proves_a_factor_too_if_it_has_one(campus):
    alice, _, carol, line = at_the_helpdesk(campus)
    campus.provision(carol)
    verdict, _, asked = campus.as_person(
        carol, lambda: request(carol, key_for("alice", line), carol.password, carol.fresh_code()))
    assert verdict == frames.DONE and len(asked) == 2 and asked[1].endswith(CODE)


def test_a_day_has_its_number_of_acts(campus):
    _, bob, carol, line = at_the_helpdesk(campus)
    campus.enroll("helpdesk", "key", "alice", "-", "--reason", "by root", "--checked", "passport", input=f"{line}\n")

    assert campus.as_person(carol, lambda: request(carol, key_for("bob", line), carol.password))[0] == frames.DONE
    other = public_line(give_key(campus, bob, "other", "ecdsa-sk")).strip()
    verdict, words, asked = campus.as_person(carol, lambda: request(carol, key_for("bob", other), carol.password))
    assert (verdict, asked) == (frames.REFUSED, []) and "more than 1 such acts" in words
    campus.log.wait_for(r'event=helpdesk\.refused user=bob actor=carol .*reason="helpdesk key: too_many_acts"')
    campus.enroll("helpdesk", "key", "bob", "-", "--reason", "by root", "--checked", "passport", input=f"{other}\n")


def test_acts_at_the_same_instant_are_no_more_than_a_days_number(campus):
    alice, bob, carol, line = at_the_helpdesk(campus)

    def both():
        clients = [frames.Client(USER_SOCKET), frames.Client(USER_SOCKET)]
        for client, user in zip(clients, ("alice", "bob")):
            client.send(frames.request(json.dumps(key_for(user, line)).encode()))
        for client in clients:
            client.asked()
        for client in clients:
            client.send(frames.answer(carol.password.encode()))
        return sorted(client.verdict() for client in clients)
    assert campus.as_person(carol, both) == [frames.DONE, frames.REFUSED]
    campus.log.wait_for(r'event=helpdesk\.refused user=(alice|bob) actor=carol .*reason="helpdesk key: too_many_acts"')
    assert len(campus.status(alice)["factors"] + campus.status(bob)["factors"]) == 1


def test_nobody_else_is_the_helpdesk(campus):
    """Nor do they learn who has an account; and they fill no trail, though it tells that they tried."""
    _, bob, _, line = at_the_helpdesk(campus)
    said = {campus.as_person(bob, lambda user=user: request(bob, key_for(user, line), bob.password))[:2]
            for user in ("alice", "bob", "root", "nobody-of-that-name")}
    assert said == {(frames.REFUSED, "Only the helpdesk may do that.")}
    campus.log.wait_for(r'event=helpdesk\.refused user=alice actor=bob .*reason="helpdesk key: not_helpdesk"')
    campus.log.wait_for(r'event=helpdesk\.refused .*actor=bob .*reason="helpdesk key: not_helpdesk; more_of_these"')
    assert len(campus.log.lines(r"event=helpdesk\.refused")) == 4


def test_only_a_security_keys_public_half_is_registered(campus):
    alice, _, carol, _ = at_the_helpdesk(campus)
    plain = public_line(give_key(campus, alice, "plain")).strip()
    with open(give_key(campus, alice, "private", "ed25519-sk")) as file:
        private = file.read().replace("\n", " ")
    for line in (plain, private, "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com " + plain.split()[1]):
        verdict, _, asked = campus.as_person(carol, lambda line=line: request(carol, key_for("alice", line), carol.password))
        assert (verdict, asked) == (frames.REFUSED, [])
    assert campus.status(alice)["factors"] == []


# --- where no key can be shown

def test_sudo_with_a_key_alone_takes_a_recovery_code(campus):
    with open("/etc/sudoers.d/campus", "w") as file:
        file.write("Defaults lecture=never\nDefaults passwd_tries=1\nalice ALL=(ALL:ALL) ALL\n")
    campus.configure(KEY_OF_ONES_OWN)
    alice = campus.person("alice")
    _, codes = register_own(campus, alice, give_key(campus, alice, kind="ed25519-sk"))
    talk = Conversation(["sudo", "-k", "id", "-un"], alice)
    talk.reads("assword")
    talk.answers(alice.password)
    shown = talk.reads(CODE)
    assert "Your security key (security key) counts only over SSH, together with your password." in " ".join(shown.split())
    assert "Enter one of your recovery codes." in shown
    talk.answers("help")
    shown = talk.reads(CODE)
    assert "recovery codes" in shown and "authenticator app" not in shown
    talk.answers(codes[0])
    talk.reads("root")
    assert talk.end() == 0


def test_who_has_a_key_and_no_recovery_codes_is_told_where_to_go(campus):
    alice, carol = campus.person("alice"), clerk(campus)
    register(campus, carol, alice, give_key(campus, alice, kind="ed25519-sk"))
    talk = Conversation(["pamtester", "sudo", "alice", "authenticate"])
    talk.reads("Password: ")
    talk.answers(alice.password)
    shown = talk.reads(CODE)
    assert "You have no recovery codes. Ask Service Desk, 0800 650 200." in shown
    talk.hangs_up()
    # At a shell the code stands in that the helpdesk handed over with the key.
    done = campus.enroll("codes", person=alice, input=f"{alice.password}\n", status=1)
    assert "counts only over SSH" in done.stderr and "Enrolment code: " in done.stderr
    assert CODE not in done.stderr
