"""The gateway programs. What they hand on is read from a provider's interface, and neither code nor number from any log,
command line or reply."""
import base64
import os
import subprocess
import urllib.parse

import carriers
from carriers import CODE, NUMBER, TEXT, carry, settings


def ca_and_server(names=("DNS:localhost", "IP:127.0.0.1"), name="server"):
    authority, both = carriers.certificate("/run/certificates", names, name)
    os.chmod("/run/certificates", 0o755)
    os.chmod(authority, 0o644)
    return authority, both


def twilio(server, authority, path="right", host="localhost"):
    settings("twilio.password", "auth & token\n", 0o600, "mfa")
    text = carriers.ready("twilio", replace=[
        ("https://api.twilio.com/2010-04-01/Accounts/ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/Messages.json",
         f"https://{host}:{server.port}/{path}")])
    return settings("twilio.toml", f'ca_file = "{authority}"\n' + text)


def test_half_a_file_is_never_seen(campus):
    """A file gets a name that smsd takes when it is whole; a full disk leaves none."""
    os.makedirs("/run/small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=0777", "small", "/run/small"], check=True)
    path = settings("smstools.toml", 'outgoing = "/run/small"\n')
    full = carry("smstools", path, text="x" * 5000)
    assert full["status"] == "failed" and "No space left" in full["detail"], full
    assert os.listdir("/run/small") == []
    subprocess.run(["umount", "/run/small"], check=True)


def test_a_provider_is_asked_as_its_ready_settings_say(campus):
    authority, both = ca_and_server()
    with carriers.provider(both) as server:
        assert carry("http", twilio(server, authority)) == {"status": "sent"}
        (_, headers, body), = server.requests
        assert dict(urllib.parse.parse_qsl(body)) == {"To": NUMBER, "From": "+15005550006", "Body": TEXT}
        assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == \
            b"ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:auth & token"
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert "http\0/etc/mfa/gateways/twilio.toml" in server.seen, "its command line could be seen"
        assert not carriers.tells(server.seen), "and tells nothing"


def test_what_goes_wrong_with_a_provider_is_said(campus):
    authority, both = ca_and_server()
    wrong = {
        "slow": ("sent", ""),
        "busy": ("failed", "the provider takes no more messages for now (HTTP 429): Too Many Requests"),
        "broken": ("failed", "the provider has a fault of its own (HTTP 500)"),
        "barred": ("failed", "the provider does not accept the username and password (HTTP 401): Authenticate"),
        "blocked": ("refused", "the provider does not take this number (HTTP 400): Attempt to send to unsubscribed recipient +***"),
        "rubbish": ("failed", "what answered is no HTTP server"),
        "empty": ("failed", "the provider hung up"),
        "much": ("failed", "the provider answered too much"),
        "elsewhere": ("failed", "the provider points to another address: put that into url (HTTP 302)"),
    }
    with carriers.provider(both) as server:
        for path, (status, detail) in wrong.items():
            reply = carry("http", twilio(server, authority, path))
            assert (reply["status"], reply.get("detail", "")) == (status, detail), (path, reply)
        for path in ("never", "dribble"):
            reply = carry("http", twilio(server, authority, path), timeout=1)
            assert reply == {"status": "failed", "detail": "the provider did not answer in 1 s"}, (path, reply)
        port = server.port
        assert not any(carriers.tells(path) for path, _, _ in server.requests)

    class Gone:
        pass
    Gone.port = port
    assert carry("http", twilio(Gone, authority))["detail"] == "the provider cannot be reached"
    assert carry("http", twilio(Gone, authority, host="nowhere.invalid"))["detail"] == \
        "the name of the provider's host is not known"


def test_a_provider_is_who_its_certificate_says(campus):
    authority, both = ca_and_server()
    other_authority, _ = ca_and_server(name="other")
    _, elsewhere = ca_and_server(names=("DNS:sms.example.org",), name="elsewhere")
    with carriers.provider(both) as server:
        assert carry("http", twilio(server, authority)) == {"status": "sent"}
        for ca_file in (other_authority, "/etc/ssl/certs/ca-certificates.crt"):
            if not os.path.exists(ca_file):
                continue
            reply = carry("http", twilio(server, ca_file))
            assert reply["status"] == "failed" and "certificate is not trusted" in reply["detail"], reply
        assert len(server.requests) == 1, "nothing was sent to whom is not trusted"
    with carriers.provider(elsewhere) as server:
        reply = carry("http", twilio(server, "/run/certificates/elsewhere.ca.pem"))
        assert reply["status"] == "failed" and "certificate is not trusted" in reply["detail"], reply
        assert server.requests == []


def test_calls_are_placed_by_a_provider(campus):
    authority, both = ca_and_server()
    settings("twilio.password", "token\n", 0o600, "mfa")
    with carriers.provider(both) as server:
        text = carriers.ready("twilio-call", replace=[
            ("https://api.twilio.com/2010-04-01/Accounts/ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/Calls.json",
             f"https://localhost:{server.port}/right")])
        path = settings("twilio-call.toml", f'ca_file = "{authority}"\n' + text)
        spoken = "Your code is 4, 0, 2, 9, 1, 3. <Not> you & yours?"
        assert carry("http", path, channel="call", text=spoken) == {"status": "sent"}
        form = dict(urllib.parse.parse_qsl(server.requests[0][2]))
        assert "4, 0, 2, 9, 1, 3. &lt;Not&gt; you &amp; yours?</Say>" in form["Twiml"], form
        pressed = carry("http", path, channel="call", mode="press", code="")
        assert pressed["status"] == "failed" and len(server.requests) == 1, pressed


def test_secrets_of_gateways_are_for_mfa_alone(campus):
    authority, both = ca_and_server()
    with carriers.provider(both) as server:
        path = twilio(server, authority)
        for mode, owner, said in ((0o640, "mfa", "can be reached by others"), (0o600, "nobody", "Permission denied"),
                                  (0o600, "root", "Permission denied")):
            settings("twilio.password", "token\n", mode, owner if owner != "nobody" else "daemon")
            reply = carry("http", path)
            assert reply["status"] == "failed" and said in reply["detail"], (mode, owner, reply)
        os.chmod(path, 0o666)
        assert "can be written by others" in carry("http", path)["detail"]
        assert server.requests == []


def test_the_file_gateway_writes_for_its_owner_alone(campus):
    path = settings("file.toml", carriers.ready("file"))
    assert carry("file", path) == {"status": "sent"}
    assert carry("file", path, to="+64218887777") == {"status": "sent"}
    lines = open("/var/lib/mfa/messages").read().splitlines()
    assert len(lines) == 2 and CODE in lines[0]
    about = os.stat("/var/lib/mfa/messages")
    assert about.st_mode & 0o777 == 0o600
    os.remove("/var/lib/mfa/messages")
    os.symlink("/etc/mfa/elsewhere", "/var/lib/mfa/messages")
    assert carry("file", path)["status"] == "failed"
    os.remove("/var/lib/mfa/messages")


def test_gateways_are_installed_as_they_should_be(campus):
    for name in ("http", "gammu", "smstools", "file"):
        about = os.stat(f"{carriers.GATEWAYS}/{name}")
        assert (about.st_uid, about.st_mode & 0o6022) == (0, 0), name
        done = campus.run([f"{carriers.GATEWAYS}/{name}"])
        assert done.returncode == 2 and "takes one argument" in done.stderr, done
        done = campus.run([f"{carriers.GATEWAYS}/{name}", "/x"], input="{}")
        assert done.returncode == 2 and "standard input is no request" in done.stderr, done


def test_the_engine_loads_none_of_their_libraries(campus):
    for program in ("/usr/sbin/mfad", "/usr/bin/mfa-enroll"):
        needed = campus.run(["ldd", program]).stdout
        assert "libsqlite3" in needed or "mfa-enroll" in program
        for library in ("phonenumber", "icu", "protobuf", "curl", "ammu", "gsmsd"):
            assert library not in needed, f"{program} needs {library}"
