"""The trail: read by administrators, found damaged row by row, held against the system log, and purged."""
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess

from campus import STORE
from marks import both_ways

ROW = "at, kind, user, actor, service, place, server, factor, reason, salt, commitment, chain_key, chain"


@contextlib.contextmanager
def nobody_serves(campus):
    campus.stop_mfad()
    yield
    for path in (STORE, STORE + "-wal"):
        if os.path.exists(path):
            shutil.chown(path, "mfa", "mfa")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(STORE + "-shm")
    if campus.resident:
        campus.start_mfad()


def saved():
    return {path: open(path, "rb").read() for path in (STORE, STORE + "-wal") if os.path.exists(path)}


def put_back(files):
    for path in (STORE, STORE + "-wal"):
        if path in files:
            with open(path, "wb") as file:
                file.write(files[path])
        elif os.path.exists(path):
            os.unlink(path)


def edit(*statements):
    """As somebody does who has the file and sqlite3."""
    with contextlib.closing(sqlite3.connect(STORE)) as store:
        for statement in statements:
            store.execute(statement)
        store.commit()


def rows(campus, *options):
    return [json.loads(line) for line in campus.enroll("--json", "admin", "audit", *options).stdout.splitlines()]


def verified(campus, *options, ok):
    report = json.loads(campus.enroll("--json", "admin", "audit", "--verify", *options, status=0 if ok else 1).stdout)
    assert report["ok"] == ok, report
    return report


@both_ways
def test_an_administrator_reads_it_and_nobody_else(campus):
    alice, bob = campus.student("alice"), campus.person("bob")
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    campus.login_over_ssh(alice, alice.wrong_code())
    events = rows(campus, "--all")
    assert [row["seq"] for row in events] == list(range(1, len(events) + 1))
    assert events[0]["event"] == "store.created" and "user" not in events[0]
    passed, = rows(campus, "--event", "login.passed", "--user", "alice", "--from", "192.0.2.7", "--service", "sshd")
    assert passed.items() >= {"user": "alice", "factor": "totp-1", "server": "lab-gw"}.items(), passed
    assert {row["event"] for row in rows(campus, "--event", "login", "--since", "2026-01-01")} >= {"login.passed",
                                                                                                  "login.failed"}
    assert rows(campus, "--actor", "root", "--until", "2026-01-01") == []
    assert [row["event"] for row in rows(campus, "--actor", "root")] == ["admin.provisioned", "recovery.made"]
    text = campus.enroll("admin", "audit", "--user", "alice").stdout
    assert "NUMBER" in text and "login.passed" in text and "192.0.2.7" in text
    assert verified(campus, ok=True)["events"] == len(events)
    if campus.resident:  # without a service there is nobody to ask
        for person in (alice, bob):
            for options in ([], ["--user", person.name], ["--verify"]):
                campus.enroll("admin", "audit", *options, person=person, status=1)
            campus.enroll("admin", "purge", person=person, status=1)
    assert "There is no event" in campus.enroll("admin", "audit", "--event", "logon", status=2).stderr


def test_what_is_done_to_its_rows_is_named(campus):
    for name in ("alice", "bob", "carol"):
        campus.student(name)
    campus.stop_mfad()
    last = len(rows(campus, "--all"))
    assert last >= 5
    before = saved()
    shift = "UPDATE event SET seq = seq + 1000 WHERE seq >= 3", "UPDATE event SET seq = seq - 999 WHERE seq > 1000"
    for statements, damage in (
            (["UPDATE event SET user = 'bob' WHERE seq = 3"], {"kind": "altered", "seq": 3}),
            (["DELETE FROM event WHERE seq = 3"], {"kind": "removed", "seq": 3}),
            ([*shift, f"INSERT INTO event SELECT 3, {ROW} FROM event WHERE seq = 2"], {"kind": "inserted", "seq": 3}),
            (["UPDATE event SET seq = 99 WHERE seq = 3", "UPDATE event SET seq = 3 WHERE seq = 4",
              "UPDATE event SET seq = 4 WHERE seq = 99"], {"kind": "swapped", "seq": 3, "with": 4})):
        with nobody_serves(campus):
            edit(*statements)
        assert verified(campus, ok=False)["damage"] == [damage], statements
        done = campus.enroll("admin", "audit", "--verify", status=1)
        assert "mfa-enroll: error: The trail is not as it was written." in done.stderr
        with nobody_serves(campus):
            put_back(before)
    assert verified(campus, ok=True)["events"] == last


@contextlib.contextmanager
def late_pipe(file):
    """As of <(zcat FILE): who writes into it takes its time."""
    path = f"{file}.pipe"
    os.mkfifo(path)
    with subprocess.Popen(["sh", "-c", 'exec >"$2"; sleep 0.2; cat "$1"', "sh", file, path]) as writer:
        yield path
        writer.wait(timeout=10)
    os.unlink(path)


def log_file(campus, name="auth.log", lines=None, host="lab-gw"):
    """What the sandbox's syslog got, as rsyslog would have written it to a file."""
    with open(f"/var/log/{name}", "w") as file:
        for line in campus.log.text.split("\n") if lines is None else lines:
            stamp, sep, message = re.sub(r"^<\d+>", "", line).partition(" mfad[")
            file.write(f"{stamp} {host}{sep}{message}\n")
    return f"/var/log/{name}"


@both_ways
def test_a_cut_tail_and_an_older_store_are_found_in_the_system_log(campus):
    for name in ("alice", "bob"):
        campus.student(name)
    campus.stop_mfad()
    older = saved()
    if campus.resident:
        campus.start_mfad()
    campus.student("carol")
    last = rows(campus)[-1]["seq"]
    campus.log.wait_for(rf"seq={last} ")
    log = verified(campus, "--against", log_file(campus), ok=True)["log"]
    assert log["first"] == 1 and log["last"] == last and log["lines"] == last

    # A log that begins late, or ends early, and lines that anybody writes with logger(1).
    lines = [line for line in campus.log.text.split("\n") if " seq=" in line]
    assert verified(campus, "--against", log_file(campus, lines=lines[2:-1]), ok=True)["log"]["lines"] == last - 3
    forged = re.sub(r"seq=\d+", f"seq={last + 5}", lines[-1]), re.sub(r"user=\S+", "user=mallory", lines[-1])
    assert verified(campus, "--against", log_file(campus, lines=[*lines, *forged]), ok=True)["log"]["forged"] == 2
    two = ["--against", log_file(campus, "auth.log", lines[3:]), "--against", log_file(campus, "auth.log.1", lines[:3])]
    assert verified(campus, *two, ok=True)["log"]["lines"] == last
    done = campus.enroll("admin", "audit", "--verify", "--against", log_file(campus, host="10.0.0.5"), status=0)
    assert "agree with the store" in done.stdout
    with late_pipe(log_file(campus)) as pipe:
        assert verified(campus, "--against", pipe, ok=True)["log"]["lines"] == last
    done = campus.enroll("admin", "audit", "--verify", "--against", log_file(campus, lines=["nothing"]), status=1)
    assert "nothing is proven" in done.stderr

    whole = log_file(campus, host="10.0.0.5")  # as a log host may know it
    files = saved()
    with nobody_serves(campus):
        edit(f"DELETE FROM event WHERE seq > {last - 2}")
    assert verified(campus, ok=True)["last"] == last - 2, "by itself the rest is whole"
    missing, = verified(campus, "--against", whole, ok=False)["log"]["missing"]
    assert missing["seq"] == last - 1 and missing["to"] == last and missing["file"] == whole, missing

    with nobody_serves(campus):
        put_back(older)
    assert verified(campus, ok=True)["last"] < last
    assert verified(campus, "--against", whole, ok=False)["log"]["missing"]
    campus.student("dora")  # and it goes on
    campus.log.wait_for(r"event=admin\.provisioned user=dora")
    log = verified(campus, "--against", log_file(campus), ok=False)["log"]
    assert log["put_back"] and log["different"], log
    done = campus.enroll("admin", "audit", "--verify", "--against", log_file(campus), status=1)
    assert "an older store was put back" in done.stdout and "do not agree" in done.stderr
    with nobody_serves(campus):
        put_back(files)


def test_old_detail_goes_and_the_trail_stays_whole(campus):
    campus.stop_mfad()
    clock = f"{campus.build}/tests/integration/moved_clock.so"
    campus.start_mfad(env={**os.environ, "LD_PRELOAD": clock, "MOVED_CLOCK": str(-500 * 86400)})
    campus.student("alice")
    campus.restart_mfad()
    campus.student("bob")
    last = rows(campus)[-1]["seq"]
    assert rows(campus, "--user", "alice", "--until", "2026-01-01")
    done = campus.enroll_json("admin", "purge")
    assert done["events"] == 2 and done["keep"] == "400d", done
    assert not rows(campus, "--user", "alice") and rows(campus, "--user", "bob")
    purged, = rows(campus, "--event", "records.purged")
    assert purged["actor"] == "root" and purged["reason"] == f"before {done['before']}" and purged["seq"] == last + 1
    campus.log.wait_for(r"event=records\.purged actor=root .*reason=\"before ")
    assert [row for row in rows(campus, "--event", "admin.provisioned") if "user" not in row], "that it was stays"
    assert "Nothing to do" in campus.enroll("admin", "purge").stdout
    report = verified(campus, "--against", log_file(campus), ok=True)
    assert report["purged"] == 2 and report["log"]["lines"] == last + 1
    campus.stop_mfad()
    # Who has the file alone erases, and that shows.
    with nobody_serves(campus):
        edit("UPDATE event SET user = NULL, actor = NULL, service = NULL, place = NULL, server = NULL, factor = NULL,"
             " reason = NULL, salt = NULL WHERE user = 'bob'")
    assert {run["kind"] for run in verified(campus, ok=False)["damage"]} == {"erased"}
