"""What keeps the store healthy, through the real programs: a new key, names that change, people who leave."""
import json
import os
import pwd
import random
import signal
import stat
import subprocess
import time

from campus import EVERYONE_MUST
from marks import both_ways
from test_identity import rename_account
from test_trust import log_in, trusting

KEY = "/var/lib/mfa/key"


def key_ids():
    """Of the keys that open, and of those that are retired."""
    lines = [line.split() for line in open(KEY).read().splitlines()[1:]]
    return ([words[0] for words in lines if len(words) == 2 and words[0] != "password-version"],
            [words[1] for words in lines if words[0] == "retired"])


@both_ways
def test_a_new_key_changes_nothing_for_people(campus):
    alice = trusting(campus)
    recovery = campus.enroll_json("admin", "provision", "alice", "totp", "--name", "spare").get("recovery_codes")
    bob = campus.person("bob")
    code = campus.provision(bob)["recovery_codes"][0]
    assert log_in(campus, alice, remember="y").asked and recovery is None
    (old,), _ = key_ids()
    before = open(KEY, "rb").read()
    done = campus.enroll_json("admin", "rotate-key")
    assert done["was"] == old and done["sealed"] == 3
    assert key_ids() == ([done["key"]], [old]) and old != done["key"]
    assert before.split()[3] not in open(KEY, "rb").read(), "the old key opens nothing, for it is gone"
    about = os.stat(KEY)
    assert (stat.S_IMODE(about.st_mode), about.st_uid, about.st_nlink) == (0o400, pwd.getpwnam("mfa").pw_uid, 1)
    campus.log.wait_for(rf'event=store\.key_rotated actor=root .*reason="{old} to {done["key"]}"')
    for _ in range(2):
        assert not log_in(campus, alice).asked, "trust goes on, also what hangs on the password's version"
        assert campus.at_the_same_instant("code", [("bob", bob.fresh_code())]) == ["0"]
        if campus.resident:
            campus.restart_mfad()
    assert [campus.at_the_same_instant("code", [("bob", code)]) == ["0"] for _ in range(2)] == [True, False]
    looked = json.loads(campus.run(["mfa-enroll", "--json", "admin", "check"]).stdout)["checks"]
    assert [check["ok"] for check in looked if check["name"] in ("store", "trail")] in ([True], [True, True]), looked


@both_ways
def test_a_new_key_broken_off_anywhere_is_the_old_one_or_the_new_one(campus):
    campus.configure("[totp]\nwindow = 10\n" + EVERYONE_MUST)
    alice = campus.student("alice")
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    pauses = random.Random(seed)
    for code in alice.fresh_codes(6, 10):
        making = subprocess.Popen(["mfa-enroll", "admin", "rotate-key"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pauses.uniform(0, 0.02))
        campus.signal_engine(signal.SIGKILL)
        campus.forget_mfad()
        making.wait()
        if campus.resident:
            campus.start_mfad()
            assert len(key_ids()[0]) == 1, "after a start nothing is left of what was broken off"
        assert campus.at_the_same_instant("code", [("alice", code)]) == ["0"]


def test_a_new_key_is_roots(campus):
    alice = campus.student("alice")
    before = open(KEY, "rb").read()
    for words in (("rotate-key",), ("retire", "alice"), ("rename", "alice", "root")):
        assert "Only root" in campus.enroll("admin", *words, person=alice, status=1).stderr
    assert open(KEY, "rb").read() == before and campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_whoever_has_another_name_goes_on_and_whoever_left_is_gone(campus):
    alice = campus.student("alice")
    rename_account("alice", "asmith")
    alice.name = "asmith"
    os.mkdir(alice.home, 0o755)
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused, "whose it is, only root can say"
    assert "the name of bob" in campus.enroll("admin", "rename", "bob", "asmith", status=1).stderr
    assert campus.enroll_json("admin", "rename", "alice", "asmith") == {
        "user": "asmith", "was": "alice", "factors": ["totp-1"], "devices": 0}
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    campus.log.wait_for(r'event=admin\.renamed user=asmith actor=root .*reason="was alice"')
    gone = campus.enroll_json("admin", "retire", "asmith")
    assert gone["removed"] == ["totp-1"] and gone["recovery_codes"] == 10
    campus.log.wait_for(r"event=admin\.retired user=asmith actor=root .*factor=totp-1")
    assert campus.enroll_json("admin", "explain", "asmith")["decision"] == "enrol"
    assert campus.status(alice)["factors"] == []
    assert "Nothing is kept" in campus.enroll("admin", "retire", "asmith", status=1).stderr
