"""The sip gateway: calls that are answered by a telephone which records them, and calls that are not."""
import time

import carriers
import telephones
from carriers import CODE, NUMBER, carry, settings
from waiting import until

DIGITS = " ".join(f"{digit}." for digit in CODE)


def certificates():
    return carriers.certificate("/run/certificates", ("DNS:localhost", "IP:127.0.0.1"))


def ready_sip(authority):
    """The ready settings, for the telephone on this host."""
    settings("sip.password", "secret\n", 0o600, "mfa")
    return settings("sip.toml", carriers.ready("sip", replace=[
        ("pbx.example.org", "localhost:5081"), ("#ca_file = \"/etc/mfa/gateways/pbx.pem\"", f'ca_file = "{authority}"')]))


def test_the_code_is_read_out_digit_by_digit(campus):
    authority, both = certificates()
    with telephones.telephone(both) as phone:
        path = ready_sip(authority)
        assert carry("sip", path, channel="call", text=DIGITS, timeout=60) == {"status": "sent"}
        heard = telephones.digits_in(phone.recording())
        assert heard == CODE, heard
        assert "SRTP is Enabled" in phone.log()


def test_pressing_the_key_approves(campus):
    authority, both = certificates()
    call = {"channel": "call", "mode": "press", "code": "", "text": "Press the hash key.", "timeout": 60}
    with telephones.telephone(both) as phone:
        path = ready_sip(authority)
        with telephones.meanwhile(lambda: carry("sip", path, **call)) as reply:
            phone.press("5")
            seen = carriers.command_lines()
            phone.press("#")
        assert reply() == {"status": "approved"}
        assert "sip\0/etc/mfa/gateways/sip.toml" in seen and not carriers.tells(seen.replace(telephones.FOLDER, "")), seen
        # Whom its certificate does not name, and who is trusted by nobody, is not called.
        other, _ = carriers.certificate("/run/certificates", ("DNS:localhost",), "other")
        calls = phone.calls()
        for change in ((authority, other), ("localhost:5081", "lab-gw:5081")):
            wrong = settings("wrong.toml", open(path).read().replace(*change))
            reply = carry("sip", wrong, **call)
            assert reply["status"] == "failed" and "certificate is not trusted" in reply["detail"], reply
        assert phone.calls() == calls == 1


def plain_sip():
    """To the same telephone, whose sound is not encrypted."""
    settings("sip.password", "secret\n", 0o600, "mfa")
    return settings("plain.toml", 'server = "127.0.0.1:5080"\ntransport = "udp"\nsrtp = false\nusername = "mfa"\n'
                    'password_file = "/etc/mfa/gateways/sip.password"\n')


PRESS = {"channel": "call", "mode": "press", "code": "", "text": "Press the hash key.", "timeout": 60}


def test_the_key_counts_where_the_telephone_has_several_addresses(campus):
    _, both = certificates()
    with telephones.telephone(both, encrypted=False) as phone:
        with telephones.meanwhile(lambda: carry("sip", plain_sip(), **PRESS)) as reply:
            phone.press("#")
        assert reply() == {"status": "approved"}
        assert "laddr=192.0.2.7" in phone.log(), "it says another address than the one that it sends from"


def test_a_call_that_nobody_waits_for_is_hung_up(campus):
    _, both = certificates()
    with telephones.telephone(both, encrypted=False) as phone:
        with carriers.started("sip", plain_sip(), **PRESS) as program:
            until(lambda: "incoming rtp" in phone.log(), "it hears something")
            assert not phone.is_over()
            began = time.monotonic()
            program.terminate()
            reply = carriers.reply_of(program)
            assert time.monotonic() - began < 2
        assert reply["status"] == "refused" and reply["fault"] == "unanswered", reply
        until(phone.is_over, "the telephone is told")


def check_answers(server, path, call):
    for status, delivery, detail in ((404, "refused", "there is no such number"), (486, "refused", "the number is busy"),
                                     (480, "refused", "nobody answered"), (603, "refused", "the call was declined"),
                                     (302, "refused", "points to another number"), (301, "refused", "another number"),
                                     (488, "failed", "does not take the sound"), (606, "refused", "was declined"),
                                     (607, "refused", "was declined"), (608, "refused", "was declined"),
                                     (433, "failed", "not acceptable"), (403, "failed", "username and password"),
                                     (503, "failed", "declined")):
        server.answer = status
        reply = carry("sip", path, **call)
        assert (reply.get("fault") == "message") == (status in (488, 433)), reply
        assert reply["status"] == delivery and detail in reply["detail"] and f"SIP {status}" in reply["detail"], reply
    for rings in (180, 183):  # whoever is called has a phone that rang: what ends the call comes from there
        server.rings = rings
        for status, fault in ((403, "declined"), (607, "declined"), (488, "declined"), (503, "unanswered")):
            server.answer = status
            reply = carry("sip", path, **call)
            assert (reply["status"], reply["fault"]) == ("refused", fault), (rings, status, reply)
    server.rings = None
    assert f"INVITE sip:00{NUMBER[1:]}@127.0.0.1 " in server.requests[0], server.requests[0]
    called = {request.split(" ")[1] for request in server.requests if request.startswith("INVITE")}
    assert len(called) == 1, f"where an answer points to is not called: {called}"
    assert "m=audio " in server.requests[0] and "RTP/SAVP 0 8 101" in server.requests[0]

    # Somebody answered, and then there was nothing to be heard: it is a call like others.
    server.answer = 200
    reply = carry("sip", path, **call)
    assert reply["status"] == "refused" and "SIP" not in reply["detail"], reply

    settings("sip.password", "wrong\n", 0o600, "mfa")
    reply = carry("sip", path, **call)
    assert reply["status"] == "failed" and "username and password" in reply["detail"], reply


def test_what_becomes_of_a_call_that_is_not_answered_is_said(campus):
    settings("sip.password", "pbx & secret\n", 0o600, "mfa")
    call = {"channel": "call", "text": "1.", "timeout": 20}
    with telephones.exchange() as silent, telephones.exchange() as server:
        path = settings("sip.toml", f'server = "127.0.0.1:{server.port}"\ntransport = "udp"\nusername = "mfa"\n'
                        'password_file = "/etc/mfa/gateways/sip.password"\nprefix = "00"\n')
        deaf = settings("deaf.toml", open(path).read().replace(str(server.port), str(silent.port)))
        with telephones.meanwhile(lambda: carry("sip", deaf, **call)) as reply_of_the_deaf:
            check_answers(server, path, call)
        assert reply_of_the_deaf() == {"status": "failed", "detail": "the telephone system did not answer"}
    gone = carry("sip", settings("tcp.toml", open(path).read().replace("udp", "tcp")), **call)
    assert gone == {"status": "failed", "detail": "the telephone system cannot be reached"}, gone
    text = carry("sip", path)
    assert text == {"status": "failed", "detail": "the sip gateway sends no texts"}, text
    short = carry("sip", path, channel="call", text="1.", timeout=5)
    assert short["status"] == "failed" and "longer than there is time" in short["detail"], short
