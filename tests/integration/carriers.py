"""What gateways hand messages to: a provider's interface over HTTPS; and running a gateway as
mfad does. What arrived is read from them, never from a gateway."""
import contextlib
import http.server
import json
import os
import ssl
import subprocess
import threading
import time

GATEWAYS = "/usr/libexec/mfa/gateways"
SETTINGS = "/etc/mfa/gateways"
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


def carry(gateway, path, text=TEXT, to=NUMBER, code=CODE, channel="sms", mode="code", timeout=20):
    """As mfad runs it: as the user mfa without groups, with no environment, one argument, one request."""
    request = {"version": 1, "id": "1f2e3d", "channel": channel, "mode": mode, "to": to, "text": text, "code": code,
               "language": "en", "timeout": timeout}
    done = subprocess.run([f"{GATEWAYS}/{gateway}", path], input=json.dumps(request).encode(), capture_output=True, env={},
                          user="mfa", group="mfa", extra_groups=[], umask=0o077, cwd="/", timeout=120)
    assert done.returncode == 0, (done.returncode, done.stderr)
    reply = json.loads(done.stdout)
    assert not tells(done.stdout.decode()) and not tells(done.stderr.decode()), (done.stdout, done.stderr)
    return reply


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
