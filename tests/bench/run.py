#!/usr/bin/python3 -B
"""Logins through pam_mfa beside its peers, all in one run on one machine, through the real libpam.

Usage: run.py BUILD_FOLDER OUTPUT_FOLDER     (as root; a release build; Debian's libpam-google-authenticator, libpam-oath)

Measured are pam_mfa, pam_google_authenticator, pam_oath, and as the floor pam_permit with one fdatasync. Each has the same
people, the same key and a window of ten steps, refuses a code that was used (this is tried before), and logs to the same
socket, which a small program empties without being woken. Homes and stores lie on the disk of OUTPUT_FOLDER, which must be
one: not below /etc, /var, /usr, /home, /root or /tmp, which the sandbox keeps in memory. libpam loads the modules of
/etc/pam.d/other at each start, whatever the service: here that is pam_deny alone, so that they do not hide what is
measured; what Debian's own adds (pam_unix and its libraries) is told below the table. Rounds take turns, so that what
the machine does meanwhile meets all. Ratios are those of medians of the rounds. Written to OUTPUT_FOLDER: samples.csv
(raw), report.txt (as printed), report.svg.
"""
import csv
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))
import sandbox
from campus import Campus
from pam_host import PAM_SUCCESS, totp
from people import add_account, hashed
from waiting import until

KEY = b"12345678901234567890"  # RFC 6238, appendix B
KEY_BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PASSWORD = "Password of all, secret"
PEOPLE, MANY, WINDOW, ROUNDS, EACH, AT_ONCE = 1000, 100_000, 10, 7, 40, 384
FIRST_UID = 3000
KEPT_APART = 20  # people with devices
OTHER = "".join(f"{kind} required pam_deny.so\n" for kind in ("auth", "account", "password", "session"))
GOOGLE_FILE = f"{KEY_BASE32}\n\" WINDOW_SIZE {2 * WINDOW + 1}\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n"
SERVICES = {
    "pam_mfa": "auth required pam_mfa.so\n",
    "google": "auth required pam_google_authenticator.so\n",
    "oath": f"auth required pam_oath.so usersfile=/etc/users.oath window={WINDOW} digits=6\n",
    "floor": "auth required pam_permit.so\n",
    "password": "auth requisite pam_unix.so nodelay\nauth required pam_mfa.so\n",
}
RULES = f'[totp]\nwindow = {WINDOW}\n[[rule]]\nname = "everyone"\nmfa = "require"\ntrust = "30d"\n'
CODE_MODULES = ("pam_mfa", "google", "oath")
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ"  # RFC 8032 §7.1's first key
QUEUE = 4096  # datagrams that wait at a socket


class People:
    """Whose turn it is, and which of their codes was not given yet. Each module keeps its own account of them."""

    def __init__(self):
        self._given, self._turn = {}, {}

    def next(self, module):
        number = self._turn.get(module, 0)
        self._turn[module] = (number + 1) % (PEOPLE - KEPT_APART)
        return number

    def code(self, module, number):
        now = int(time.time()) // 30
        step = max(self._given.get((module, number), 0) + 1, now - WINDOW + 1)
        assert step < now + WINDOW, "too few people for so many logins"
        self._given[module, number] = step
        return totp(KEY_BASE32, step)

    def skip(self, module, numbers):
        self._turn[module] = numbers


class Bench:
    def __init__(self, build, output, log):
        self.build, self.output, self.log = build, output, log
        self.people, self.samples, self.notes = People(), [], []
        self.beside = ""  # what is not as it is for the table

    def note_ratio(self, what, ours, other, unit, must, goal, more_is_better=False):
        self.notes.append(f"{what}{self.beside}: ratio {ours / other:.2f}, {ours:.3g} against {other:.3g} {unit}")

    def quietly(self):
        return self.log.left_to([f"{self.build}/tests/bench/bench_drain"])

    def log_in(self, what, module, mode, lines, expected=PAM_SUCCESS, service=None, round_number=0,
               environment=None):
        """Runs the lines, each (worker, answers) for the next person; keeps what each took."""
        text = "".join("\t".join((str(worker), f"bench{number}", *answers)) + "\n" for worker, number, answers in lines)
        command = [f"{self.build}/tests/bench/bench_logins", service or module, mode]
        if module == "floor":
            command.append("/var/lib/mfa-bench/floor")
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, env=environment)
        *rows, last = done.stdout.splitlines()
        times = []
        for row in rows:
            _, nanoseconds, result = row.split()
            right = int(result) == PAM_SUCCESS
            assert right == (expected == PAM_SUCCESS), f"{what}, {module}: PAM result {result}"
            times.append(int(nanoseconds) / 1e6)
            self.samples.append((what, module, round_number, times[-1]))
        return times, int(last.split()[1]) / 1e9

    def right(self, module, workers, each):
        """Each worker has people of its own, as programs have."""
        lines = []
        for worker in range(workers):
            for _ in range(each):
                number = self.people.next(module)
                lines.append((worker, number, [self.people.code(module, number)] if module in CODE_MODULES else []))
        return lines

    def wrong(self, module, each):
        near = {totp(KEY_BASE32, int(time.time()) // 30 + step) for step in range(-30, 31)}
        code = next(code for code in (f"{n:06}" for n in range(1_000_000)) if code not in near)
        return [(0, self.people.next(module), [code]) for _ in range(each)]

    def require_replay_refused(self, module):
        number = self.people.next(module)
        once = [(0, number, [self.people.code(module, number)])]
        self.log_in("first use", module, "fresh", once)
        self.log_in("second use", module, "fresh", once, expected=None)

    def rounds(self, what, modules, prepare, mode, per_second=False, **how):
        """Medians of the rounds for each module: milliseconds, or logins a second."""
        what += self.beside
        found = {module: [] for module in modules}
        for round_number in range(ROUNDS):
            for module in modules[round_number % len(modules):] + modules[:round_number % len(modules)]:
                times, whole = self.log_in(what, module, mode, prepare(module), round_number=round_number, **how)
                found[module].append(len(times) / whole if per_second else statistics.median(times))
        return {module: statistics.median(values) for module, values in found.items()}


def percentiles(bench, what, module):
    times = sorted(sample[3] for sample in bench.samples if sample[:2] == (what, module))
    return [times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.9, 0.99)]


# --- setting up

def load():
    return " ".join(open("/proc/loadavg").read().split()[:3])


def disk_of(folder):
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout.strip()
    assert kind not in ("tmpfs", "overlayfs", "ramfs"), f"{folder} is in memory ({kind}): nothing there waits for a disk"
    return kind


def prepare_disk(output):
    """Stores and homes on the disk that is measured; the sandbox has them in memory."""
    for name, target in (("store", "/var/lib/mfa"), ("homes", "/home"), ("floor", "/var/lib/mfa-bench")):
        source = f"{output}/{name}"
        shutil.rmtree(source, ignore_errors=True)
        os.makedirs(source)
        os.makedirs(target, exist_ok=True)
        sandbox.mount(source, target, None, sandbox.MS_BIND)


def add_people(campus):
    one_hash = hashed(PASSWORD)
    for number in range(PEOPLE):
        add_account(f"bench{number}", FIRST_UID + number, one_hash)
        path = f"/home/bench{number}/.google_authenticator"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(GOOGLE_FILE)
        os.chmod(path, 0o400)
        for one in (os.path.dirname(path), path):
            os.chown(one, FIRST_UID + number, FIRST_UID + number)
    with open("/etc/users.oath", "w") as file:
        file.writelines(f"HOTP/T30/6 bench{number} - {KEY.hex()}\n" for number in range(PEOPLE))
    os.chmod("/etc/users.oath", 0o600)


def fill(campus, prefix, first_uid, count):
    campus.stop_mfad()
    subprocess.run([f"{campus.build}/tests/bench/bench_fill_store", "/var/lib/mfa/mfa.db", "/var/lib/mfa/key", prefix,
                    str(first_uid), str(count)], check=True, user="mfa", group="mfa", extra_groups=[], umask=0o077)
    campus.start_mfad()


def resident_kib(campus):
    total = 0
    for pid in campus.engine_processes():
        total += int(re.search(r"^VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read(), re.M)[1])
    return total


def traced(pid):
    return "TracerPid:\t0\n" not in open(f"/proc/{pid}/status").read()


def syncs_a_login(bench, campus, module):
    """fsync and fdatasync of the host and of mfad, for ten logins."""
    trace = f"{bench.output}/trace.{module}"
    lines = bench.right(module, 1, 10)
    watched = []
    if module == "pam_mfa":
        pids = [argument for pid in campus.engine_processes() for argument in ("-p", str(pid))]
        watched.append(subprocess.Popen(["strace", "-q", "-f", "-e", "trace=fsync,fdatasync", "-o", trace, *pids]))
        until(lambda: all(traced(pid) for pid in campus.engine_processes()), "strace has attached")
        bench.log_in("syncs", module, "same", lines)
        watched[0].terminate()
        watched[0].wait()
    else:
        text = "".join(f"0\tbench{number}\t{answers[0]}\n" for _, number, answers in lines)
        subprocess.run(["strace", "-q", "-f", "-e", "trace=fsync,fdatasync", "-o", trace,
                        f"{bench.build}/tests/bench/bench_logins", module, "same"], input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL)
    calls = re.findall(r"(fsync|fdatasync)\(", open(trace).read())
    return ", ".join(f"{calls.count(call) / 10:g} {call}" for call in sorted(set(calls))) or "none"


def weigh(bench, module):
    """What authenticating adds to the process: KiB of its own memory, and libraries."""
    number = bench.people.next(module)
    code = bench.people.code(module, number) if module in CODE_MODULES else ""
    done = subprocess.run([f"{bench.build}/tests/bench/bench_logins", module, "weigh"], capture_output=True, text=True,
                          input=f"0\tbench{number}\t{code}\n", check=True)
    result, kib, *libraries = done.stdout.split()
    assert int(result) == PAM_SUCCESS, f"{module} when weighed: {result}"
    return int(kib), [os.path.basename(path) for path in libraries]


# --- the run

def measure(bench, campus):
    table = []

    def row(what, ours, other, unit, must, goal, more_is_better=False):
        ratio = ours / other
        met = (lambda bound: ratio >= bound if more_is_better else ratio <= bound)
        said = "goal met" if met(goal) else "must met, goal missed" if met(must) else "MISSED"
        table.append((what, f"{ratio:.2f}", f"{must:g}", f"{goal:g}", said, f"{ours:.3g} against {other:.3g} {unit}"))

    fill(campus, "bench", FIRST_UID, PEOPLE)
    for module in CODE_MODULES:
        bench.require_replay_refused(module)
    with open("/etc/pam.d/other") as file:
        debians = file.read()
    campus.pam_service("other", OTHER)
    with bench.quietly():
        single(bench, row)
        at_once(bench, row, ((1, "lasting"), (2, "lasting"), (8, "lasting"), (32, "lasting"), (32, "same")))
        trusted(bench, row)
        campus.pam_service("other", debians)
        bench.beside = ", Debian's other"
        single(bench, bench.note_ratio)
        at_once(bench, bench.note_ratio, ((32, "lasting"), (32, "same")))
        campus.pam_service("other", OTHER)
        bench.beside = ""
        few = bench.rounds("beside few", ("pam_mfa", "floor"), lambda m: bench.right(m, 1, EACH), "fresh")
    weights(bench, campus, table)
    fill(campus, "other", 100_000, MANY)
    with bench.quietly():
        many = bench.rounds("beside many", ("pam_mfa", "floor"), lambda m: bench.right(m, 1, EACH), "fresh")
    row(f"{MANY} users against {PEOPLE}, p50", many["pam_mfa"], few["pam_mfa"], "ms", 1.15, 1.05)
    bench.notes.append(f"the floor meanwhile: {few['floor']:.2f} and {many['floor']:.2f} ms")
    mib = resident_kib(campus) / 1024
    table.append((f"mfad with {MANY} users, resident (engine and monitor)", f"{mib:.1f} MiB", "48", "24",
                  "goal met" if mib <= 24 else "must met, goal missed" if mib <= 48 else "MISSED", ""))
    return table


def single(bench, row):
    """One login at a time. A wrong code is followed by a client that breaks off, where it is asked once more."""
    right = bench.rounds("right code, fresh process", CODE_MODULES + ("floor",), lambda m: bench.right(m, 1, EACH), "fresh")
    same = bench.rounds("right code, same process", CODE_MODULES + ("floor",), lambda m: bench.right(m, 1, EACH), "same")
    wrong = bench.rounds("wrong code, fresh process", CODE_MODULES, lambda m: bench.wrong(m, EACH // 2), "fresh", expected=None)
    for module in CODE_MODULES:
        bench.people.skip(module, 0)
    row("right code, fresh process, p50, against google", right["pam_mfa"], right["google"], "ms", 1.0, 0.8)
    row("wrong code, the same", wrong["pam_mfa"], wrong["google"], "ms", 0.33, 0.2)
    row("right code, fresh process, p50, against the floor", right["pam_mfa"], right["floor"], "ms", 2.5, 1.6)
    bench.notes.append(f"right code{bench.beside}, fresh: oath {right['oath']:.2f} ms; same process: pam_mfa {same['pam_mfa']:.2f}, "
                       f"google {same['google']:.2f}, oath {same['oath']:.2f}, floor {same['floor']:.2f} ms")


def at_once(bench, row, ways):
    for workers, mode in ways:
        how = "" if mode == "lasting" else ", modules loaded anew each time"
        rate = bench.rounds(f"{workers} at once{how}", ("pam_mfa", "google"),
                            lambda m: bench.right(m, workers, (AT_ONCE if workers == 32 else 64) // workers), mode, per_second=True)
        if workers == 32 and mode == "lasting":
            row("32 at once, lasting processes, logins/s, against google", rate["pam_mfa"], rate["google"], "/s", 2, 3,
                more_is_better=True)
        bench.notes.append(f"{workers} at once{how}{bench.beside}: pam_mfa {rate['pam_mfa']:.0f}/s, google {rate['google']:.0f}/s")


def trusted(bench, row):
    """On one device, one person: trusted, and another with a code each time; after a password, and after an SSH key."""
    environment = {**os.environ, "BENCH_KEY": SSH_KEY}
    for number, (first, service, before, how) in enumerate((("a password", "password", [PASSWORD], {}),
                                                            ("a key", "pam_mfa", [], {"environment": environment}))):
        device = PEOPLE - 1 - number
        bench.log_in("first", "pam_mfa", "fresh", [(0, device, [*before, bench.people.code("pam_mfa", device) + " y"])],
                     service=service, **how)
        found = {"trusted": [], "code": []}
        for round_number in range(ROUNDS):
            coding = PEOPLE - 3 - number * ROUNDS - round_number
            lines = {"trusted": lambda: [(0, device, before)] * (WINDOW + 5),
                     "code": lambda: [(0, coding, [*before, bench.people.code("pam_mfa", coding) + " n"])
                                      for _ in range(WINDOW + 5)]}
            for kind in sorted(lines, reverse=round_number % 2 == 1):
                times, _ = bench.log_in(f"{kind} after {first}", "pam_mfa", "fresh", lines[kind](), service=service,
                                        round_number=round_number, **how)
                found[kind].append(statistics.median(times))
        row(f"a trusted device, p50, against a code, after {first}", statistics.median(found["trusted"]),
            statistics.median(found["code"]), "ms", 1.0, 0.7)


def weights(bench, campus, table):
    # libpam itself loads those of /etc/pam.d/other; what the floor has counts for nobody.
    floor_kib, floor_libraries = weigh(bench, "floor")
    for module in CODE_MODULES:
        kib, libraries = weigh(bench, module)
        kib -= floor_kib
        libraries = [library for library in libraries if library not in floor_libraries]
        bench.notes.append(f"{module}: {kib} KiB and {len(libraries)} libraries more in the host process "
                           f"({', '.join(libraries)}); syncs a login: {syncs_a_login(bench, campus, module)}")
        if module == "pam_mfa":
            table.append(("memory added to the host process", f"{kib} KiB", "300", "100",
                          "goal met" if kib <= 100 else "must met, goal missed" if kib <= 300 else "MISSED", ""))


def report(bench, table):
    head = ("measure", "ratio", "must", "goal", "", "medians")
    widths = [max(len(str(line[column])) for line in [head, *table]) for column in range(len(head))]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(line, widths)).rstrip() for line in [head, *table]]
    lines += ["", "milliseconds of a login".ljust(70) + "     p50     p90     p99"]
    for what, module in dict.fromkeys(sample[:2] for sample in bench.samples):
        lines.append(f"{what + ', ' + module:<70}" + "".join(f"{value:8.2f}" for value in percentiles(bench, what, module)))
    return "\n".join([*lines, "", *bench.notes]) + "\n"


def plot(bench):
    """A box for each series, from its tenth to its ninetieth percentile, with a line at the median; a scale of powers of ten."""
    series = [(what, module, sorted(s[3] for s in bench.samples if s[:2] == (what, module)))
              for what, module in dict.fromkeys(sample[:2] for sample in bench.samples)]
    import math
    low = math.floor(math.log10(min(times[0] for *_, times in series)))
    high = math.ceil(math.log10(max(times[-1] for *_, times in series)))
    x = lambda value: 420 + 440 * (math.log10(value) - low) / (high - low)
    height = 40 + 18 * len(series)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height + 20}" font-family="sans-serif" '
             f'font-size="12"><title>Milliseconds of a login</title><rect width="900" height="{height + 20}" fill="white"/>']
    for power in range(low, high + 1):
        parts.append(f'<path d="M{x(10 ** power):.1f} 20V{height}" stroke="#ccc"/>'
                     f'<text x="{x(10 ** power):.1f}" y="15" text-anchor="middle">{10 ** power:g} ms</text>')
    for number, (what, module, times) in enumerate(series):
        y = 30 + 18 * number
        at = lambda part: x(times[min(len(times) - 1, int(len(times) * part))])
        colour = {"pam_mfa": "#1b6ca8", "floor": "#999999"}.get(module, "#d98324")
        parts.append(f'<text x="410" y="{y + 10}" text-anchor="end">{what}, {module}</text>'
                     f'<rect x="{at(.1):.1f}" y="{y}" width="{max(1.0, at(.9) - at(.1)):.1f}" height="12" fill="{colour}" '
                     f'fill-opacity="0.5"/><path d="M{at(.5):.1f} {y}v12" stroke="{colour}" stroke-width="3"/>')
    return "".join(parts) + "</svg>\n"


def run(build, output):
    disk_of(output)
    prepare_disk(output)
    with open("/proc/sys/net/unix/max_dgram_qlen", "w") as file:  # of sockets made from now on
        file.write(str(QUEUE))
    campus = Campus(build)
    campus.open()
    try:
        for name, text in SERVICES.items():
            campus.pam_service(name, text)
        campus.configure(RULES)
        add_people(campus)
        bench = Bench(build, output, campus.log)
        bench.notes.append(f"on {os.cpu_count()} processors, Linux {os.uname().release}, {disk_of(output)}; "
                           f"load before {load()}")
        busy = load() if float(load().split()[0]) > os.cpu_count() / 2 else ""
        table = measure(bench, campus)
        bench.notes.append(f"load after {load()}")
        if busy:
            table.append(("THE MACHINE WAS BUSY: this says little", "", "", "", "", f"load {busy}"))
    except BaseException:
        campus.tell()
        raise
    campus.stop_mfad()
    text = report(bench, table)
    with open(f"{output}/samples.csv", "w") as file:
        csv.writer(file).writerows([("series", "module", "round", "milliseconds"), *bench.samples])
    for name, content in (("report.txt", text), ("report.svg", plot(bench))):
        with open(f"{output}/{name}", "w") as file:
            file.write(content)
    print(text, end="")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments and arguments[0] == sandbox.INSIDE:
        sandbox.run_inside(lambda: run(*arguments[1:]))
    elif len(arguments) == 2:
        build, output = map(os.path.abspath, arguments)
        os.makedirs(output, exist_ok=True)
        sandbox.enter([build, output])
    else:
        sys.exit(__doc__)
