"""Second factors that people have elsewhere are brought over: the real google-authenticator and pam_oath made them and
saw them used, and the same app and token go on here."""
import base64
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

from campus import EVERYONE_MUST, STORE
from conversation import Conversation
from marks import longer
from people import PERIOD, hashed
from test_phones import PHONES
from test_tokens import Token
from waiting import until

PASSED = "0"
STAFF = 4711  # a group
IMPORT = ("admin", "import")
FILE = ".google_authenticator"


def enters(campus, service, person, code):
    """Whether that code lets in by a PAM service that asks for nothing else."""
    campus.answers_given.add(code)
    return campus.at_the_same_instant(service, [(person.name, code)]) == [PASSED]


def google_authenticator(campus, person, *options):
    """The person runs it; gives the emergency codes it made."""
    campus.run(["google-authenticator", "--force", "--quiet", "--qr-mode=none", "--rate-limit=3", "--rate-time=30",
                *options], person, check=True)
    with open(f"{person.home}/{FILE}") as file:
        person.secret, *rest = file.read().split("\n")
    codes = [line for line in rest if re.fullmatch("[0-9]{8}", line)]
    campus.answers_given.update(codes)
    return codes


def told(errors):
    """What was said of rows, by the row."""
    lines = [json.loads(line) for line in errors.splitlines()]
    return {line["row"]: next(value for key, value in line.items() if key != "row") for line in lines if "row" in line}


def imported(campus, *arguments, status=0):
    """What the summary says that is not nought, and what was said of rows."""
    done = campus.enroll("--json", *IMPORT, *arguments, status=status)
    counts = json.loads(done.stdout)
    return {key: value for key, value in counts.items() if value and key != "not_carried"}, told(done.stderr)


def writes(path, text, owner=0, mode=0o600):
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(text)
    os.chown(path, owner, owner)


def test_what_google_authenticator_made_goes_on_here(campus):
    campus.pam_service("ga", "auth required pam_google_authenticator.so\naccount required pam_permit.so\n")
    alice, bob = campus.person("alice"), campus.person("bob")
    scratch = google_authenticator(campus, alice, "--time-based", "--disallow-reuse", "--window-size=17",
                                   "--emergency-codes=5")
    google_authenticator(campus, bob, "--counter-based", "--window-size=3", "--emergency-codes=0")
    button = Token(campus, seed=base64.b32decode(bob.secret + "=" * (-len(bob.secret) % 8)).hex(), pressed=1)
    used, pressed = alice.fresh_code(), button.press()
    assert enters(campus, "ga", alice, used) and enters(campus, "ga", alice, scratch[0])
    assert enters(campus, "ga", bob, pressed)

    path = f"{alice.home}/{FILE}"
    counts, _ = imported(campus, "google-authenticator", path, "--dry-run")
    assert counts == {"dry_run": True, "rows": 1, "added": 1, "user": "alice"} and campus.status(alice)["factors"] == []
    done = campus.enroll(*IMPORT, "google-authenticator", path)
    assert done.stdout == """Imported 1 of 1 row, for alice.
Not carried over; of all files that were read:
          1  have a limit of logins (RATE_LIMIT): [lockout] in mfa.toml takes its place
          1  take codes further from now (WINDOW_SIZE): window in [totp] of mfa.toml is for all
"""
    campus.log.wait_for(r"event=admin\.imported user=alice actor=root .*factor=totp-1 "
                        r'reason="4 scratch codes, google_authenticator"')
    assert campus.status(alice)["recovery_codes_left"] == 4
    counts, _ = imported(campus, "google-authenticator", "--all-homes")
    assert counts["added"] == 1 and counts["there"] == 1 and "refused" not in counts

    again = campus.login_over_ssh(alice, used)
    assert again.refused and "That code was already used." in again.screen
    assert not enters(campus, "code", alice, scratch[0])
    assert enters(campus, "code", alice, scratch[1]) and not enters(campus, "code", alice, scratch[1])
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    assert not enters(campus, "code", bob, pressed)
    assert enters(campus, "code", bob, button.press())


def test_what_pam_oath_knows_goes_on_here(campus):
    campus.pam_service("oath", "auth required pam_oath.so usersfile=/etc/users.oath window=5\n"
                               "account required pam_permit.so\n")
    people = alice, bob, carol, dave = [campus.person(name) for name in ("alice", "bob", "carol", "dave")]
    for number, person in enumerate(people):
        person.secret = base64.b32encode(bytes(range(number, number + 20))).decode()
    keys = [base64.b32decode(person.secret).hex() for person in people]
    button = Token(campus, seed=keys[1], digits=8)
    writes("/etc/users.oath", f"# tokens\nHOTP/T30/6 alice - {keys[0]}\nHOTP/E/8\tbob\t-\t{keys[1]}\n"
                              f"HOTP carol 1234 {keys[2]}\nHOTP/T30 nobody-here - {keys[2]}\nOCRA dave - {keys[3]}\n"
                              f"HOTP dave - 00\nHOTP/T30 dave - {keys[3]}\n")
    used, pressed = alice.fresh_code(), button.press(3)
    assert enters(campus, "oath", alice, used) and enters(campus, "oath", bob, pressed)

    counts, errors = imported(campus, "oath", "/etc/users.oath", status=1)
    assert counts == {"rows": 7, "added": 3, "refused": 4}
    assert errors == {
        "line 4": "It has a PIN, and there are none here: the password takes its place. Write - for it.",
        "line 5 (nobody-here)": "There is no user of that name.",
        "line 6": "Its type is none of HOTP, HOTP/T30 and HOTP/T60.",
        "line 7 (dave)": "Its key is too short to be safe: under 10 bytes."}
    assert not enters(campus, "code", alice, used) and enters(campus, "code", alice, alice.fresh_code())
    assert not enters(campus, "code", bob, pressed) and enters(campus, "code", bob, button.press())
    assert enters(campus, "code", dave, dave.fresh_code())
    assert imported(campus, "oath", "/etc/users.oath", status=1)[0] == {"rows": 7, "there": 3, "refused": 4}

    # What was taken from somebody does not come back: it may be in a thief's hands.
    campus.enroll("helpdesk", "reset", "alice", "--reason", "stolen phone", "--checked", "passport")
    counts, errors = imported(campus, "oath", "/etc/users.oath", status=1)
    assert counts["left"] == 1 and errors["line 2 (alice)"].startswith("A factor of theirs was removed here")
    assert campus.status(alice)["factors"] == []
    campus.enroll(*IMPORT, "oath", "/etc/users.oath", person=bob, status=1)


def test_whatever_lies_in_a_home_does_no_harm(campus):
    campus.configure(EVERYONE_MUST + PHONES)
    people = {name: campus.person(name) for name in
              ("alice", "device", "folder", "huge", "link", "open", "other", "pipe", "away", "shut", "late", "staff")}
    good = "\n".join((base64.b32encode(bytes(range(20))).decode(), '" TOTP_AUTH', ""))
    at = {name: f"{person.home}/{FILE}" for name, person in people.items()}
    for name in ("alice", "open", "other", "late", "staff"):
        writes(at[name], good + ('" TIME_SKEW 8\n' if name == "late" else ""), people[name].uid)
    # A home that one gets to by a group of the staff's.
    os.mkdir("/home/inside", 0o710)
    os.chown("/home/inside", 0, STAFF)
    os.rename(people["staff"].home, "/home/inside/staff")
    with open("/etc/group", "a") as group:
        group.write(f"inside:x:{STAFF}:staff\n")
    campus.run(["usermod", "--home", "/home/inside/staff", "staff"], check=True)
    os.chmod(at["open"], 0o640)
    os.chown(at["other"], people["alice"].uid, 0)
    os.chmod(at["other"], 0o644)
    os.symlink("/etc/shadow", at["link"])
    os.symlink("/dev/zero", at["device"])
    os.mkfifo(at["pipe"])
    os.mkdir(at["folder"])
    writes(at["huge"], "", people["huge"].uid)
    os.truncate(at["huge"], 1 << 30)
    os.chmod(people["shut"].home, 0)

    counts, errors = imported(campus, "google-authenticator", "--all-homes", status=1)
    assert counts["added"] == 3 and counts["refused"] == 8 and counts["without_file"] >= 1
    for name, why in {"device": "It is a link", "link": "It is a link", "folder": "It is no file.",
                      "huge": "It is too long", "open": "Others may read or write it", "other": "It belongs to somebody",
                      "pipe": "It is no file.", "shut": "It may not be read as its user.",
                      "late": "The clock of their phone is about 4 minutes ahead"}.items():
        assert errors.pop(name).startswith(why)
    assert errors == {} and campus.status(people["alice"])["factors"]

    # A folder of an administrator's: files called after their users, theirs or root's.
    os.mkdir("/root/files", 0o700)
    writes("/root/files/away", good, people["away"].uid)
    writes("/root/files/pipe", good)
    writes("/root/files/open", good, people["alice"].uid)
    os.symlink("/etc/shadow", "/root/files/link")
    writes("/root/files/shut", open("/etc/shadow").read())
    writes("/root/files/stranger", good)
    counts, errors = imported(campus, "google-authenticator", "/root/files", status=1)
    assert counts["added"] == 2 and counts["refused"] == 4
    assert errors["open"] == "It belongs to somebody else." and "root:" not in str(errors)

    # A file that root made in a folder of somebody's is not root's own second factor.
    os.mkdir("/root/files/folder", 0o700)
    writes(f"/root/files/folder/{FILE}", good)
    refused = campus.enroll(*IMPORT, "google-authenticator", f"/root/files/folder/{FILE}", status=1)
    assert "does not lie in root's home: whose it is, nothing says." in refused.stderr
    assert "user=root" not in campus.log.text
    for name in ("away", "pipe", "open", "link", "shut", "stranger"):
        os.remove(f"/root/files/{name}")
    assert imported(campus, "google-authenticator", "/root/files")[0] == {"rows": 1, "added": 1, "user": "folder"}
    # What somebody who got at her account wrote into her home is none beside hers.
    writes(at["alice"], good.replace(good[:8], "GEZDGNBV"), people["alice"].uid)
    counts, errors = imported(campus, "google-authenticator", at["alice"])
    assert counts == {"rows": 1, "left": 1, "user": "alice"} and errors["alice"].startswith("They have another")
    # Nor is a file of hers that lies in somebody else's home.
    os.remove(at["open"])
    os.link(at["alice"], at["open"])
    assert imported(campus, "google-authenticator", "--all-homes", status=1)[1]["open"] == "It may not be read as its user."
    # Whoever starts it may have told it not to wait for the processes it starts.
    done = subprocess.run(["mfa-enroll", *IMPORT, "google-authenticator", at["late"]], capture_output=True, text=True,
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN), check=True)
    assert "are here already" in done.stdout

    # Telephones, from a table.
    writes("/root/phones.csv", 'user,name,phone\nalice,"Alice, A.",021 123 4567\naway,,021 12\nfolder,,+1 212 555 0100\n'
                               'huge,,"021 123 4568"\n')
    counts, errors = imported(campus, "csv", "/root/phones.csv", status=1)
    assert counts == {"rows": 4, "added": 2, "refused": 2}, errors
    assert [factor["kind"] for factor in campus.status(people["alice"])["factors"]] == ["totp", "sms"]
    assert imported(campus, "csv", "/root/phones.csv", status=1)[0] == {"rows": 4, "there": 2, "refused": 2}


def rows_of(table, where=""):
    """In the store, looked into beside the engine."""
    with sqlite3.connect(f"file:{STORE}?mode=ro&immutable=1", uri=True) as store:
        return store.execute(f"SELECT count(*) FROM {table} {where}").fetchone()[0]


@longer
def test_thousands_are_imported_at_once_and_after_a_kill(campus):
    count = 100_000 if campus.long else 2_000
    alice = campus.student("alice")
    with open("/etc/passwd", "a") as passwd, open("/etc/shadow", "a") as shadow, open("/etc/users.oath", "w") as oath:
        os.fchmod(oath.fileno(), 0o600)
        for number in range(count):
            name = f"s{number // 1000:03}x{number % 1000:03}"  # six digits in a row may be a code, which no log may hold
            passwd.write(f"{name}:x:{100_000 + number}:{100_000 + number}::/home/{name}:/bin/sh\n")
            shadow.write(f"{name}:{hashed('x') if number == 0 else '*'}:19700:0:99999:7:::\n")
            oath.write(f"HOTP/T30 {name} - {number:040x}\n")
    command = ["mfa-enroll", *IMPORT, "oath", "/etc/users.oath"]
    # Killed before its third request, however fast the machine is.
    killed = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", "inject=sendto:signal=KILL:when=4"]
    first = subprocess.run([*killed, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert first.returncode == -signal.SIGKILL

    begun = time.monotonic()
    second = subprocess.Popen(["mfa-enroll", "--json", *IMPORT, "oath", "/etc/users.oath"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
    slowest = 0
    while campus.long and second.poll() is None:  # logins go on meanwhile
        asked = time.monotonic()
        campus.at_the_same_instant("code", [(alice.name, alice.wrong_code())])
        slowest = max(slowest, time.monotonic() - asked)
        campus.enroll("helpdesk", "unlock", "alice", "--reason", "test")
    output, errors = second.communicate()
    took = time.monotonic() - begun
    counts = json.loads(output)
    assert counts["rows"] == count and counts["added"] + counts["there"] == count, errors
    assert 0 < counts["there"] < count, "it was killed half-way"
    if campus.long:
        print(f"{counts['added']} users imported in {took:.1f} s; the slowest login took {slowest:.3f} s", flush=True)
        assert took < 60 and '"percent":' in errors
    campus.stop_mfad()
    assert rows_of("factor") == count + 1
    assert rows_of("event", "WHERE kind = 45") == count
    campus.start_mfad()
    # On a terminal there is a bar, and what is wrong with a row is on standard error all the same.
    with open("/etc/users.oath", "a") as oath:
        oath.write("HOTP nobody-here - 00\n")
    talk = Conversation(["sh", "-c", "mfa-enroll admin import oath /etc/users.oath 2>/run/errors"])
    assert talk.end() == 1
    assert re.search(r"\r  \[#+\.*\] +\d+ %  [\d,]+ rows\r", talk.screen) and "nobody-here" not in talk.screen
    assert f"{count:,}  are here already" in talk.screen
    with open("/run/errors") as errors:
        assert errors.readline() == f"mfa-enroll: line {count + 1} (nobody-here): There is no user of that name.\n"
