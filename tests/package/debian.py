"""A minimal Debian 12 with the package in it: its people, its sshd, its mfad; with systemd as its first process, or none.

It lies in memory, inside the sandbox of the integration tests, and goes with that. `command()` runs something there.
"""
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys

import sandbox
from conversation import Conversation
from people import Person
from system_log import Syslog
from waiting import until

ROOT = "/run/debian"
OURS = "/etc/mfa/conf.d/ours.toml"
CODE = "Verification code: "
PROFILES = ("mfa", "mfa-authfail")
GROUPS = "/run/cgroup"
# What a machine has mounted when its systemd starts; of the control groups, those below its own.
BOOT = """set -e
mount -t tmpfs -o mode=755 sys $1/sys
mkdir -p $1/sys/fs/cgroup
mount -t cgroup2 cgroup2 $1/sys/fs/cgroup
umount $1/proc
mount -t proc proc $1/proc
exec env -i container=test PATH="$PATH" chroot $1 /lib/systemd/systemd --unit=multi-user.target
"""
KNOWN_HOSTS = "/etc/ssh/known_hosts_of_root"
# As README has it, but for the port of no other sshd.
SETTINGS = """UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
AuthenticationMethods keyboard-interactive
"""


class Debian:
    def __init__(self, archive, package):
        self._archive, self.package = archive, package
        self._mfad = self._sshd = self._systemd = None
        self.people = {}

    # --- coming and going

    def open(self):
        os.mkdir(ROOT)
        sandbox.mount("debian", ROOT, "tmpfs", 0, "mode=755")
        subprocess.run(["tar", "--extract", "--numeric-owner", "--file", self._archive, "--directory", ROOT], check=True)
        sandbox.mount("proc", f"{ROOT}/proc", "proc")
        sandbox.mount("/dev", f"{ROOT}/dev", None, sandbox.MS_BIND | 16384)  # MS_REC
        sandbox.mount("run", f"{ROOT}/run", "tmpfs", sandbox.MS_NOSUID, "mode=755")
        os.makedirs(f"{ROOT}/run/sshd")
        self.write("/etc/hosts", "127.0.0.1 localhost lab-gw\n")
        self.log = Syslog()

    def close(self):
        self.stop_mfad()
        self.stop_sshd()
        self.stop_systemd()

    def tell(self):
        """After a failure: what there is to know."""
        if hasattr(self, "log"):
            print("--- syslog\n" + self.log.text[-20000:], file=sys.stderr)
        if self._systemd:
            print(f"--- journal\n{self.run('journalctl', '--no-pager', status=None).stdout[-20000:]}", file=sys.stderr)
        for path in ("/run/sshd.log", "/run/mfad.err"):
            with contextlib.suppress(OSError):
                print(f"--- {path}\n{self.read(path)[-5000:]}", file=sys.stderr)

    # --- files and programs

    def at(self, path):
        return ROOT + path

    def read(self, path):
        with open(self.at(path), errors="surrogateescape") as file:
            return file.read()

    def write(self, path, text):
        with open(self.at(path), "w") as file:
            file.write(text)

    def exists(self, path):
        return os.path.lexists(self.at(path))

    def command(self, *command, person=None):
        if self._systemd:
            become = ["runuser", "-u", person.name, "--"] if person else []
            return ["nsenter", f"--target={self._first}", "--mount", "--pid", "--root", "--wd", *become, *command]
        who = [f"--userspec={person.name}"] if person else []
        return ["chroot", *who, ROOT, *command]

    def run(self, *command, person=None, status=0, **more):
        done = subprocess.run(self.command(*command, person=person), text=True, capture_output=True, timeout=300,
                              stdin=subprocess.DEVNULL, env=self.environment, **more)
        assert status is None or done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def begin(self, *command):
        return subprocess.Popen(self.command(*command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                env=self.environment)

    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
                   "TERM": "xterm-256color", "DEBIAN_FRONTEND": "noninteractive"}

    # --- the package

    def install(self, package=None):
        """Where dpkg would ask about a configuration file that was edited, it keeps that, as it does when Enter is typed."""
        return self.run(*self.installation(package))

    def installation(self, package=None):
        shutil.copy(package or self.package, self.at("/root/package.deb"))
        return ["apt-get", "install", "-q", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold",
                "/root/package.deb"]

    def remove(self, how="remove", status=0):
        return self.run("apt-get", how, "-q", "-y", "libpam-mfa", status=status)

    def previous(self):
        """The same package as the build before: an older version, with another default configuration."""
        tree = "/run/previous"
        subprocess.run(["dpkg-deb", "--raw-extract", self.package, tree], check=True)
        with open(f"{tree}/DEBIAN/control") as file:
            control = file.read()
        with open(f"{tree}/DEBIAN/control", "w") as file:
            file.write(re.sub(r"^(Version: .*)$", r"\1~1", control, flags=re.M))
        for name in ("mfa", "mfa-authfail"):
            profile = f"{tree}/usr/share/pam-configs/{name}"
            with open(profile) as file:
                text = file.read()
            with open(profile, "w") as file:
                file.write(text.replace("Name: ", "Name: Formerly: "))
        with open(f"{tree}/etc/mfa/mfa.toml", "a") as file:
            file.write("# the end of an older default\n")
        made = "/run/previous.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, made], check=True, stdout=subprocess.DEVNULL)
        return made

    def installed_version(self):
        done = self.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "libpam-mfa", status=None)
        state, _, version = done.stdout.partition(" ")
        return version if state == "installed" else None

    def set_up(self, package=None):
        """Installed, initialised, its profiles on, sshd running, alice enrolled, bob not."""
        self.install(package)
        self.run("mfa-enroll", "admin", "init")
        os.mkdir(self.at("/etc/mfa/conf.d"))
        self.write(OURS, "[totp]\nwindow = 10\n")  # so that many codes are to be had at a time
        self.turn_profiles_on()
        return self.add_person("alice", enrolled=True), self.add_person("bob")

    def turn_profiles_on(self):
        self.run("pam-auth-update", "--enable", *PROFILES)

    # --- PAM's files

    def pam_files(self):
        """All that PAM reads here, but the service that belongs to the package: path -> content."""
        paths = [*glob.glob(self.at("/etc/pam.d/*")), self.at("/etc/pam.conf")]
        return {path.removeprefix(ROOT): open(path, "rb").read() for path in paths
                if os.path.exists(path) and not path.endswith("/mfa-enroll")}

    # --- mfad

    def start_mfad(self):
        with open(self.at("/run/mfad.err"), "ab") as errors:
            self._mfad = subprocess.Popen(self.command("/usr/sbin/mfad", "--foreground"), stdin=subprocess.DEVNULL,
                                          stdout=errors, stderr=errors, env=self.environment)
        until(lambda: self._mfad.poll() is not None or self.log.lines(rf"mfad\[{self._mfad.pid}\]: started"), "mfad serves")
        assert self._mfad.poll() is None, "mfad ended at once: " + self.read("/run/mfad.err")

    def stop_mfad(self):
        if self._mfad:
            self._mfad.send_signal(signal.SIGTERM)
            self._mfad.wait()
            self._mfad = None

    # --- systemd

    def start_systemd(self):
        """As the first process of a process namespace, in a control group of its own, which stop_systemd() removes."""
        os.mkdir(GROUPS)
        sandbox.mount("cgroup2", GROUPS, "cgroup2")
        self._group = f"{GROUPS}/pam_mfa-{os.urandom(4).hex()}"
        os.mkdir(self._group)
        enter = 'echo 0 >"$0/cgroup.procs" && exec "$@"'
        self._systemd = subprocess.Popen(["sh", "-c", enter, self._group, "unshare", "--cgroup", "--pid", "--mount", "--fork",
                                          "--kill-child", "sh", "-c", BOOT, "sh", ROOT], stdin=subprocess.DEVNULL)
        children = f"/proc/{self._systemd.pid}/task/{self._systemd.pid}/children"
        until(lambda: self._systemd.poll() is not None or open(children).read().strip(), "systemd begins")
        self._first = int(open(children).read())
        until(lambda: self.run("systemctl", "is-system-running", status=None).stdout.strip() == "running", "systemd has started")

    def stop_systemd(self):
        if self._systemd:
            os.kill(self._first, signal.SIGKILL)  # and the kernel all others of its namespace
            self._systemd.wait()
            self._systemd = None
        if os.path.isdir(GROUPS):
            until(lambda: "populated 0" in open(f"{self._group}/cgroup.events").read(), "its processes are gone")
            for folder, _, _ in os.walk(self._group, topdown=False):
                os.rmdir(folder)

    def state_of(self, unit):
        return self.run("systemctl", "is-active", unit, status=None).stdout.strip()

    def main_process(self, unit):
        """Its number in there; 0: none."""
        return int(self.run("systemctl", "show", "--property=MainPID", "--value", unit).stdout)

    # --- people

    def add_person(self, name, enrolled=False):
        self.run("useradd", "--create-home", "--shell", "/bin/sh", name)
        uid = int(self.run("id", "-u", name).stdout)
        person = Person(name, uid, f"Password of {name}, secret")
        subprocess.run(self.command("chpasswd"), input=f"{name}:{person.password}\n", text=True, check=True,
                       env=self.environment)
        self.people[name] = person
        if enrolled:
            done = self.run("mfa-enroll", "--json", "admin", "provision", name, "totp")
            person.secret = re.search(r'"secret": *"([A-Z2-7]+)"', done.stdout)[1]
        return person

    # --- logging in

    def start_sshd(self):
        if self.exists(KNOWN_HOSTS) and (self._sshd or self._systemd):
            return
        self.write("/etc/ssh/sshd_config.d/00-mfa.conf", SETTINGS)
        self.run("ssh-keygen", "-A")
        key = " ".join(self.read("/etc/ssh/ssh_host_ed25519_key.pub").split()[:2])
        self.write(KNOWN_HOSTS, f"localhost {key}\n")
        if self._systemd:
            self.run("systemctl", "restart", "ssh")
            return
        self._sshd = subprocess.Popen(self.command("/usr/sbin/sshd", "-D", "-E", "/run/sshd.log"),
                                      stdin=subprocess.DEVNULL, env=self.environment)
        until(lambda: self.exists("/run/sshd.pid") or self._sshd.poll() is not None, "sshd listens")

    def stop_sshd(self):
        if self._sshd:
            self._sshd.terminate()
            self._sshd.wait()
            self._sshd = None

    def ssh(self, person, password=None):
        """Somebody at a terminal, who gave the password."""
        self.start_sshd()
        talk = Conversation(self.command("ssh", "-F", "none", "-o", f"UserKnownHostsFile={KNOWN_HOSTS}", "-o",
                                         "StrictHostKeyChecking=yes", "-o", "NumberOfPasswordPrompts=1",
                                         f"{person.name}@localhost", "echo I am $(id -un)"))
        talk.reads("Password: ")
        talk.answers(password or person.password)
        return talk

    def at_the_prompt(self, person):
        talk = self.ssh(person)
        talk.reads(CODE)
        return talk

    def answers_right(self, talk, person):
        talk.answers(person.fresh_code())
        return talk.end() == 0 and f"I am {person.name}" in talk.screen

    def logs_in_with_code(self, person):
        return self.answers_right(self.at_the_prompt(person), person)

    def logs_in_without_code(self, person):
        talk = self.ssh(person)
        return talk.reads_one_of(CODE) is None and talk.end() == 0 and f"I am {person.name}" in talk.screen

    def is_refused(self, person):
        """With the right password and a wrong code."""
        talk = self.at_the_prompt(person)
        talk.answers(person.wrong_code())
        refused = talk.reads_one_of(CODE) is not None
        talk.hangs_up()
        return refused
