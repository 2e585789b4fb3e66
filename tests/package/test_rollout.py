"""mfa-rollout(7), done as it is written, on a Debian that systemd runs: its files, its commands, its back door."""
import datetime
import os
import re
import shutil

from conversation import Conversation
from debian import CODE

PAGE = f"{os.path.dirname(os.path.abspath(__file__))}/../../man/mfa-rollout.7"
HEADING = "Multi-factor authentication for "
# Debian's own, where gdm3 is installed.
GDM = """auth requisite pam_nologin.so
auth required pam_succeed_if.so user != root quiet_success
@include common-auth
@include common-account
"""


class Page:
    """Its dates, which all lie around the first one, are moved so that this one is `days` from today."""

    def __init__(self, days):
        with open(PAGE) as file:
            text = file.read()
        first = min(datetime.date.fromisoformat(date) for date in re.findall(r"\b20\d\d-\d\d-\d\d\b", text))
        moved = datetime.date.today() + datetime.timedelta(days) - first
        self._text = re.sub(r"\b20\d\d-\d\d-\d\d\b",
                            lambda date: str(datetime.date.fromisoformat(date[0]) + moved), text)

    def blocks(self, section):
        """The literal blocks of a section, or of an item of a list, in order."""
        found = re.search(rf"^\.(?:S[sh]|It) {re.escape(section)}\n(.*?)(?=^\.(?:S[sh]|It) )", self._text, re.S | re.M)
        assert found, f"mfa-rollout(7) has nothing called {section}"
        return [block + "\n" for block in re.findall(r"^\.Bd -literal[^\n]*\n(.*?)\n\.Ed$", found.group(1), re.S | re.M)]


def commands(block, prompt="# "):
    lines = block.splitlines()
    assert lines and all(line.startswith(prompt) for line in lines), block
    return [line.removeprefix(prompt) for line in lines]


def do(debian, block):
    """Each command of the block, as root; what they said."""
    return "".join(debian.run("sh", "-ec", f"cd /root; {command}").stdout for command in commands(block))


def write(debian, path, text):
    os.makedirs(os.path.dirname(debian.at(path)), exist_ok=True)
    debian.write(path, text)


def in_place_of(debian, service, stack, line="@include common-auth\n"):
    text = debian.read(f"/etc/pam.d/{service}")
    assert line in text, text
    debian.write(f"/etc/pam.d/{service}", text.replace(line, stack))


def sets_up(debian, person, page):
    """mfa-enroll and mfa-enroll test, as in step 3."""
    enroll, test = commands(page.blocks("3. Enrol yourself")[0], "$ ")
    talk = Conversation(debian.command(*enroll.split(), person=person), rows=60)
    talk.reads(f"Password for {person.name}: ")
    talk.answers(person.password)
    talk.reads("Your choice [app]: ")
    talk.answers("")
    enrols(talk, person)
    assert talk.end() == 0, talk.screen
    talk = Conversation(debian.command(*test.split(), person=person))
    talk.reads(CODE)
    talk.answers(person.fresh_code())
    assert talk.end() == 0, talk.screen


def enrols(talk, person):
    """From the picture to the recovery codes, by the key that is typed into the app."""
    talk.reads(CODE)
    talk.answers("k")
    talk.reads(CODE)
    [key] = re.findall(r"Key: ((?:[A-Z2-7]{4} ?){8})\r", talk.screen)
    person.secret = key.replace(" ", "")
    person.start_anew()
    talk.answers(person.fresh_code())
    talk.reads("Name of this device")
    talk.answers("")
    talk.reads("Press Enter")
    talk.answers("")


def begin(debian, page):
    """Up to the PAM lines of sshd: alice has enrolled, bob has not."""
    debian.start_systemd()
    debian.write("/etc/ssh/sshd_config.d/00-mfa.conf", "UsePAM yes\nKbdInteractiveAuthentication yes\n")
    alice, bob = debian.add_person("alice"), debian.add_person("bob")
    for group, person in (("staff", alice), ("students", bob)):
        debian.run("groupadd", "--force", group)
        debian.run("usermod", "--append", "--groups", group, person.name)
    assert debian.logs_in_without_code(alice)

    [install] = page.blocks("1. Install")
    name = re.search(r"libpam-mfa_\S+\.deb", install)[0]
    shutil.copy(debian.package, debian.at(f"/root/{name}"))
    do(debian, install)
    campus, check = page.blocks("2. Say who you are")
    write(debian, "/etc/mfa/conf.d/10-campus.toml", campus)
    write(debian, "/etc/mfa/conf.d/05-test.toml", "[totp]\nwindow = 10\n")  # many codes at a time
    assert "no mistakes" in do(debian, check)
    sets_up(debian, alice, page)
    assert debian.logs_in_without_code(alice), "no program asks yet"
    return alice, bob, check


def test_step_by_step_to_a_second_factor_for_everyone(debian):
    page = Page(days=8)
    alice, bob, check = begin(debian, page)
    keep, sshd, settings, others, _, programs = page.blocks("4. PAM lines")
    do(debian, keep)
    in_place_of(debian, "sshd", sshd)
    debian.write("/etc/ssh/sshd_config.d/00-mfa.conf", settings)
    debian.run("sh", "-ec", "sshd -t && systemctl reload ssh")
    debian.write("/etc/pam.d/gdm-password", GDM)
    for service in ("sudo", "gdm-password"):
        in_place_of(debian, service, others)
    write(debian, "/etc/mfa/conf.d/20-programs.toml", programs)
    do(debian, check)
    assert debian.logs_in_with_code(alice) and debian.is_refused(alice) and debian.logs_in_without_code(bob)
    debian.write("/etc/sudoers.d/alice", "alice ALL=(ALL) ALL\n")
    talk = Conversation(debian.command("sudo", "id", "-un", person=alice))
    talk.reads("password for alice: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0 and "root" in talk.screen
    talk = Conversation(debian.command("pamtester", "gdm-password", "alice", "authenticate"))
    talk.reads("Password: ")
    talk.answers(alice.password)
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0, talk.screen
    debian.write("/etc/pam.d/vsftpd", "@include common-auth\n")
    assert '"decision":"skip"' in debian.run("mfa-enroll", "--json", "admin", "explain", "alice", "--service", "vsftpd").stdout

    require, watch, root_first, _ = page.blocks("5. Watch")
    write(debian, "/etc/mfa/conf.d/00-root.toml", root_first)
    write(debian, "/etc/mfa/conf.d/30-require.toml", require)
    do(debian, check)
    assert debian.logs_in_without_code(bob)
    said = do(debian, watch)
    assert "observed user=bob" in said, said

    explain, codes, imports, token = page.blocks("6. Set the date")
    assert "observe = true\n" in require
    write(debian, "/etc/mfa/conf.d/30-require.toml", require.replace("observe = true\n", ""))
    do(debian, check)
    talk = debian.ssh(bob)
    talk.reads("(in 8 days)")
    talk.reads("Your choice")
    talk.answers("")
    assert talk.end() == 0 and "I am bob" in talk.screen, talk.screen
    said = do(debian, explain.replace("alice", "bob"))
    assert "enrol" in said, said
    debian.write("/root/new.txt", "bob\n")
    do(debian, codes)
    assert re.search(r"^bob,[0-9a-z]{4}-", debian.read("/root/codes.csv"), re.M)
    carol = debian.add_person("carol")
    debian.write("/etc/users.oath", f"HOTP/T30/6 carol - {b'12345678901234567890'.hex()}\n")
    homes, oath, phones = imports.splitlines(keepends=True)
    do(debian, homes)
    do(debian, oath)
    carol.secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    carol.start_anew()
    assert debian.logs_in_with_code(carol)
    assert commands(phones)[0].startswith("mfa-enroll admin import csv ")
    assert commands(token, "$ ")[0].startswith("mfa-enroll helpdesk token alice --reason ")

    # The day has come.
    today = Page(days=0).blocks("5. Watch")[0].replace("observe = true\n", "")
    write(debian, "/etc/mfa/conf.d/30-require.toml", today)
    do(debian, check)
    talk = debian.ssh(bob)
    talk.reads("Your choice [app]: ")
    talk.hangs_up()
    talk = debian.ssh(bob)
    talk.reads("Your choice [app]: ")
    talk.answers("")
    enrols(talk, bob)
    assert talk.end() == 0 and "I am bob" in talk.screen, talk.screen
    assert debian.logs_in_with_code(bob)
    write(debian, "/etc/mfa/conf.d/01-bob.toml", '[[rule]]\nname = "bob"\nuser = ["bob"]\nmfa = "deny"\n')
    do(debian, check)
    talk = debian.ssh(bob)
    assert talk.end() != 0
    [watch] = page.blocks("7. The day")
    assert "user=bob" in do(debian, watch)


def test_the_back_door(debian):
    page = Page(days=8)
    alice, bob, check = begin(debian, page)
    keep, sshd, settings, _, profiles, _ = page.blocks("4. PAM lines")
    do(debian, keep)
    kept = debian.pam_files()
    debian.write("/etc/ssh/sshd_config.d/00-mfa.conf", settings)
    debian.run("sh", "-ec", "sshd -t && systemctl reload ssh")
    assert "/etc/pam.d/sshd" in do(debian, profiles)
    assert debian.logs_in_with_code(alice) and debian.logs_in_without_code(bob)
    write(debian, "/etc/mfa/conf.d/30-require.toml",
          Page(days=-40).blocks("5. Watch")[0].replace("observe = true\n", 'enrol = "refuse"\n'))
    do(debian, check)

    def bob_gets_in():
        talk = debian.ssh(bob)
        return talk.end() == 0 and "I am bob" in talk.screen

    assert not bob_gets_in()
    said = do(debian, page.blocks("Root on the console")[0])
    assert "No code is asked for" in said, said
    [one] = page.blocks("One person")
    write(debian, "/etc/mfa/conf.d/00-alice.toml", one.replace("alice", "bob"))
    do(debian, check)
    assert bob_gets_in()
    os.remove(debian.at("/etc/mfa/conf.d/00-alice.toml"))
    do(debian, check)
    assert not bob_gets_in()

    # With the engine stopped for good and the store gone, too.
    debian.run("systemctl", "stop", "mfad.service", "mfad-login.socket", "mfad-user.socket")
    shutil.move(debian.at("/var/lib/mfa/mfa.db"), debian.at("/root/mfa.db"))
    [open_to_all] = page.blocks("Everybody")
    write(debian, "/etc/mfa/conf.d/00-open.toml", open_to_all)
    assert "no mistakes" in debian.run("mfad", "--check-config").stdout
    assert bob_gets_in() and debian.logs_in_without_code(alice)
    os.remove(debian.at("/etc/mfa/conf.d/00-open.toml"))
    assert not bob_gets_in()

    profiles, by_hand = page.blocks("Without the module")
    do(debian, profiles)
    assert debian.pam_files() == kept
    assert bob_gets_in()
    in_place_of(debian, "sshd", sshd)
    assert not bob_gets_in()
    do(debian, by_hand)
    assert debian.pam_files() == kept
    assert bob_gets_in()
