"""`mfa-enroll` alone: the guided set-up at a terminal, in all its looks, broken off at each step."""
import re

from conversation import Conversation
from terminal import Terminal, photograph

CODE = "Verification code: "
CHOICE = "Your choice [app]: "
NAME = "Name of this device [authenticator app]: "
SAVED = "Press Enter when you have saved them: "
URI = "otpauth://totp/Example%20University:alice?secret="


def at_the_choice(alice, rows=24, columns=80, command=("mfa-enroll",), **environment):
    talk = Conversation(list(command), alice, rows=rows, columns=columns, environment=environment)
    talk.reads("Password for alice: ")
    talk.answers(alice.password)
    talk.reads(CHOICE)
    return talk


def key_in(picture):
    found = re.match(re.escape(URI) + "([A-Z2-7]{32})&", picture)
    assert found, f"no picture could be read, but {picture!r}"
    return found[1]


def codes_on(campus, screen):
    codes = re.findall(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b", screen)
    campus.answers_given.update(codes)
    return codes


def finishes(campus, alice, talk):
    """From the code to the end."""
    alice.start_anew()
    talk.answers(alice.fresh_code())
    talk.reads(NAME)
    talk.answers("iPhone")
    talk.reads("Step 4 of 4: Keep your recovery codes")
    codes = codes_on(campus, talk.reads(SAVED))
    assert len(codes) == 10
    talk.answers("")
    talk.reads("Your second factor is set up: iPhone (totp-1)")
    talk.reads("At your next login: your password as ever, then the code your app shows then.")
    assert talk.end() == 0, talk.screen
    return codes


def test_from_nothing_to_the_next_login(campus):
    alice = campus.person("alice")
    talk = at_the_choice(alice)
    for text in ("Multi-factor authentication for alice", "A second factor is required here.",
                 "Step 1 of 4: Prove that it is you", "Step 2 of 4: Choose your second factor", "  app    an auth"):
        assert text in talk.screen, talk.screen
    assert "\x1b" not in talk.screen, "the tests say NO_COLOR"
    talk.answers("")
    talk.reads("Step 3 of 4: Set up your authenticator app")
    alice.secret = key_in(photograph(talk.reads(CODE).replace("\r", "")))
    codes = finishes(campus, alice, talk)
    assert [factor["name"] for factor in campus.status(alice)["factors"]] == ["iPhone"]
    assert campus.status(alice)["recovery_codes_left"] == 10
    assert campus.login_over_ssh(alice, alice.given[-1]).refused, "the code that confirmed is spent"
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert campus.login_over_ssh(alice, codes[0]).passed
    # From now on it is the status.
    talk = Conversation(["mfa-enroll"], alice)
    assert talk.end() == 0 and "totp-1" in talk.screen and "Password" not in talk.screen


def test_where_nobody_sits_it_is_the_status(campus):
    alice = campus.person("alice")
    done = campus.enroll(person=alice)
    assert "You have no second factor." in done.stdout and "Set one up, step by step: mfa-enroll" in done.stdout
    talk = Conversation(["sh", "-c", "mfa-enroll | cat"], alice)
    assert talk.end() == 0 and "You have no second factor." in talk.screen and "Password" not in talk.screen


def test_in_a_locale_that_is_not_utf8_all_is_plain(campus):
    alice = campus.person("alice")
    talk = at_the_choice(alice, rows=50, LC_ALL="C", LANG="C")
    talk.answers("app")
    alice.secret = key_in(photograph(talk.reads(CODE).replace("\r", "")))
    finishes(campus, alice, talk)
    assert all(ord(character) < 0x80 for character in talk.screen)


def test_colour_is_there_for_who_wants_it(campus):
    alice = campus.person("alice")
    talk = at_the_choice(alice, NO_COLOR="")
    assert "\x1b[1mStep 1 of 4" in talk.screen and "\x1b[1m  app    an authenticator app" in talk.screen
    talk.hangs_up()
    talk = at_the_choice(alice, NO_COLOR="", TERM="dumb")
    assert "\x1b" not in talk.screen
    talk.answers("app")
    assert "\x1b" not in talk.reads(CODE)
    talk.hangs_up()


def test_in_a_window_too_small_for_the_picture_there_is_the_key_until_it_is_enlarged(campus):
    alice = campus.person("alice")
    terminal = Terminal(["mfa-enroll"], alice, rows=20, columns=60, environment={"NO_COLOR": "1"})
    terminal.reads("Password for alice:")
    terminal.types(alice.password)
    terminal.reads("Your choice [app]:")
    terminal.types("app")
    terminal.reads(CODE)
    said = " ".join(terminal.text().split())
    assert "Enlarge the window to " in said and "█" not in said
    alice.secret = re.search(r"Key: ((?:[A-Z2-7]{4} ?){8})", said)[1].replace(" ", "")
    terminal.types("40", enter=False)  # half a code is on the line when the picture comes
    terminal.resize(62, 20)
    terminal.resize(80, 24)
    terminal.reads("Cannot scan?")
    assert key_in(terminal.photograph()) == alice.secret
    terminal.resize(60, 20)  # and smaller again: what stands there is left alone
    alice.start_anew()
    terminal.types(alice.fresh_code())
    terminal.reads("Name of this device")
    terminal.types("")
    terminal.reads("Press Enter when you have saved them")
    codes_on(campus, terminal.text(True))
    terminal.types("")
    terminal.reads("Your second factor is set up")
    terminal.close()


def test_the_ways_out_of_the_picture_redraw_it(campus):
    alice = campus.person("alice")
    talk = at_the_choice(alice, rows=60)
    talk.answers("app")
    alice.secret = key_in(photograph(talk.reads(CODE).replace("\r", "")))
    talk.answers("a")
    assert key_in(photograph(talk.reads(CODE).replace("\r", ""))) == alice.secret
    talk.answers("i")
    assert key_in(photograph(talk.reads(CODE).replace("\r", ""), light=True)) == alice.secret
    talk.answers("k")
    shown = re.search(r"Key: ((?:[A-Z2-7]{4} ?){8})", talk.reads(CODE))
    assert shown[1].replace(" ", "") == alice.secret
    talk.answers("help")
    assert "add an account" in talk.reads(CODE)
    finishes(campus, alice, talk)


# --- broken off

def steps(campus, alice):
    """What is done at each step to come to its end, and the prompt that stands there."""
    def scans(talk):
        talk.answers("app")
        alice.secret = key_in(photograph(talk.reads(CODE).replace("\r", "")))
        alice.start_anew()

    def proves(talk):
        talk.answers(alice.fresh_code())
        talk.reads(NAME)

    def names(talk):
        talk.answers("")
        codes_on(campus, talk.reads(SAVED))
    return [lambda talk: (talk.answers(alice.password), talk.reads(CHOICE)), scans, proves, names]


class Shell:
    """A shell at a terminal, in which mfa-enroll is begun more than once."""

    def __init__(self, alice):
        self.talk = Conversation(["/bin/sh", "-i"], alice, environment={"PS1": "ready> ", "ENV": ""})
        self.talk.reads("ready> ")

    def runs(self, command):
        self.talk.answers(command)
        return self.talk.reads("ready> ")

    def begins(self):
        self.talk.answers("mfa-enroll")
        return self.talk.reads_one_of("Password for alice: ", CHOICE)


def nothing_was_changed(campus, alice):
    assert campus.log.lines("event=factor") == [] and campus.log.lines("event=recovery") == []
    status = campus.status(alice)
    assert status["factors"] == [] and status["recovery_codes_left"] == 0


def test_ctrl_c_at_each_step_leaves_terminal_and_account_as_they_were(campus):
    campus.configure('[totp]\nwindow = 10\n[[rule]]\nname = "everyone"\nmfa = "require"\n')
    alice = campus.person("alice")
    keys = set()
    for last in range(len(steps(campus, alice)) + 1):
        shell = Shell(alice)  # at a terminal of its own, where nothing was proven yet
        before = shell.runs("stty -g")
        assert shell.begins() == "Password for alice: "
        for step in steps(campus, alice)[:last]:
            step(shell.talk)
        shell.talk.types("\x03")
        shell.talk.reads("ready> ")
        assert "130" in shell.runs("echo $?").splitlines()
        assert shell.runs("stty -g") == before
        nothing_was_changed(campus, alice)
        keys.add(alice.secret)
        shell.talk.hangs_up()
    assert len(keys) == len(steps(campus, alice)), "each terminal has a key of its own"


def test_a_window_that_closes_leaves_the_account_as_it_was(campus):
    campus.configure('[totp]\nwindow = 10\n[[rule]]\nname = "everyone"\nmfa = "require"\n')
    alice = campus.person("alice")
    for last in range(len(steps(campus, alice)) + 1):
        talk = Conversation(["mfa-enroll"], alice)
        talk.reads("Password for alice: ")
        for step in steps(campus, alice)[:last]:
            step(talk)
        talk.hangs_up()
        nothing_was_changed(campus, alice)


def test_ctrl_z_stops_it_and_fg_goes_on(campus):
    campus.configure('[totp]\nwindow = 10\n[[rule]]\nname = "everyone"\nmfa = "require"\n')
    alice = campus.person("alice")
    shell = Shell(alice)
    talk = shell.talk
    prompts = ["Password for alice: ", CHOICE, CODE, NAME, SAVED]
    shell.begins()
    for prompt, step in zip(prompts, [*steps(campus, alice), None]):
        talk.types("\x1a")
        talk.reads("ready> ")
        assert " echo" in shell.runs("stty -a | grep -o ' -\\?echo '"), prompt
        talk.answers("fg")
        talk.reads(prompt)
        if step:
            step(talk)
    talk.answers("")
    talk.reads("Your second factor is set up")
    assert [factor["id"] for factor in campus.status(alice)["factors"]] == ["totp-1"]


def test_no_picture_is_shown_twice_and_what_was_scanned_is_not_lost(campus):
    alice = campus.person("alice")
    here, there = Shell(alice), Shell(alice)
    keys = []
    for shell in (there, here, here):
        if shell.begins() != CHOICE:  # the third time it was proven a moment ago
            shell.talk.answers(alice.password)
            shell.talk.reads(CHOICE)
        shell.talk.answers("app")
        keys.append(key_in(photograph(shell.talk.reads(CODE).replace("\r", ""))))
        if len(keys) == 3:
            alice.secret = keys[0]  # scanned at the other terminal
            alice.start_anew()
            shell.talk.answers(alice.fresh_code())
            shell.talk.reads(CODE)
            alice.secret = keys[1]  # scanned here before Ctrl-C
            alice.start_anew()
            shell.talk.answers(alice.fresh_code())
            shell.talk.reads("Name of this device")
        shell.talk.types("\x03")
        shell.talk.reads("ready> ")
    assert len(set(keys)) == 3
    nothing_was_changed(campus, alice)


ENGLISH = re.compile(r"\b(the|you|your|not|until|from|what|by|with|logged|added)\b", re.IGNORECASE)


def test_a_student_who_chose_dutch_reads_dutch_and_scripts_read_what_they_did(campus):
    alice = campus.person("alice")
    campus.enroll("language", "nl", person=alice)
    talk = Conversation(["mfa-enroll"], alice)
    talk.reads("Wachtwoord voor alice: ")
    talk.answers(alice.password)
    talk.reads("Je keuze [app]: ")
    talk.answers("")
    talk.reads("Stap 3 van 4: Stel je authenticator-app in")
    picture = talk.reads(CODE).replace("\r", "")
    assert "Scannen lukt niet? k toont de sleutel" in picture
    alice.secret = key_in(photograph(picture))
    alice.start_anew()
    talk.answers(alice.fresh_code())
    talk.reads("Naam van dit apparaat [authenticator app]: ")
    talk.answers("iPhone")
    talk.reads("Stap 4 van 4: Bewaar je herstelcodes")
    assert len(codes_on(campus, talk.reads("Druk op Enter wanneer je ze hebt bewaard: "))) == 10
    talk.answers("")
    talk.reads("Je tweede factor is ingesteld: iPhone (totp-1)")
    assert talk.end() == 0, talk.screen
    assert not ENGLISH.search(talk.screen.replace(CODE, "")), talk.screen

    shown = {verb: campus.enroll(verb, person=alice).stdout for verb in ("status", "devices", "history", "privacy")}
    assert re.search(r"^  FACTOR  NAAM    SOORT {14}TOEGEVOEGD  LAATST GEBRUIKT$", shown["status"], re.MULTILINE), shown
    assert re.search(r"^\* totp-1  iPhone  authenticator-app  20", shown["status"], re.MULTILINE), shown
    assert shown["devices"].startswith("Je hebt geen vertrouwd apparaat.\n")
    assert re.search(r"  WANNEER +WAT .*\n(.*\n)*.*  factor toegevoegd ", shown["history"]), shown
    assert shown["privacy"].startswith("Wat hier over je wordt bewaard voor meervoudige verificatie, en waarom\n")
    refused = campus.run(["mfa-enroll", "phone"], alice)
    assert refused.returncode == 1 and refused.stderr.startswith("mfa-enroll: fout: Telefoons kunnen hier niet ")
    for text in [*shown.values(), refused.stdout + refused.stderr]:
        assert not ENGLISH.search(text), text

    in_dutch = campus.status(alice)
    history = campus.enroll("--json", "history", person=alice).stdout
    campus.enroll("language", "en", person=alice)
    in_english = campus.status(alice)
    for sentences in ("next", "notices"):
        assert in_dutch.pop(sentences) != in_english.pop(sentences), "the engine's are for people"
    assert in_dutch == in_english
    assert campus.enroll("--json", "history", person=alice).stdout == history
    assert "Recovery codes left: 10" in campus.enroll("status", person=alice).stdout

    # What is said before the engine is: by the environment, but to root.
    in_dutch = {"LANG": "nl_NL.UTF-8"}
    assert campus.run(["mfa-enroll", "statsu"], alice, env=in_dutch).stderr == (
        "mfa-enroll: fout: Er is geen 'statsu'.\nmfa-enroll: tip: Bedoelde je: mfa-enroll status\n")
    for command in (["mfa-enroll", "statsu"], ["mfa-enroll", "--json", "statsu"]):
        person = alice if "--json" in command else None
        assert "There is no 'statsu'." in campus.run(command, person, env=in_dutch).stderr
    # The engine's and its own words are in one language, whatever the environment asks for.
    assert "Recovery codes left: 10" in campus.run(["mfa-enroll", "status"], alice, env=in_dutch).stdout
