"""Backup and restore, through the real programs: what is lost comes back, and nothing that was used."""
import os
import shutil
import stat
import threading

from campus import EVERYONE_MUST, STORE
from marks import both_ways

BACKUP, KEY = "/root/mfa.db", "/var/lib/mfa/key"
PASSED = "0"


def passes(campus, person, code):
    return campus.at_the_same_instant("code", [(person.name, code)]) == [PASSED]


def factors_of(campus, person):
    """Root may ask whether a service runs or not."""
    return [factor["id"] for factor in campus.enroll_json("helpdesk", "show", person.name)["factors"]]


def lose_store(campus, how):
    campus.stop_mfad()
    if how == "missing":
        os.remove(STORE)
    else:
        with open(STORE, "r+b") as file:
            file.write(b"x" * 20000)
    if campus.resident:
        campus.start_mfad()


@both_ways
def test_what_is_lost_comes_back_and_no_code_that_was_used(campus):
    campus.configure("[totp]\nwindow = 10\n" + EVERYONE_MUST)
    alice = campus.person("alice")
    used, unused = campus.provision(alice)["recovery_codes"][:2]
    campus.enroll("admin", "backup", BACKUP)
    about = os.stat(BACKUP)
    assert (stat.S_IMODE(about.st_mode), about.st_uid) == (0o600, 0)
    campus.check_nothing_secret_in(open(BACKUP, "rb").read(), "the backup")
    assert "is there already" in campus.enroll("admin", "backup", BACKUP, status=1).stderr
    codes = alice.fresh_codes(4, 10)
    assert passes(campus, alice, codes[0]) and passes(campus, alice, used)
    again = campus.enroll_json("admin", "restore", BACKUP)
    assert again["continued"] and os.path.exists(again["aside"])
    assert not passes(campus, alice, codes[0]) and not passes(campus, alice, codes[-1]) and not passes(campus, alice, used)
    assert passes(campus, alice, unused), "which codes were used was known"
    campus.log.wait_for(r"event=store\.restored actor=root")
    for how in ("missing", "damaged"):
        lose_store(campus, how)
        assert not passes(campus, alice, codes[1]), "without a store everything is denied"
        done = campus.enroll_json("admin", "restore", BACKUP)
        assert not done["continued"] and ("aside" in done) == (how == "damaged")
        assert not any(passes(campus, alice, code) for code in [*codes, used, unused])
    assert factors_of(campus, alice) == ["totp-1"]
    for name in os.listdir(os.path.dirname(STORE)):
        if ".replaced-" in name:  # not whole, and no business of the last look
            os.remove(f"{os.path.dirname(STORE)}/{name}")


def test_a_backup_moves_to_another_host_with_its_key(campus):
    alice = campus.student("alice")
    campus.enroll("admin", "backup", BACKUP)
    shutil.copy(KEY, "/root/key")
    os.chmod("/root/key", 0o600)
    campus.stop_mfad()
    shutil.rmtree("/var/lib/mfa")
    campus.enroll("admin", "init")
    campus.start_mfad()
    assert "another key" in campus.enroll("admin", "restore", BACKUP, status=1).stderr
    assert "another key" in campus.enroll("admin", "restore", BACKUP, "--key", KEY, status=1).stderr
    campus.enroll("admin", "restore", BACKUP, "--key", "/root/key")
    assert factors_of(campus, alice) == ["totp-1"]
    campus.restart_mfad()
    assert factors_of(campus, alice) == ["totp-1"]


def test_what_is_no_backup_changes_nothing_and_only_root_asks(campus):
    alice = campus.student("alice")
    with open("/root/noise", "wb") as file:
        file.write(os.urandom(300000))
    os.symlink("/root/noise", "/root/link")
    for path, why in (("/root/noise", "no backup"), ("/root/link", "symbolic link"), ("/root", "is no file"),
                      ("/dev/zero", "is no file"), ("/root/none", "cannot open")):
        assert why in campus.enroll("admin", "restore", path, status=1).stderr
    for words in (("backup", "/home/alice/mine"), ("restore", "/home/alice/mine")):
        with open("/home/alice/mine", "w") as file:
            file.write("x")
        os.chown("/home/alice/mine", alice.uid, alice.uid)
        if words[0] == "backup":
            os.remove("/home/alice/mine")
        assert "Only root" in campus.enroll("admin", *words, person=alice, status=1).stderr
    assert not os.path.exists("/home/alice/.mine")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_logins_go_on_while_backups_are_made(campus):
    campus.configure("[totp]\nwindow = 10\n" + EVERYONE_MUST)
    alice = campus.student("alice")
    stop = threading.Event()
    made = []

    def keep_on():
        while not stop.is_set():
            campus.enroll("admin", "backup", f"/root/{len(made)}.db")
            made.append(len(made))
    thread = threading.Thread(target=keep_on)
    thread.start()
    try:
        assert all(passes(campus, alice, code) for code in alice.fresh_codes(8, 10))
    finally:
        stop.set()
        thread.join()
    assert made


@both_ways
def test_whose_factor_is_lost_with_the_store_sets_one_up_by_a_code_alone(campus):
    """Their password alone would let a thief set one up."""
    campus.configure(EVERYONE_MUST)
    campus.start_sshd()
    campus.student("alice")
    bob = campus.person("bob")
    campus.enroll("admin", "backup", BACKUP)
    campus.provision(bob)
    told = campus.enroll("admin", "restore", BACKUP).stdout
    assert told.endswith("For all, with their names in a file: mfa-enroll admin provision --codes --users FILE\n"
                         "  bob\n"), told
    with open("/root/users", "w") as file:
        file.write("bob\n")
    table = campus.enroll("admin", "provision", "--codes", "--users", "/root/users").stdout.splitlines()
    code = table[1].split(",")[1]
    for given, passes_it in (("8k3m92qxd4tp", False), (code, True)):
        talk = campus.ssh(bob)
        talk.reads("Enrolment code: ")
        talk.answers(given)
        talk.reads("Your choice [app]: " if passes_it else "Enrolment code: ")
        talk.hangs_up()
