"""/dev/log of the sandbox: keeps every line, so that a test can read what was logged and what was not."""
import contextlib
import os
import re
import socket
import subprocess
import threading

from waiting import until

LEFT = b"left to another reader"


class Syslog:
    def __init__(self, path="/dev/log"):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        self._lines = []
        self._path, self._taken_up = path, threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            self._lines.append(self._socket.recv(65536))
            if self._lines[-1] == LEFT:
                self._taken_up.wait()

    @contextlib.contextmanager
    def left_to(self, command):
        """While the block runs, that program reads instead (its last argument is the socket), and nothing is kept."""
        self._taken_up.clear()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(LEFT, self._path)
        until(lambda: self._lines[-1:] == [LEFT], "the log is left to another reader")
        fd = self._socket.fileno()
        reader = subprocess.Popen([*command, str(fd)], pass_fds=[fd])
        try:
            yield
        finally:
            reader.kill()
            reader.wait()
            self._taken_up.set()

    @property
    def bytes(self):
        return b"\n".join(list(self._lines))

    @property
    def text(self):
        return self.bytes.decode(errors="backslashreplace")

    def lines(self, pattern):
        return [line for line in self.text.split("\n") if re.search(pattern, line)]

    def wait_for(self, pattern, count=1):
        """The lines that match, as soon as there are `count`."""
        until(lambda: len(self.lines(pattern)) >= count, f"{count} syslog line(s) with {pattern!r}")
        return self.lines(pattern)
