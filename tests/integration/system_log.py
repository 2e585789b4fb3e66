"""/dev/log of the sandbox: keeps every line, so that a test can read what was logged and what was not."""
import os
import re
import socket
import threading

from waiting import until


class Syslog:
    def __init__(self, path="/dev/log"):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        self._lines = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            self._lines.append(self._socket.recv(65536))

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
