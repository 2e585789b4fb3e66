"""The product in a sandbox: installed, with people, PAM services, a real sshd and mfad; and checks that hold for all.

Whatever a test did, at the end no process is left, the store is whole, and nothing secret was logged: close() looks.
"""
import contextlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys

import sandbox
from conversation import Conversation
from people import FIRST_UID, Person, add_account, hashed
from system_log import Syslog
from waiting import until

LOGIN_SOCKET, USER_SOCKET = "/run/mfa/login.sock", "/run/mfa/user.sock"
# Where logins come from: a loopback address is nobody's device.
LAPTOP, PHONE = "192.0.2.7", "192.0.2.8"
STORE = "/var/lib/mfa/mfa.db"
CONFIGURATION = "/etc/mfa/mfa.toml"
MODULE = "pam_mfa.so"

BASE = """
issuer = "Example University"
helpdesk = "Service Desk, 0800 650 200"
"""
EVERYONE_MUST = """
[[rule]]
name = "everyone"
mfa = "require"
"""

# A password, then a code; what sshd, sudo, su and login get. A wrong password ends it at once.
PASSWORD_AND_CODE = f"""
auth     requisite  pam_unix.so nodelay
auth     required   {MODULE}
account  required   pam_unix.so
session  required   pam_permit.so
"""
CODE_ALONE = f"""
auth     required   {MODULE}
account  required   pam_permit.so
session  required   pam_permit.so
"""

SSHD = """
Port 22
ListenAddress 127.0.0.1
HostKey /etc/ssh/campus_host_key
PidFile none
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
PermitRootLogin yes
AuthenticationMethods keyboard-interactive
MaxStartups 300:30:400
MaxAuthTries 20
LogLevel VERBOSE
PrintMotd no
PrintLastLog no
Subsystem sftp internal-sftp
"""


class Campus:
    def __init__(self, build, resident=True, long=False):
        self.build, self.resident, self.long = build, resident, long
        self.people = {}
        self.answers_given = set()  # wrong answers and the like: must not be in a log either
        self.mfad = None
        self._sshd = None

    # --- opening and closing

    def open(self):
        self.log = Syslog()
        for number, address in enumerate((LAPTOP, PHONE), 1):
            sandbox.add_address(address, number)
        with open("/etc/hosts", "w") as hosts:
            hosts.write("127.0.0.1 localhost lab-gw\n::1 localhost\n")
        self.install()
        for service in ("sshd", "sudo", "su", "su-l", "login", "campus"):
            self.pam_service(service, PASSWORD_AND_CODE)
        self.pam_service("code", CODE_ALONE)
        self.enroll("admin", "init")
        self.configure(EVERYONE_MUST)
        if self.resident:
            self.start_mfad()

    def install(self):
        subprocess.run(["cmake", "--install", self.build, "--prefix", "/usr"], check=True, stdout=subprocess.DEVNULL)

    def close(self):
        self.stop_mfad()
        self.stop_sshd()
        until(lambda: not self.strangers(), "only the test itself still runs")
        self.check_store()
        self.check_nothing_secret_in(self.log.bytes, "syslog")

    def tell(self):
        """After a failure: what there is to know."""
        print("--- syslog\n" + self.log.text, file=sys.stderr)
        for path in ("/run/mfad.err", "/run/sshd.log"):
            if os.path.exists(path):
                print(f"--- {path}\n{open(path, errors='backslashreplace').read()[-20000:]}", file=sys.stderr)

    # --- the engine

    def configure(self, text, restart=True):
        os.makedirs("/etc/mfa", exist_ok=True)
        with open(CONFIGURATION + ".new", "w") as file:
            file.write(BASE + text)
        os.chmod(CONFIGURATION + ".new", 0o644)
        os.rename(CONFIGURATION + ".new", CONFIGURATION)
        if self.mfad and restart:
            self.restart_mfad()

    def start_mfad(self, *arguments, may_fail=False, wait=True, env=None):
        with open("/run/mfad.err", "ab") as errors:
            self.mfad = subprocess.Popen(["/usr/sbin/mfad", "--foreground", *arguments], stdin=subprocess.DEVNULL,
                                         stdout=errors, stderr=errors, env=env)
        if not wait:
            return
        started = rf"mfad\[{self.mfad.pid}\]: started"
        until(lambda: self.mfad.poll() is not None or self.log.lines(started), "mfad has started")
        if self.mfad.poll() is not None:
            assert may_fail, "mfad ended at once: " + open("/run/mfad.err").read()
            self.mfad = None

    def stop_mfad(self, how=signal.SIGTERM):
        if self.mfad:
            self.mfad.send_signal(how)
            status = self.mfad.wait()
            self.mfad = None
            if how == signal.SIGTERM:
                assert status == 0, f"mfad ended with {status}"
                # What sweeps up after it outlives it by a moment.
                until(lambda: not any(map(os.path.exists, (LOGIN_SOCKET, USER_SOCKET))), "its sockets are gone")

    def forget_mfad(self):
        """It was killed or has ended by itself: nothing to be stopped any more. If not, it is stopped."""
        if self.mfad and self.mfad.poll() is None:
            self.stop_mfad(signal.SIGKILL)
        elif self.mfad:
            self.mfad.wait()
            self.mfad = None

    def restart_mfad(self):
        self.stop_mfad()
        self.start_mfad()

    def engine_processes(self):
        """All processes of mfad: the engine, the monitor, sessions."""
        return [pid for pid, command in processes() if command and os.path.basename(command[0]) == "mfad"]

    def signal_engine(self, which):
        """To all of them. Some end by themselves as soon as another has ended."""
        for pid in self.engine_processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, which)

    # --- people

    def person(self, name, password=None, uid=None):
        person = Person(name, uid or FIRST_UID + len(self.people), password or f"Password of {name}, secret")
        add_account(name, person.uid, hashed(person.password))
        self.people[name] = person
        return person

    def student(self, name, **how):
        """Somebody with an authenticator app."""
        person = self.person(name, **how)
        self.provision(person)
        return person

    def provision(self, person):
        enrolled = self.enroll_json("admin", "provision", person.name, "totp")
        person.secret = enrolled["secret"]
        self.answers_given.update(enrolled.get("recovery_codes", []))
        return enrolled

    def enrol_by_hand(self, person, wrap=lambda command: command, codes_wanted=True):
        """As a student does it: mfa-enroll totp at a terminal, the key typed into the app."""
        talk = Conversation(wrap(["mfa-enroll", "totp"]), person, rows=50)
        talk.reads(f"Password for {person.name}: ")
        talk.answers(person.password)
        if person.secret:
            talk.reads("Verification code: ")
            talk.answers(person.fresh_code())
        talk.reads("Cannot scan?")
        talk.reads("Verification code: ")
        talk.answers("k")
        key = re.compile(r"Key: ((?:[A-Z2-7]{4} ?){8})\r")
        talk.reads("As a link, for apps that take one: ")
        talk.reads("Verification code: ")
        person.secret = key.findall(talk.screen)[-1].replace(" ", "")
        person.start_anew()
        talk.answers(person.fresh_code())
        talk.reads("is set up")
        if codes_wanted:
            talk.reads("recovery codes")
            talk.reads("Press Enter")
            talk.answers("")
        assert talk.end() == 0, talk.screen
        codes = re.findall(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b", talk.screen)
        self.answers_given.update(codes)
        return codes

    # --- mfa-enroll without a terminal

    def run(self, command, person=None, input="", env=None, **more):
        if person:
            more.update(preexec_fn=person.become)
        return subprocess.run(command, input=input, text=True, errors="surrogateescape", capture_output=True, timeout=120,
                              env={**(person.environment if person else os.environ), **(env or {})}, **more)

    def enroll(self, *arguments, person=None, input="", status=0):
        done = self.run(["mfa-enroll", *arguments], person, input)
        assert done.returncode == status, f"mfa-enroll {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def enroll_json(self, *arguments, **how):
        return json.loads(self.enroll("--json", *arguments, **how).stdout)

    def as_person(self, person, function):
        """Runs `function` in a process of theirs; gives what it returns."""
        reader, writer = multiprocessing.Pipe(False)

        def body():
            person.become()
            writer.send(function())
        process = multiprocessing.get_context("fork").Process(target=body)
        process.start()
        writer.close()
        try:
            result = reader.recv()
        except EOFError:
            raise AssertionError(f"what was run as {person.name} failed") from None
        process.join()
        return result

    @contextlib.contextmanager
    def in_background(self, person, function):
        """While the block runs, so does function(ready, stop) in a process of theirs, from when it says it is ready.
        Its end is waited for; it may look at `stop` to know when the block is over."""
        fork = multiprocessing.get_context("fork")
        ready, stop = fork.Event(), fork.Event()

        def body():
            person.become()
            function(ready.set, stop)
        process = fork.Process(target=body)
        process.start()
        until(lambda: ready.is_set() or not process.is_alive(), f"{person.name} is ready")
        try:
            yield
        finally:
            stop.set()
            process.join()
        assert process.exitcode == 0, f"what was run as {person.name} failed"

    # --- PAM and the programs that use it

    def pam_service(self, name, text):
        with open(f"/etc/pam.d/{name}", "w") as file:
            file.write(text.lstrip())

    def start_sshd(self, extra=""):
        if self._sshd:
            return
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/campus_host_key"], check=True)
        with open("/etc/ssh/campus_config", "w") as file:
            file.write(extra + SSHD)  # the first of a keyword counts
        host_key = " ".join(open("/etc/ssh/campus_host_key.pub").read().split()[:2])
        with open("/etc/ssh/campus_known_hosts", "w") as file:
            file.write(f"localhost,lab-gw {host_key}\n")
        self._sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", "/etc/ssh/campus_config", "-E", "/run/sshd.log"],
                                      stdin=subprocess.DEVNULL)
        until(lambda: connects(("127.0.0.1", 22)), "sshd listens")

    def stop_sshd(self):
        if self._sshd:
            self._sshd.terminate()
            self._sshd.wait()
            self._sshd = None

    def ssh_command(self, name, *command, host="localhost"):
        self.start_sshd()
        return ["ssh", "-o", f"BindAddress={LAPTOP}", "-F", "none", "-o", "UserKnownHostsFile=/etc/ssh/campus_known_hosts",
                "-o", "StrictHostKeyChecking=yes", "-o", "PreferredAuthentications=keyboard-interactive",
                "-o", "NumberOfPasswordPrompts=1", f"{name}@{host}", *(command or ("echo I am $(id -un)",))]

    def ssh(self, person, as_name=None):
        """A student at a terminal: ssh, and the password given. What follows is the second factor."""
        talk = Conversation(self.ssh_command(as_name or person.name))
        talk.reads("Password: ")
        talk.answers(person.password)
        return talk

    def ssh_with_askpass(self, name, answers):
        return self.with_askpass(self.ssh_command(name), answers)

    def with_askpass(self, command, answers):
        """ssh without a terminal, as editors and scripts use it; gives its exit status, output and the prompts."""
        folder = f"/run/askpass.{len(os.listdir('/run'))}"
        os.mkdir(folder)
        for number, answer in enumerate(answers, 1):
            with open(f"{folder}/answer.{number}", "wb") as file:
                file.write(answer if isinstance(answer, bytes) else answer.encode())
        with open(f"{folder}/askpass", "w") as file:
            file.write(f"""#!/bin/sh
printf '%s\\n--\\n' "$1" >>{folder}/prompts
number=$(grep -c '^--$' {folder}/prompts)
cat {folder}/answer.$number
""")
        os.chmod(f"{folder}/askpass", 0o755)
        done = self.run(command, env={"SSH_ASKPASS": f"{folder}/askpass", "SSH_ASKPASS_REQUIRE": "force"})
        done.prompts = open(f"{folder}/prompts").read().split("\n--\n")[:-1] if os.path.exists(f"{folder}/prompts") else []
        shutil.rmtree(folder)
        return done

    def login_over_ssh(self, person, code):
        """The whole of it; whether it let in, and all that was shown."""
        talk = self.ssh(person)
        if talk.reads_one_of("Verification code: "):
            talk.answers(code)
        while talk.reads_one_of("Verification code: "):
            talk.answers("")
        return Outcome(talk.end() == 0 and f"I am {person.name}" in talk.screen, talk.screen)

    def pamtester(self, service, user, person=None):
        """pamtester on a terminal, as `person` (root if nobody)."""
        return Conversation(["pamtester", service, user, "authenticate"], person)

    def at_the_same_instant(self, service, logins):
        """Each login is a user's name and the answers; gives the PAM results, in order."""
        lines = "".join("\t".join(login) + "\n" for login in logins)
        done = self.run([f"{self.build}/tests/integration/many_logins", service], input=lines)
        assert done.returncode == 0, done.stderr
        results = [line.split(" ", 1)[1] for line in done.stdout.splitlines()]
        assert len(results) == len(logins)
        return results

    def wrong_answers(self, person):
        """How many codes of theirs were compared and found wrong, as the trail tells."""
        return len(self.log.lines(rf"event=login\.failed.* user={person.name} .*reason=wrong"))

    def status(self, person):
        return self.enroll_json("status", person=person)

    # --- what must hold whatever happened

    def strangers(self):
        own = {1, os.getpid()}
        return [(pid, command) for pid, command in processes() if pid not in own]

    def check_store(self):
        if not os.path.exists(STORE):
            return
        left = sorted(os.listdir(os.path.dirname(STORE)))
        assert not [name for name in left if name.endswith("-shm") or name.endswith("-journal")], left
        copy = f"/run/store.{len(os.listdir('/run'))}"  # so that looking changes nothing
        shutil.copytree(os.path.dirname(STORE), copy)
        store = sqlite3.connect(f"{copy}/{os.path.basename(STORE)}")
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        store.close()
        shutil.rmtree(copy)

    def secrets(self):
        found = set(self.answers_given)
        for person in self.people.values():
            found.update([person.password, *person.given])
            if person.secret:
                found.update(spellings(person.secret))
        return [secret.encode(errors="surrogateescape") if isinstance(secret, str) else secret for secret in found]

    def check_nothing_secret_in(self, content, where):
        for secret in self.secrets():
            assert not holds(content, secret), f"{secret!r} is in {where}"


class Outcome:
    def __init__(self, passed, screen):
        self.passed, self.screen = passed, screen

    def __bool__(self):
        raise TypeError("say .passed or .refused")

    @property
    def refused(self):
        return not self.passed


def spellings(secret):
    """A base32 key in the ways it might have leaked."""
    import base64
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    groups = [secret[i:i + 4] for i in range(0, len(secret), 4)]
    return {secret, secret.lower(), " ".join(groups), raw.hex(), base64.b64encode(raw).decode(), raw}


def holds(content, secret):
    """Codes are digits, so a number in a longer number is not one."""
    if re.fullmatch(rb"[0-9]{6,8}", secret):
        return re.search(rb"(?<![0-9a-fA-F.])" + secret + rb"(?![0-9a-fA-F])", content) is not None
    return secret in content


def connects(address):
    kind = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
            return True
        except OSError:
            return False


def processes():
    """(pid, arguments) of all that run; what has ended and waits to be buried does not count."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat, open(f"/proc/{name}/cmdline", "rb") as line:
                    if stat.read().rsplit(")", 1)[1].split()[0] not in "ZX":
                        yield int(name), [part.decode(errors="replace") for part in line.read().split(b"\0")[:-1]]
            except (FileNotFoundError, ProcessLookupError):
                pass
