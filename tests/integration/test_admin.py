"""admin init and admin provision; a store that is damaged, missing, or of another key."""
import json
import os
import stat

from campus import STORE
from marks import both_ways


def tree():
    """Owner, mode and content of all state and configuration."""
    found = {}
    for top in ("/var/lib/mfa", "/etc/mfa"):
        for folder, _, names in os.walk(top):
            for path in [folder, *(f"{folder}/{name}" for name in names)]:
                about = os.lstat(path)
                content = open(path, "rb").read() if stat.S_ISREG(about.st_mode) else None
                found[path] = (about.st_uid, about.st_gid, about.st_mode, content)
    return found


def test_init_says_what_it_did_and_the_second_time_does_nothing(campus):
    campus.stop_mfad()
    again = campus.enroll_json("admin", "init")
    assert {step["did"] for step in again["steps"]} == {"kept"}, again
    before = tree()
    campus.enroll("admin", "init")
    assert tree() == before


def test_init_beside_a_running_service_says_so_and_worries_nobody(campus):
    before = len(campus.log.text)
    done = campus.enroll("--json", "admin", "init")
    assert done.stderr == ""
    steps = json.loads(done.stdout)["steps"]
    assert steps[-1] == {"what": "/var/lib/mfa/mfa.db", "did": "kept", "detail": "in use by mfad"}, steps
    assert "locked" not in campus.log.text[before:] and "store" not in campus.log.text[before:]


def test_init_again_keeps_the_enrolments(campus):
    alice = campus.student("alice")
    campus.enroll("admin", "init")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    campus.restart_mfad()
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_init_mends_modes_and_owners(campus):
    campus.stop_mfad()
    before = tree()
    os.chmod("/var/lib/mfa", 0o755)
    os.chown("/etc/mfa/mfa.toml", 2001, 2001)
    steps = campus.enroll_json("admin", "init")["steps"]
    assert "mended" in {step["did"] for step in steps}
    assert tree() == before


def test_init_is_roots(campus):
    alice = campus.person("alice")
    done = campus.enroll("admin", "init", person=alice, status=1)
    assert "mfa-enroll: error: Only root" in done.stderr and "mfa-enroll: hint: " in done.stderr


def test_provision_says_what_to_hand_over(campus):
    alice = campus.person("alice")
    reply = campus.provision(alice)
    assert reply["factor"] == "totp-1" and reply["kind"] == "totp"
    assert reply["uri"] == f"otpauth://totp/Example%20University:alice?secret={reply['secret']}&issuer=Example%20University"
    assert len(reply["recovery_codes"]) == 10
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    campus.log.wait_for(r"event=admin\.provisioned user=alice actor=root")


def test_provision_for_a_person(campus):
    bob = campus.person("bob")
    text = campus.enroll("admin", "provision", "bob", "totp", "--name", "campus token").stdout
    assert "Key: " in text and "otpauth://totp/" in text
    assert campus.status(bob)["factors"][0]["name"] == "campus token"


def test_provision_for_nobody(campus):
    done = campus.enroll("admin", "provision", "no-such-person", "totp", status=1)
    assert "no-such-person" in done.stderr
    done = campus.enroll("--json", "admin", "provision", "no-such-person", "totp", status=1)
    assert set(json.loads(done.stderr)) == {"error", "hint"}


def test_provision_is_roots(campus):
    alice = campus.person("alice")
    campus.person("bob")
    campus.enroll("admin", "provision", "bob", "totp", person=alice, status=1)
    campus.enroll("admin", "provision", "alice", "totp", person=alice, status=1)
    assert campus.status(alice)["factors"] == []


def test_eight_factors_are_the_most(campus):
    alice = campus.person("alice")
    for number in range(8):
        campus.enroll("admin", "provision", "alice", "totp", "--name", f"phone {number}")
    campus.enroll("admin", "provision", "alice", "totp", status=1)
    assert len(campus.status(alice)["factors"]) == 8


@both_ways
def test_a_damaged_store_denies_and_is_not_replaced(campus):
    alice = campus.student("alice")
    campus.stop_mfad()
    size = os.path.getsize(STORE)
    with open(STORE, "r+b") as file:
        file.seek(20)
        file.write(b"\xa5" * (size - 20))
    damaged = open(STORE, "rb").read()
    if campus.resident:
        campus.start_mfad(may_fail=True)
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused
    campus.enroll("admin", "init", status=1)
    campus.forget_mfad()
    assert open(STORE, "rb").read()[:4096] == damaged[:4096], "the evidence is left as it was"
    os.unlink(STORE)  # so that the look at the end has nothing to say about it


@both_ways
def test_a_missing_store_denies(campus):
    alice = campus.student("alice")
    campus.stop_mfad()
    for name in os.listdir("/var/lib/mfa"):
        if name.startswith("mfa.db"):
            os.unlink(f"/var/lib/mfa/{name}")
    if campus.resident:
        campus.start_mfad(may_fail=True)
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused
    assert not os.path.exists(STORE), "a login never makes a new one"
    campus.forget_mfad()


@both_ways
def test_another_key_denies(campus):
    alice = campus.student("alice")
    campus.stop_mfad()
    key = next(f"/var/lib/mfa/{name}" for name in os.listdir("/var/lib/mfa") if "key" in name)
    content = bytearray(open(key, "rb").read())
    for place in range(len(content)):
        content[place] = ord("A") if content[place:place + 1].isalnum() and content[place] != ord("A") else content[place] ^ 1
    with open(key, "wb") as file:
        file.write(content)
    if campus.resident:
        campus.start_mfad(may_fail=True)
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused
    campus.forget_mfad()


def test_the_trail_of_a_login_is_in_the_store(campus):
    alice = campus.student("alice")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    line, = campus.log.wait_for(r"event=login\.passed")
    assert "service=sshd" in line and "from=192.0.2.7" in line and "server=lab-gw" in line and "factor=totp-1" in line
    assert " seq=" in line and " head=" in line
