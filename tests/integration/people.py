"""People of the sandbox: accounts with known passwords, and the authenticator app of each, which is oathtool."""
import ctypes
import os
import subprocess
import time

_crypt = ctypes.CDLL("libcrypt.so.1").crypt
_crypt.restype = ctypes.c_char_p
FIRST_UID = 2001
PERIOD = 30  # seconds of a time step


def hashed(password, salt="campus"):
    return _crypt(password.encode(), f"$5$rounds=1000${salt}$".encode()).decode()  # cheap: these passwords protect nothing


class Person:
    def __init__(self, name, uid, password):
        self.name, self.uid, self.password = name, uid, password
        self.secret = None  # base32, once enrolled
        self.given = []     # codes that were made, for the search in logs
        self._step = None   # the newest step a code was made for

    @property
    def home(self):
        return f"/home/{self.name}"

    def code_at(self, step, digits=6, algorithm="SHA1"):
        command = ["oathtool", f"--totp={algorithm}", "--base32", f"--digits={digits}", f"--time-step-size={PERIOD}s",
                   f"--now=@{step * PERIOD}", "-"]
        code = subprocess.run(command, input=self.secret, text=True, capture_output=True, check=True).stdout.strip()
        self.given.append(code)
        return code

    def fresh_code(self):
        """A code never made before that counts now and for the next half minute. Two at a time are to be had with a
        window of one step either side, `window` + 1 with more."""
        now = int(time.time()) // PERIOD
        self._step = now if self._step is None else max(now, self._step + 1)
        return self.code_at(self._step)

    def start_anew(self):
        """Another key: codes of any step are fresh again."""
        self._step = None

    def fresh_codes(self, count, window):
        """`count` codes in ascending order, from old to new, all within a window of `window` steps."""
        assert count <= 2 * window - 2, "leave room for the clock to move on"
        now = int(time.time()) // PERIOD
        first = now - window + 3
        self._step = first + count - 1
        return [self.code_at(step) for step in range(first, first + count)]

    def wrong_code(self):
        """Six digits that are right neither now nor near."""
        now = int(time.time()) // PERIOD
        near = {self.code_at(step) for step in range(now - 12, now + 13)}
        return next(code for code in (f"{n:06}" for n in range(1_000_000)) if code not in near)

    def become(self):
        """For preexec_fn: the rest of the process is this person's."""
        os.initgroups(self.name, self.uid)
        os.setgid(self.uid)
        os.setuid(self.uid)
        os.chdir(self.home)

    @property
    def environment(self):
        return {"HOME": self.home, "USER": self.name, "LOGNAME": self.name, "LANG": "C.UTF-8", "TERM": "xterm-256color",
                "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", "SHELL": "/bin/sh"}


def add_account(name, uid, password_field):
    for path, line, mode in (("/etc/passwd", f"{name}:x:{uid}:{uid}:{name}:/home/{name}:/bin/sh", 0o644),
                             ("/etc/group", f"{name}:x:{uid}:", 0o644),
                             ("/etc/shadow", f"{name}:{password_field}:19700:0:99999:7:::", 0o640)):
        with open(path, "a", opener=lambda p, flags, mode=mode: os.open(p, flags, mode)) as file:
            file.write(line + "\n")
    os.makedirs(f"/home/{name}", mode=0o700, exist_ok=True)
    os.chown(f"/home/{name}", uid, uid)
