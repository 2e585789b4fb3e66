"""Who answers the calls of the sip gateway: baresip, which records what it hears and presses keys; and a telephone system
that says no in all the ways there are. The digits are told from the recording by their sound."""
import concurrent.futures
import contextlib
import glob
import hashlib
import json
import math
import os
import re
import socket
import socketserver
import struct
import subprocess
import threading
import warnings
import wave

from carriers import NUMBER, daemon, listens
from waiting import until

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

FOLDER = "/run/baresip"
CONFIGURATION = f"""
sip_listen 127.0.0.1:5080
sip_certificate {FOLDER}/server.pem
audio_source aufile,{FOLDER}/quiet.wav
audio_alert aufile,/dev/null
jitter_buffer_delay 0-0
rtp_ports 20000-20100
net_interface 192.0.2.7
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module aufile.so
module sndfile.so
module_app menu.so
module_app ctrl_tcp.so
module_app account.so
ctrl_tcp_listen 127.0.0.1:4444
snd_path {FOLDER}
"""


class Phone:
    """A telephone that answers by itself."""

    def log(self):
        return open(f"{FOLDER}/log", errors="replace").read()

    def calls(self):
        return self.log().count("Call established")

    def is_over(self):
        return "session closed" in self.log()

    def press(self, key):
        """Once sound has arrived."""
        until(lambda: "incoming rtp" in self.log(), "it hears something")
        command = json.dumps({"command": "sndcode", "params": key, "token": "x"})
        with socket.create_connection(("127.0.0.1", 4444)) as control:
            control.sendall(f"{len(command)}:{command},".encode())
            assert b'"ok":true' in control.recv(1000)

    def recording(self):
        """What it heard, when the call is over: samples of 16 bits at 8000 Hz."""
        until(lambda: re.search(r"Call with .* terminated", self.log()), "the call is over")
        [path] = glob.glob(f"{FOLDER}/dump-*-dec.wav")
        return samples(path)


def samples(path):
    """At 8000 Hz."""
    with wave.open(path) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        sound = file.readframes(file.getnframes())
        return audioop.ratecv(sound, 2, 1, file.getframerate(), 8000, None)[0]


def words(sound):
    """Its parts between silences of 60 ms, which are at sentences' ends."""
    frame = 2 * 80
    loud = [audioop.rms(sound[at:at + frame], 2) > 50 for at in range(0, len(sound) - frame, frame)]
    parts, begin, quiet = [], None, 0
    for at, heard in enumerate([*loud, *[False] * 7]):
        quiet = 0 if heard else quiet + 1
        if heard and begin is None:
            begin = at
        elif quiet == 6 and begin is not None:
            parts.append(sound[begin * frame:(at - 5) * frame])
            begin = None
    return [part for part in parts if len(part) > 8 * frame]


def spoken(text):
    path = f"{FOLDER}/spoken.wav"
    subprocess.run(["espeak-ng", "-v", "en", "-s", "130", "-w", path, "--stdin"], input=text.encode(), check=True)
    return samples(path)


def picture(word):
    """How loud each of twelve tones is (Goertzel) in 24 moments of a word, less the word's own loudness."""
    window, moments = 200, 24
    values = struct.unpack(f"<{len(word) // 2}h", word)
    shades = []
    for moment in range(moments):
        at = (len(values) - window) * moment // (moments - 1)
        for hertz in range(250, 3250, 250):
            turn, before, last = 2 * math.cos(2 * math.pi * hertz / 8000), 0.0, 0.0
            for value in values[at:at + window]:
                before, last = last, value + turn * last - before
            shades.append(math.log10(before * before + last * last - turn * before * last + 1e6))
    mean = sum(shades) / len(shades)
    return [shade - mean for shade in shades]


def digits_in(sound):
    """The digits that are said in it, each a sentence of its own."""
    patterns = {digit: picture(max(words(spoken(f"{digit}.")), key=len)) for digit in "0123456789"}
    said = ""
    for word in map(picture, words(sound)):
        unlike = sorted((math.dist(word, pattern), digit) for digit, pattern in patterns.items())
        said += unlike[0][1] if unlike[0][0] < 0.7 * unlike[1][0] else "?"
    return said


@contextlib.contextmanager
def telephone(certificate_file, encrypted=True):
    os.makedirs(FOLDER)
    with wave.open(f"{FOLDER}/quiet.wav", "wb") as quiet:
        quiet.setnchannels(1), quiet.setsampwidth(2), quiet.setframerate(8000)
        quiet.writeframes(bytes(16_000 * 60))
    for name, text in (("config", CONFIGURATION), ("contacts", ""),
                       ("accounts", f"<sip:{NUMBER}@localhost>;regint=0;answermode=auto" +
                        (";mediaenc=srtp-mand" if encrypted else "")),
                       ("server.pem", open(certificate_file).read())):
        with open(f"{FOLDER}/{name}", "w") as file:
            file.write(text)
    with daemon(["/usr/bin/baresip", "-v", "-f", FOLDER], lambda: listens(5081) and listens(4444), "baresip runs", f"{FOLDER}/log"):
        yield Phone()


@contextlib.contextmanager
def meanwhile(act):
    """Runs it beside the block; gives what tells its result."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(act)
        yield future.result


def text_of(status, headers, to, *more):
    same = [f"{name}: {headers[name]}" for name in ("Via", "From", "Call-ID", "CSeq")]
    return "\r\n".join([f"SIP/2.0 {status} Told", *same, f"To: {to}", *more, "Content-Length: 0", "", ""]).encode()


class Exchange(socketserver.BaseRequestHandler):
    """Answers INVITE as the server is told to; asks for a password before (RFC 3261 §22.4)."""

    def handle(self):
        text = self.request[0].decode()
        method = text.split(" ", 1)[0]
        headers = dict(re.findall(r"^([\w-]+): *(.*?)\r$", text, re.M))
        self.server.requests.append(text)
        if method == "INVITE":  # what any program of this host can send
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anybody:
                made_up = {**headers, "Via": "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx", "Call-ID": "x"}
                anybody.sendto(text_of(302, made_up, headers["To"] + ";tag=t2"), self.client_address)
        if method == "INVITE" and self.server.answer:
            if "Authorization" in headers:
                if self.server.rings:
                    self.say(self.server.rings, headers)
                self.say(self.server.answer if self.proven(headers["Authorization"]) else 403, headers)
            else:
                self.say(401, headers, 'WWW-Authenticate: Digest realm="campus", nonce="n1", qop="auth"')
        elif method in ("CANCEL", "BYE"):
            self.say(200, headers)

    def proven(self, header):
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', header))
        md5 = lambda *parts: hashlib.md5(":".join(parts).encode()).hexdigest()
        return said["response"] == md5(md5("mfa", "campus", "pbx & secret"), "n1", said["nc"], said["cnonce"], "auth",
                                       md5("INVITE", said["uri"]))

    def say(self, status, headers, *more):
        if 200 <= status < 400:
            more = (*more, f"Contact: <sip:+882131234567@127.0.0.1:{self.server.port}>")
        self.request[1].sendto(text_of(status, headers, f"{headers['To']};tag=t1", *more), self.client_address)


@contextlib.contextmanager
def exchange():
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Exchange) as server:
        server.daemon_threads, server.requests, server.answer, server.rings = True, [], None, None
        server.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
