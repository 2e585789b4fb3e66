"""What gateways hand messages to: Kannel, gammu-smsd, smsd, a provider's interface over HTTPS; and running a gateway as
mfad does. What arrived is read from them, never from a gateway."""
import contextlib
import http.server
import json
import os
import re
import shutil
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time

from waiting import until

GATEWAYS = "/usr/libexec/mfa/gateways"
SETTINGS = "/etc/mfa/gateways"
MANUALS = "/usr/share/man/man7"
NUMBER = "+64211234567"
CODE = "402913"
TEXT = f"Your code for Example University, lab-gw is {CODE}.\nNot you? Service Desk, 0800 650 200"


def settings(name, text, mode=0o644, owner="root"):
    """Writes a settings file, or one with a password; gives its path."""
    os.makedirs(SETTINGS, exist_ok=True)
    path = f"{SETTINGS}/{name}"
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    if owner != "root":
        subprocess.run(["chown", f"{owner}:{owner}", path], check=True)
    return path


def ready(name, **changes):
    """The text of the ready settings, with changes: the old words and the new, in pairs."""
    text = open(f"/usr/share/mfa/gateways/{name}.toml").read()
    for old, new in changes.get("replace", []):
        assert old in text, old
        text = text.replace(old, new)
    return text


def let_in(name):
    """Lets mfa into a spool folder by the command of the manual that names it."""
    page = open(f"{MANUALS}/mfa-gateway.7").read()
    command = re.search(rf"^# (setfacl .*/{name}/.*)$", page, re.M)[1]
    subprocess.run(command.split(), check=True)


def carry(gateway, path, text=TEXT, to=NUMBER, code=CODE, channel="sms", mode="code", timeout=20):
    """As mfad runs it: as the user mfa without groups, with no environment, one argument, one request."""
    with started(gateway, path, text=text, to=to, code=code, channel=channel, mode=mode, timeout=timeout) as program:
        return reply_of(program)


@contextlib.contextmanager
def started(gateway, path, text=TEXT, to=NUMBER, code=CODE, channel="sms", mode="code", timeout=20):
    """The same, while it goes on."""
    request = {"version": 1, "id": "1f2e3d", "channel": channel, "mode": mode, "to": to, "text": text, "code": code,
               "language": "en", "timeout": timeout}
    with tempfile.TemporaryFile() as file:
        file.write(json.dumps(request).encode())
        file.seek(0)
        with subprocess.Popen([f"{GATEWAYS}/{gateway}", path], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={}, user="mfa", group="mfa", extra_groups=[], umask=0o077, cwd="/") as program:
            try:
                yield program
            finally:
                program.kill()


def reply_of(program):
    output, errors = program.communicate(timeout=120)
    assert program.returncode == 0, (program.returncode, errors)
    assert not tells(output.decode()) and not tells(errors.decode()), (output, errors)
    return json.loads(output)


def tells(text, code=CODE, number=NUMBER):
    """Whether it has the code, or the number in any of the ways it is written."""
    return code in text or number[1:] in text or "0" + number[3:] in text


def command_lines():
    """What any user can see of all processes."""
    lines = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            lines.append(open(f"/proc/{pid}/cmdline").read())
    return "\n".join(lines)


@contextlib.contextmanager
def daemon(command, ready_when, what, log=None):
    """A program that runs while the block does."""
    with open(log or "/dev/null", "ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        until(lambda: process.poll() is not None or ready_when(), what)
        assert process.poll() is None, f"{command[0]} ended: {open(log).read() if log else ''}"
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port):
    """Whether a socket listens there; without connecting, which a program would take for a client."""
    wanted = f":{port:04X} "
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in open(table):
            fields = line.split()
            if fields[1].endswith(wanted.strip()) and fields[3] == "0A":
                return True
    return False


# --- Kannel

KANNEL = """
group = core
admin-port = 13000
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = 13001
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
log-file = "/run/kannel/bearerbox.log"
log-level = 2

group = smsc
smsc = fake
smsc-id = fake
port = 10000
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = 13013
sendsms-interface = 127.0.0.1
log-file = "/run/kannel/smsbox.log"
log-level = 2

group = sendsms-user
username = mfa
password = "kannel & secret"
max-messages = 4
concatenation = true
default-sender = 12345

group = sms-service
keyword = default
text = none
max-messages = 0
"""


@contextlib.contextmanager
def kannel():
    """bearerbox, smsbox and fakesmsc; gives a function that tells what fakesmsc got so far."""
    os.makedirs("/run/kannel")
    with open("/run/kannel/kannel.conf", "w") as file:
        file.write(KANNEL)
    received = "/run/kannel/received"
    quiet = ["-v", "4", "/run/kannel/kannel.conf"]
    with daemon(["/usr/sbin/bearerbox", *quiet], lambda: listens(13001) and listens(10000), "bearerbox listens"), \
         daemon(["/usr/sbin/smsbox", *quiet], lambda: listens(13013), "smsbox listens"), \
         daemon(["/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", "10000", "-m", "0", "1 2 text x"],
                lambda: "Connecting" in open(received).read(), "fakesmsc is there", received):
        # It speaks in lines: a text of two arrives as two.
        yield lambda: "\n".join(re.findall(r"Got message \d+: <(.*)>", open(received, errors="replace").read()))


# --- gammu-smsd

GAMMU = """
[gammu]
model = dummy
connection = none
port = /run/gammu
[smsd]
service = files
commtimeout = 1
sendtimeout = 5
inboxpath = /var/spool/gammu/inbox/
outboxpath = /var/spool/gammu/outbox/
sentsmspath = /var/spool/gammu/sent/
errorsmspath = /var/spool/gammu/error/
"""


@contextlib.contextmanager
def gammu_smsd():
    """gammu-smsd with its dummy phone; gives a function that tells what was sent."""
    os.makedirs("/run/gammu")
    shutil.chown("/run/gammu", "gammu", "gammu")
    with open("/etc/gammu-smsdrc", "w") as file:
        file.write(GAMMU)

    messages = []

    # Two texts to a number within a second have one name, and the later takes the earlier's place: what was seen is kept.
    def sent():
        for name in sorted(os.listdir("/var/spool/gammu/sent")):
            # What was sent is there once more behind the request, as the phone took it.
            message = "[SMSBackup000]".join(open(f"/var/spool/gammu/sent/{name}").read().split("[SMSBackup000]")[:2])
            parts = re.findall(r"^Text\d\d = ([0-9A-F]+)", message, re.M)
            number = re.search(r'^Number = "(.*)"', message, re.M)
            one = number and (number[1], bytes.fromhex("".join(parts)).decode("utf-16-be"))
            if one and one not in messages:  # no number: it is being written
                messages.append(one)
        return messages
    with daemon(["/usr/bin/gammu-smsd", "--user", "gammu", "--group", "gammu"], lambda: True, "gammu-smsd runs",
                "/run/gammu/out"):
        yield sent


# --- smsd of SMS Server Tools, with a modem that is a socket

class Modem(socketserver.StreamRequestHandler):
    """Answers AT commands (3GPP TS 27.005) as far as smsd asks for them, and keeps the PDUs it is given."""

    def handle(self):
        while line := self.command():
            if line.startswith("AT+CMGS"):
                self.wfile.write(b"\r\n> ")
                self.server.messages.append(decoded(self.command(end=b"\x1a")))
                self.wfile.write(b"\r\n+CMGS: 1\r\n\r\nOK\r\n")
            elif line.startswith("AT+CPIN?"):
                self.wfile.write(b"\r\n+CPIN: READY\r\n\r\nOK\r\n")
            elif line.startswith(("AT+CREG?", "AT+CREG")):
                self.wfile.write(b"\r\n+CREG: 0,1\r\n\r\nOK\r\n")
            elif line.startswith("AT+CSQ"):
                self.wfile.write(b"\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
            else:
                self.wfile.write(b"\r\nOK\r\n")

    def command(self, end=b"\r"):
        text = b""
        while not text.endswith(end):
            byte = self.rfile.read(1)
            if not byte:
                return ""
            text += byte
        return text.rstrip(end).decode().strip() or "AT"


def decoded(pdu):
    """Number and text of an SMS-SUBMIT (3GPP TS 23.040 §9.2.2.2) in the default alphabet or UCS-2."""
    data = bytes.fromhex(pdu)
    data = data[1 + data[0]:]
    first, digits = data[0], data[2]
    number = "".join(f"{byte & 15}{byte >> 4}" for byte in data[4:4 + (digits + 1) // 2])[:digits]
    rest = data[4 + (digits + 1) // 2:]
    coding, rest = rest[1], rest[2:]
    rest = rest[{0: 0, 2: 1}[first >> 3 & 3]:]  # without or with a relative validity period
    length, rest = rest[0], rest[1:]
    has_header = bool(first & 0x40)
    if coding & 0x0c == 8:
        return "+" + number, rest[1 + rest[0] if has_header else 0:length].decode("utf-16-be")
    bits = int.from_bytes(rest, "little")
    letters = [bits >> 7 * i & 127 for i in range(length)]
    skip = -(-(1 + rest[0]) * 8 // 7) if has_header else 0
    return "+" + number, "".join(chr(letter) for letter in letters[skip:])  # letters and digits are ASCII's


SMSD = """
devices = GSM1
outgoing = /var/spool/sms/outgoing
checked = /var/spool/sms/checked
failed = /var/spool/sms/failed
incoming = /var/spool/sms/incoming
logfile = /run/smsd/smsd.log
infofile = /run/smsd/working
pidfile = /run/smsd/pid
loglevel = 4
delaytime = 1
autosplit = 3
user = smsd
group = smsd
[GSM1]
device = @127.0.0.1:{port}
incoming = no
init =
check_network = 0
"""


@contextlib.contextmanager
def smsd():
    """smsd with a modem of ours; gives a function that tells what the modem was given."""
    os.makedirs("/run/smsd")
    shutil.chown("/run/smsd", "smsd", "smsd")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Modem) as modem:
        modem.daemon_threads, modem.messages = True, []
        threading.Thread(target=modem.serve_forever, daemon=True).start()
        with open("/run/smsd/smsd.conf", "w") as file:
            file.write(SMSD.format(port=modem.server_address[1]))
        with daemon(["/usr/sbin/smsd", "-c/run/smsd/smsd.conf", "-t"],
                    lambda: os.path.exists("/run/smsd/smsd.log"), "smsd runs", "/run/smsd/out"):
            yield lambda: list(modem.messages)
        modem.shutdown()


# --- a provider over HTTPS

class Provider(http.server.BaseHTTPRequestHandler):
    """Shaped like Twilio's interface. How it answers depends on the path, so that a test may ask for each."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.requests.append((self.path, dict(self.headers), body))
        self.server.seen += command_lines()
        getattr(self, "answer_" + self.path.strip("/").split("/")[0])()

    def say(self, status, text, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def answer_right(self):
        self.say(201, '{"sid":"SM1","status":"queued","error_code":null}')

    def answer_slow(self):
        time.sleep(1)
        self.answer_right()

    def answer_never(self):
        self.server.released.wait(60)

    def answer_dribble(self):
        self.send_response(201)
        self.end_headers()
        while not self.server.released.wait(0.1):
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def answer_busy(self):
        self.say(429, '{"code":20429,"message":"Too Many Requests"}')

    def answer_broken(self):
        self.say(500, "<html>Internal Server Error</html>")

    def answer_blocked(self):
        self.say(400, f'{{"code":21610,"message":"Attempt to send to unsubscribed recipient {NUMBER}"}}')

    def answer_barred(self):
        self.say(401, '{"code":20003,"message":"Authenticate"}')

    def answer_rubbish(self):
        self.wfile.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        self.close_connection = True

    def answer_empty(self):
        self.close_connection = True

    def answer_much(self):
        with contextlib.suppress(OSError):
            self.say(201, " " * 10_000_000)

    def answer_elsewhere(self):
        self.say(302, "", Location="http://127.0.0.1:1/plain")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):  # clients that leave, or do not trust us
        pass


def certificate(folder, names, name="server"):
    """A key and a certificate for these names, by an authority of its own; gives the authority's file and the server's."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)
    os.makedirs(folder, exist_ok=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.ca.key", "-out",
            f"{name}.ca.pem", "-subj", f"/CN={name} authority", "-days", "2")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out",
            f"{name}.pem", "-subj", "/CN=server", "-days", "2", "-CA", f"{name}.ca.pem", "-CAkey", f"{name}.ca.key", "-addext",
            "subjectAltName=" + ",".join(names), "-addext", "basicConstraints=CA:FALSE")
    with open(f"{folder}/{name}.both.pem", "w") as file:
        file.write(open(f"{folder}/{name}.key").read() + open(f"{folder}/{name}.pem").read())
    return f"{folder}/{name}.ca.pem", f"{folder}/{name}.both.pem"


@contextlib.contextmanager
def provider(certificate_file):
    """Gives the server: its port, what it was asked, and all command lines that could be seen meanwhile."""
    server = Server(("127.0.0.1", 0), Provider)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.requests, server.seen, server.released = [], "", threading.Event()
    server.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
