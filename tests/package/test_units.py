"""The package's units in a Debian that systemd itself runs: their sockets, their sandboxes, what happens when they end."""
import http.server
import json
import re
import threading

from conversation import Conversation
from waiting import until

UNITS = ("mfad-login.socket", "mfad-user.socket", "mfad-monitor.socket", "mfad.service")


def set_up(debian, package=None):
    debian.start_systemd()
    people = debian.set_up(package)
    debian.run("systemctl", "reset-failed")
    return people


def makes_new_codes(debian, person):
    """With password and code: the engine asks its monitor for the one, and the store for the other."""
    talk = Conversation(debian.command("mfa-enroll", "codes", person=person))
    talk.reads(f"Password for {person.name}: ")
    talk.answers(person.password)
    talk.reads("Verification code: ")
    talk.answers(person.fresh_code())
    talk.reads("Press Enter")
    talk.answers("")
    return talk.end() == 0


def kill(debian, unit):
    """As the kernel does when memory is short. Gives the number that the process had."""
    number = debian.main_process(unit)
    assert number > 0, unit
    debian.run("systemctl", "kill", "--signal=KILL", unit)
    until(lambda: debian.main_process(unit) not in (0, number), f"{unit} is started again")
    return number


def test_installing_starts_what_waits_and_nobody_is_asked(debian):
    debian.start_systemd()
    alice = debian.add_person("alice")
    debian.install()
    for unit in UNITS:
        assert debian.state_of(unit) == "active", unit
        assert debian.run("systemctl", "is-enabled", unit).stdout.strip() == "enabled", unit
    assert debian.state_of("mfad-monitor.service") == "inactive", "until somebody asks for a password"
    assert debian.run("systemctl", "--failed", "--quiet").stdout == ""
    assert debian.logs_in_without_code(alice)


def test_a_login_and_a_password_through_both_sandboxes(debian):
    alice, bob = set_up(debian)
    assert debian.logs_in_with_code(alice) and debian.logs_in_without_code(bob) and debian.is_refused(alice)
    assert makes_new_codes(debian, alice)
    assert debian.state_of("mfad-monitor.service") == "active"
    journal = debian.run("journalctl", "--no-pager", "--unit=mfad.service").stdout
    assert journal.count("event=login.passed user=alice") == 1, "the resident engine, not a session of its own"
    for line in ("event=login.failed user=alice", "event=step_up.passed user=alice", "event=recovery.made user=alice"):
        assert line in journal, journal
    # Sealed off from the system that it serves.
    engine = f"/proc/{debian.main_process('mfad.service')}"
    status = debian.run("cat", f"{engine}/status").stdout
    for line in ("NoNewPrivs:\t1", "CapBnd:\t0000000000000000", "Seccomp:\t2"):
        assert line in status, status
    assert f"Uid:\t{debian.run('id', '-u', 'mfa').stdout.strip()}\t" in status


class Carrier(http.server.BaseHTTPRequestHandler):
    """A provider of texts that takes everything."""
    texts = []

    def do_POST(self):
        Carrier.texts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_):
        pass


def says_in_the_sandbox(debian, command, message):
    """The answer of a program in a unit that differs from the engine's in what it runs alone."""
    debian.write("/run/message.json", json.dumps(message))
    unit = re.sub(r"^(ExecStart|ExecReload|Type|Restart|RestartSec)=.*\n", "", debian.read("/lib/systemd/system/mfad.service"),
                  flags=re.M)
    unit = unit.replace("[Service]\n", f"[Service]\nType=oneshot\nExecStart={command}\nStandardInput=file:/run/message.json\n"
                                       "StandardOutput=truncate:/run/reply.json\n")
    debian.write("/run/systemd/system/try.service", unit)
    debian.run("systemctl", "daemon-reload")
    debian.run("systemctl", "start", "try.service")
    return json.loads(debian.read("/run/reply.json"))


def test_what_the_engine_runs_has_room_in_its_sandbox(debian):
    set_up(debian)
    message = {"version": 1, "id": "7f0c", "channel": "sms", "mode": "code", "to": "+64211234567",
               "text": "Your code is 402913.", "code": "402913", "language": "en", "timeout": 20}
    folder = "/usr/libexec/mfa/gateways"
    debian.run("mkdir", "-p", "/etc/mfa/gateways", "/var/spool/sms/outgoing")
    debian.run("chown", "mfa", "/var/spool/sms/outgoing")

    carrier = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Carrier)
    threading.Thread(target=carrier.serve_forever, daemon=True).start()
    debian.write("/etc/mfa/gateways/http.toml", f'url = "http://127.0.0.1:{carrier.server_port}/"\n'
                                                'content = "{text}"\n[success]\nstatus = [202]\n')
    said = says_in_the_sandbox(debian, f"{folder}/http /etc/mfa/gateways/http.toml", message)
    assert said["status"] == "sent" and Carrier.texts == [message["text"]], said

    debian.write("/etc/mfa/gateways/file.toml", 'path = "/var/lib/mfa/gateways/messages"\n')
    assert says_in_the_sandbox(debian, f"{folder}/file /etc/mfa/gateways/file.toml", message)["status"] == "sent"
    assert message["text"] in debian.read("/var/lib/mfa/gateways/messages")

    debian.write("/etc/mfa/gateways/smstools.toml", 'outgoing = "/var/spool/sms/outgoing"\n')
    assert says_in_the_sandbox(debian, f"{folder}/smstools /etc/mfa/gateways/smstools.toml", message)["status"] == "sent"
    assert debian.run("ls", "/var/spool/sms/outgoing").stdout.startswith("mfa-")

    said = says_in_the_sandbox(debian, "/usr/libexec/mfa/mfa-number", {"version": 1, "typed": "021 123 4567", "country": "NZ"})
    assert "+64211234567" in json.dumps(said), said


def test_what_is_killed_is_started_again(debian):
    alice, _ = set_up(debian)
    assert makes_new_codes(debian, alice)
    for _ in range(7):  # more often than systemd's own limit allows
        kill(debian, "mfad.service")
    kill(debian, "mfad-monitor.service")
    carol = debian.add_person("carol", enrolled=True)
    assert debian.logs_in_with_code(carol)
    assert makes_new_codes(debian, carol)


def test_while_the_engine_is_stopped_a_login_starts_it(debian):
    alice, _ = set_up(debian)
    debian.run("systemctl", "stop", "mfad.service")
    assert debian.state_of("mfad-login.socket") == "active"
    assert debian.logs_in_with_code(alice)
    assert debian.state_of("mfad.service") == "active"


def test_upgrade_in_mid_dialogue(debian):
    alice, bob = set_up(debian, debian.previous())
    carol = debian.add_person("carol", enrolled=True)
    old = debian.main_process("mfad.service")
    talk = debian.at_the_prompt(alice)
    upgrading = debian.begin(*debian.installation())
    until(lambda: debian.state_of("mfad.service") == "deactivating" or upgrading.poll() is not None, "it makes room")
    # It waits for the dialogue; whoever comes meanwhile gets in, each in a session of their own.
    assert upgrading.poll() is None
    assert debian.logs_in_with_code(carol) and debian.logs_in_without_code(bob)
    assert upgrading.poll() is None
    assert debian.answers_right(talk, alice)
    assert upgrading.wait() == 0
    assert "~1" not in debian.installed_version()
    assert debian.main_process("mfad.service") not in (0, old)
    assert debian.logs_in_with_code(carol)
    assert debian.state_of("mfad.service") == "active"


def test_removal_in_mid_dialogue(debian):
    before = debian.pam_files()
    alice, bob = set_up(debian)
    talk = debian.at_the_prompt(alice)
    removing = debian.begin("apt-get", "remove", "-q", "-y", "libpam-mfa")
    until(lambda: debian.state_of("mfad.service") == "deactivating" or removing.poll() is not None, "it makes room")
    assert debian.logs_in_without_code(bob)
    assert debian.answers_right(talk, alice)
    assert removing.wait() == 0
    assert debian.installed_version() is None and debian.pam_files() == before
    for unit in UNITS:
        assert debian.state_of(unit) == "inactive", unit
    assert debian.run("systemctl", "--failed", "--quiet").stdout == ""
    assert debian.logs_in_without_code(alice)
