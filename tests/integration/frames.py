"""The frames of common/protocol/frame.h in Python: written anew, so that a mistake shows; and bent, for hostile clients."""
import socket
import struct

LOGIN, REQUEST, ANSWER, HELLO, SHOW, ASK, RESULT, VERDICT = (ord(c) for c in "LQaHSARV")
VERSION, OLDEST, TEXT, FLAG, VERDICT_CODE, JSON, HINT, MORE, REASON, CODES = range(1, 11)
(USER, SERVICE, TTY, RHOST, RUSER, SSH_CONNECTION, SSH_AUTH_INFO, CONFIGURATION_ONLY, PHASE, PASSWORD_PASSED,
 ONE_ANSWER) = range(20, 31)
AUTHENTICATE, FAILED_PASSWORD, ACCOUNT, PASSWORD_CHANGED, SPLIT = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
PASSED, TRUSTED, SKIPPED, WRONG, LOCKED, DENIED, UNAVAILABLE, CONVERSATION, DONE, REFUSED, USAGE = range(1, 12)
LET_IN = {PASSED, TRUSTED, SKIPPED}
MOST_PAYLOAD = 16384
ANSWER_GIVEN = b"\x01"


def field(tag, content):
    return struct.pack(">BH", tag, len(content)) + content


def frame(kind, fields=()):
    """`fields` in the order given, which the protocol wants ascending."""
    payload = b"".join(field(tag, content) for tag, content in fields)
    return struct.pack(">HBB", len(payload), kind, 0) + payload


def login(user, service=b"code", **more):
    tags = {"tty": TTY, "rhost": RHOST, "ruser": RUSER, "ssh_connection": SSH_CONNECTION,
            "ssh_auth_info": SSH_AUTH_INFO, "configuration_only": CONFIGURATION_ONLY, "phase": PHASE,
            "password_passed": PASSWORD_PASSED, "one_answer": ONE_ANSWER}
    more.setdefault("phase", AUTHENTICATE)
    fields = [(VERSION, b"\x01"), (USER, user), (SERVICE, service)]
    return frame(LOGIN, fields + sorted((tags[name], content) for name, content in more.items()))


def request(json):
    return frame(REQUEST, [(VERSION, b"\x01"), (JSON, json)])


def answer(text):
    return frame(ANSWER, [(TEXT, text), (FLAG, ANSWER_GIVEN)])


class Client:
    def __init__(self, path, timeout=60):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._socket.connect(path)
        self._rest = b""

    def send(self, content):
        """Whether it went out; the other side may have gone."""
        try:
            self._socket.sendall(content)
            return True
        except OSError:
            return False

    def hand_over(self, content, descriptor):
        """Sends `content` and a descriptor along with it."""
        socket.send_fds(self._socket, [content], [descriptor])

    def stop_sending(self):
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def receive(self):
        """(type, {tag: content}), or None at the end."""
        header = self._take(4)
        if header is None:
            return None
        length, kind, zero = struct.unpack(">HBB", header)
        assert zero == 0
        payload, fields = self._take(length), {}
        while payload:
            tag, size = struct.unpack(">BH", payload[:3])
            fields[tag], payload = payload[3:3 + size], payload[3 + size:]
        return kind, fields

    def asked(self):
        """The text of the next question; there must be one."""
        while True:
            kind, fields = self.receive()
            if kind == ASK:
                return fields[TEXT].decode()
            assert kind != VERDICT, fields

    def verdict(self):
        """How it ends; nothing is asked before."""
        while True:
            kind, fields = self.receive()
            if kind == VERDICT:
                return fields[VERDICT_CODE][0]
            assert kind != ASK, fields

    def everything(self):
        """All frames until the other side ends it."""
        frames = []
        while (received := self.receive()) is not None:
            frames.append(received)
        return frames

    def _take(self, count):
        while len(self._rest) < count:
            try:
                more = self._socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self._rest += more
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def close(self):
        self._socket.close()


def verdicts(frames):
    return [fields.get(VERDICT_CODE, b"\0")[0] for kind, fields in frames if kind == VERDICT]


def asked(frames):
    return any(kind == ASK for kind, _ in frames)
