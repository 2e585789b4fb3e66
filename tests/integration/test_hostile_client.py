"""Somebody with an account and without scruples at user.sock. They get nothing, and root's logins go on."""
import contextlib
import ctypes
import os
import random
import resource
import signal
import socket
import struct
import subprocess

import frames
from campus import LOGIN_SOCKET, USER_SOCKET
from conversation import Conversation
from frames import Client
from waiting import until

PIDFD_GETFD, SO_PASSRIGHTS = 438, 83  # of Linux; newer than Python's

CODE = b"Verification code: "
EVERYONE_AND_CRON = ('[[rule]]\nname = "jobs"\nservice = ["cron"]\nmfa = "skip"\n'
                     '[[rule]]\nname = "here"\nfrom = ["192.0.2.1"]\nmfa = "skip"\n'
                     '[[rule]]\nname = "console"\nfrom = ["console"]\nmfa = "skip"\n'
                     '[[rule]]\nname = "everyone"\nmfa = "require"\n')


def says(content, end=True):
    """Sends it, and gives every frame that comes back until the other side ends it."""
    client = Client(USER_SOCKET)
    client.send(content)
    if end:
        client.stop_sending()
    received = client.everything()
    client.close()
    return received


def serves_root(campus, person):
    assert campus.at_the_same_instant("code", [(person.name, person.fresh_code())]) == ["0"]


def test_login_sock_is_roots(campus):
    alice = campus.person("alice")

    def tries():
        try:
            Client(LOGIN_SOCKET)
            return "connected"
        except PermissionError:
            return "refused"
    assert campus.as_person(alice, tries) == "refused"


def test_another_users_name_gets_nothing(campus):
    campus.configure(EVERYONE_AND_CRON)
    alice, bob = campus.student("alice"), campus.student("bob")
    for name in (b"bob", b"root", b"mfa", b"nobody", b"no-such-person", b"", b"x" * 4096, b"bob\0", b"\xff\xfe"):
        for more in ({}, {"service": b"cron"}, {"rhost": b"192.0.2.1"}, {"configuration_only": b""}, {"one_answer": b""},
                     {"phase": frames.SPLIT}):
            received = campus.as_person(alice, lambda name=name, more=more: says(frames.login(name, **more)))
            assert not frames.asked(received), name
            assert not frames.LET_IN & set(frames.verdicts(received)), (name, more, received)
            assert not any(frames.CODES in fields for _, fields in received), (name, more, received)
    serves_root(campus, bob)


def test_what_it_says_of_its_own_login_is_not_believed(campus):
    """Of an unprivileged program nothing counts but its uid: no service, address or terminal of its choice."""
    campus.configure(EVERYONE_AND_CRON)
    alice = campus.student("alice")
    for more in ({"service": b"cron"}, {"rhost": b"192.0.2.1"}, {"tty": b"tty1"}, {"tty": b"/dev/ttyS0"},
                 {"ssh_connection": b"192.0.2.1 1 192.0.2.2 22"}, {"service": b"sshd", "configuration_only": b""}):
        received = campus.as_person(alice, lambda more=more: says(frames.login(b"alice", **more)))
        assert not frames.LET_IN & set(frames.verdicts(received)), (more, received)


def test_requests_of_root_are_refused(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    for json in (b'{"verb":"admin provision","user":"bob","kind":"totp"}',
                 b'{"verb":"admin provision","user":"alice","kind":"totp"}',
                 b'{"verb":"status","user":"bob"}', b'{"verb":"remove","factor":"totp-1","user":"bob"}'):
        received = campus.as_person(alice, lambda json=json: says(frames.request(json)))
        assert set(frames.verdicts(received)) <= {frames.REFUSED, frames.USAGE}, (json, received)
        assert not any(kind == frames.RESULT for kind, _ in received)
    assert len(campus.status(bob)["factors"]) == 1


OUT_OF_ORDER = {
    "an answer first": frames.answer(b"123456"),
    "a verdict": frames.frame(frames.VERDICT, [(frames.VERDICT_CODE, b"\x01")]),
    "a hello": frames.frame(frames.HELLO, [(frames.VERSION, b"\x01")]),
    "login twice": frames.login(b"alice") * 2,
    "login, then a request": frames.login(b"alice") + frames.request(b'{"verb":"status"}'),
    "an answer before the question": frames.login(b"alice") + frames.answer(b"000000") * 20,
    "a request, then an answer": frames.request(b'{"verb":"status"}') + frames.answer(b"000000"),
    "nothing at all": b"",
    "a header alone": frames.login(b"alice")[:4],
    "half a header": b"\0\x10",
    "a frame cut short": frames.login(b"alice")[:-3],
    "too much announced": struct.pack(">HBB", frames.MOST_PAYLOAD + 1, frames.LOGIN, 0) + b"x" * (frames.MOST_PAYLOAD + 1),
    "the most announced and nothing sent": struct.pack(">HBB", frames.MOST_PAYLOAD, frames.LOGIN, 0),
    "a type unknown": frames.frame(ord("Z")),
    "the fourth byte set": b"\0\0L\x01",
    "tags descending": frames.frame(frames.LOGIN, [(frames.USER, b"alice"), (frames.VERSION, b"\x01")]),
    "a tag twice": frames.frame(frames.LOGIN, [(frames.VERSION, b"\x01"), (frames.USER, b"alice"), (frames.USER, b"bob")]),
    "a field longer than its frame": struct.pack(">HBB", 4, frames.LOGIN, 0) + struct.pack(">BHB", frames.USER, 999, 65),
    "a version of the future": frames.frame(frames.LOGIN, [(frames.VERSION, b"\xff"), (frames.USER, b"alice")]),
    "no version": frames.frame(frames.LOGIN, [(frames.USER, b"alice")]),
    "no user": frames.frame(frames.LOGIN, [(frames.VERSION, b"\x01")]),
    "JSON too deep": frames.request(b'{"verb":' + b"[" * 8000),
    "JSON cut short": frames.request(b'{"verb":"status"'),
    "JSON of another kind": frames.request(b"[1e999999]"),
    "not JSON": frames.request(b"\x00\xff\xfe"),
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def test_frames_out_of_order_twice_or_cut_short_get_nothing(campus):
    alice = campus.student("alice")
    engine = sorted(campus.engine_processes())
    for what, content in OUT_OF_ORDER.items():
        received = campus.as_person(alice, lambda content=content: says(content))
        assert not frames.LET_IN & set(frames.verdicts(received)), (what, received)
    assert sorted(campus.engine_processes()) == engine, "nothing of it ended a process"
    serves_root(campus, alice)


def test_noise_gets_nothing(campus):
    alice = campus.student("alice")
    engine = sorted(campus.engine_processes())
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")

    def noise():
        source, good = random.Random(seed), [frames.login(b"alice"), frames.request(b'{"verb":"status"}'), frames.answer(b"123456")]
        let_in = 0
        for _ in range(500):
            content = bytearray(b"".join(source.choice(good) for _ in range(source.randrange(1, 4))))
            for _ in range(source.randrange(1, 6)):
                content[source.randrange(len(content))] = source.randrange(256)
            let_in += bool(frames.LET_IN & set(frames.verdicts(says(bytes(content)))))
        return let_in
    assert campus.as_person(alice, noise) == 0
    assert sorted(campus.engine_processes()) == engine
    serves_root(campus, alice)


def test_10000_connections_cost_root_nothing(campus):
    """Held open as many as can be, ten thousand in all, while root's programs log people in."""
    mallory, alice, bob = campus.person("mallory"), campus.student("alice"), campus.student("bob")

    def flood(ready, stop):
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        held, opened = [], 0
        while opened < 10_000:
            try:
                client = Client(USER_SOCKET, timeout=5)
                if opened % 2:
                    client.send(frames.login(b"mallory")[:7])
                held.append(client)
                opened += 1
            except (BlockingIOError, TimeoutError):
                pass  # the queue is full: let some go
            if len(held) >= 1000 or opened % 50 == 49:
                for client in held[:200]:
                    client.close()
                del held[:200]
            if opened == 1000:
                ready()
        stop.wait()
    with campus.in_background(mallory, flood):
        assert campus.login_over_ssh(alice, alice.fresh_code()).passed
        assert campus.at_the_same_instant("code", [(bob.name, bob.fresh_code())]) == ["0"]
        # Others may still be served at user.sock, since one uid gets no more than its share.
        assert campus.status(alice)["factors"]
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    until(lambda: open_descriptors(campus) < 100, "all of them were closed again")


def lets_descriptors_in(campus):
    """As on kernels before 6.16: there nobody can be kept from sending descriptors along."""
    pidfd = os.pidfd_open(campus.mfad.pid)
    for number in os.listdir(f"/proc/{campus.mfad.pid}/fd"):
        if os.readlink(f"/proc/{campus.mfad.pid}/fd/{number}").startswith("socket:"):
            with socket.socket(fileno=ctypes.CDLL(None).syscall(PIDFD_GETFD, pidfd, int(number), 0)) as listener:
                if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    with contextlib.suppress(OSError):
                        listener.setsockopt(socket.SOL_SOCKET, SO_PASSRIGHTS, 1)
    os.close(pidfd)


def lingering(listener):
    """A connection to `listener` whose last close() waits ten minutes for what nobody reads; and its other end."""
    sender = socket.create_connection(listener.getsockname())
    receiver, _ = listener.accept()
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 600))
    sender.setblocking(False)
    try:
        while True:
            sender.send(bytes(65536))
    except BlockingIOError:
        return sender, receiver


def test_descriptors_that_linger_hold_up_neither_others_nor_the_end(campus):
    """Whoever reads or closes the connection they were sent along with has the last of them, and waits in close()."""
    mallory, alice, bob = campus.person("mallory"), campus.student("alice"), campus.student("bob")
    lets_descriptors_in(campus)

    def send_them(ready, stop):
        listener, held = socket.create_server(("127.0.0.1", 0), backlog=8), []
        for _ in range(80):
            sender, receiver = lingering(listener)
            client = Client(USER_SOCKET)
            client.hand_over(b"\0", sender.fileno())
            sender.close()
            held.append((client, receiver))
        ready()
        stop.wait()
    campus.signal_engine(signal.SIGSTOP)  # so that all of them are there before the first is turned away
    with campus.in_background(mallory, send_them):
        campus.signal_engine(signal.SIGCONT)
        campus.log.wait_for("user.sock: turned away uid")
        assert campus.status(bob)["factors"]
        assert campus.login_over_ssh(alice, alice.fresh_code()).passed
        campus.mfad.send_signal(signal.SIGTERM)  # dialogues may end
        campus.log.wait_for("stopping sessions=[1-9]")
        campus.stop_mfad()  # and the second: now
    campus.start_mfad()
    assert campus.status(bob)["factors"]


def test_a_client_that_says_nothing_is_sent_away(campus):
    alice = campus.student("alice")

    def waits():
        client = Client(USER_SOCKET)
        client.send(b"\0")
        return client.everything()
    received = campus.as_person(alice, waits)  # ends when mfad ends it, in ten seconds
    assert not frames.LET_IN & set(frames.verdicts(received))
    serves_root(campus, alice)


def test_guesses_through_user_sock_count_as_anywhere(campus):
    alice = campus.student("alice")
    wrong = alice.wrong_code().encode()

    def guess():
        results = []
        for _ in range(8):
            client = Client(USER_SOCKET)
            client.send(frames.login(b"alice"))
            while (received := client.receive()) is not None:
                if received[0] == frames.ASK:
                    client.send(frames.answer(wrong))
                elif received[0] == frames.VERDICT:
                    results.append(received[1][frames.VERDICT_CODE][0])
            client.close()
        return results
    results = campus.as_person(alice, guess)
    assert not frames.LET_IN & set(results)
    assert results[-1] == frames.LOCKED
    assert campus.wrong_answers(alice) == 5


def test_500_times_su_shut_nobody_out(campus):
    """Somebody who knows their own password starts su for themselves as often as they like, and answers no prompt. It
    runs as root, and asks at login.sock."""
    mallory, alice, bob = campus.student("mallory"), campus.student("alice"), campus.student("bob")

    def starts_su(ready, stop):
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        started = []
        for _ in range(600):  # more than login.sock serves at a time
            started.append(subprocess.Popen(["su", "mallory", "-c", "true"], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
            started[-1].stdin.write(mallory.password.encode() + b"\n")
            started[-1].stdin.flush()
        asked = [su for su in started if is_asked(su)]
        assert 0 < len(asked) < 100, f"{len(asked)} hold a dialogue open"
        ready()
        stop.wait()
        for su in started:
            su.stdin.close()
            su.wait()

    def is_asked(su):
        seen = b""
        while part := os.read(su.stdout.fileno(), 4096):
            seen += part
            if CODE in seen:
                return True
        return False
    with campus.in_background(mallory, starts_su):
        assert campus.login_over_ssh(alice, alice.fresh_code()).passed
        serves_root(campus, bob)
        sudo = Conversation(["su", "bob", "-c", "id -un"], alice)
        sudo.reads("Password: ")
        sudo.answers(bob.password)
        sudo.reads(CODE.decode())
        sudo.hangs_up()
        # Not even they themselves, as long as they come from outside.
        assert campus.login_over_ssh(mallory, mallory.fresh_code()).passed


def test_notme_over_and_over_does_not_fill_the_trail(campus):
    alice = campus.student("alice")

    def reports():
        results = []
        for _ in range(200):
            client = Client(USER_SOCKET)
            client.send(frames.login(b"alice"))
            while (received := client.receive()) is not None:
                if received[0] == frames.ASK:
                    client.send(frames.answer(b"notme"))
                elif received[0] == frames.VERDICT:
                    results.append(received[1][frames.VERDICT_CODE][0])
            client.close()
        return results
    before = len(campus.log.lines("mfad"))
    results = campus.as_person(alice, reports)
    assert results.count(frames.DENIED) > 100, results  # others found their last one still closing
    assert len(campus.log.lines(r"event=login\.reported user=alice ")) == 1
    assert len(campus.log.lines("mfad")) < before + 5, campus.log.text
    # At a login of root's programs, too, it ends the login and is no other row: anybody who knows the password could.
    for _ in range(5):
        assert campus.at_the_same_instant("code", [("alice", "notme")]) != ["0"]
    assert len(campus.log.lines(r"event=login\.reported user=alice ")) == 1


def test_a_server_that_is_not_the_engine_is_not_believed(campus):
    """Somebody's own socket, named to the module by a root's mistake: its peer is neither root nor mfa."""
    mallory, alice = campus.person("mallory"), campus.student("alice")
    campus.pam_service("elsewhere", f"auth required pam_mfa.so socket={mallory.home}/login.sock\n")
    os.chmod(mallory.home, 0o755)

    def pretend(ready, stop):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(f"{mallory.home}/login.sock")
        os.chmod(f"{mallory.home}/login.sock", 0o666)
        listener.listen()
        ready()
        listener.settimeout(0.05)
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
                connection.sendall(frames.frame(frames.HELLO, [(frames.VERSION, b"\x01"), (frames.OLDEST, b"\x01")]) +
                                   frames.frame(frames.VERDICT, [(frames.VERDICT_CODE, b"\x01")]))
            except (TimeoutError, OSError):
                pass
    with campus.in_background(mallory, pretend):
        for person in (None, alice):
            talk = campus.pamtester("elsewhere", "alice", person)
            assert talk.end() != 0, talk.screen


def open_descriptors(campus):
    return max((len(os.listdir(f"/proc/{pid}/fd")) for pid in campus.engine_processes()), default=0)
