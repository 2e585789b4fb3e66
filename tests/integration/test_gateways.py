"""The gateway programs, with what they hand messages to in the real: the text is read from Kannel, gammu-smsd, smsd or a
provider's interface, and neither code nor number from any log, command line or reply."""
import base64
import concurrent.futures
import os
import shutil
import subprocess
import time
import urllib.parse

import carriers
from carriers import CODE, NUMBER, TEXT, carry, settings
from waiting import until


ACCOUNT = "AC0123456789abcdef0123456789abcdef"


def ca_and_server(names=("DNS:localhost", "IP:127.0.0.1"), name="server"):
    authority, both = carriers.certificate("/run/certificates", names, name)
    os.chmod("/run/certificates", 0o755)
    os.chmod(authority, 0o644)
    return authority, both


def twilio(server, authority, path="right", host="localhost"):
    settings("twilio.password", "auth & token\n", 0o600, "mfa")
    text = carriers.ready("twilio", replace=[
        ("https://api.twilio.com/2010-04-01/Accounts/ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/Messages.json",
         f"https://{host}:{server.port}/{path}"), ("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ACCOUNT)])
    return settings(f"twilio-{path}.toml", f'ca_file = "{authority}"\n' + text)


def test_a_text_goes_out_through_kannel(campus):
    settings("kannel.password", "kannel & secret\n", 0o600, "mfa")
    path = settings("kannel.toml", carriers.ready("kannel"))
    with carriers.kannel() as received:
        assert carry("http", path) == {"status": "sent"}
        until(lambda: received() == f"12345 {NUMBER} text {TEXT}", "the text has arrived")
        # Letters that plain texts have not: UCS-2, which fakesmsc shows percent-encoded.
        assert carry("http", path, text=f"Wānanga: {CODE}") == {"status": "sent"}
        until(lambda: received().count(NUMBER) == 2, "the other text has arrived")
        wide = urllib.parse.unquote_to_bytes(received().split(" ")[-1].replace("+", " "))
        assert f"Wānanga: {CODE}" in wide.decode("utf-16-be", "replace"), received()

        settings("kannel.password", "wrong\n", 0o600, "mfa")
        refused = carry("http", path)
        assert refused["status"] == "failed" and "username and password" in refused["detail"], refused
    gone = carry("http", path)
    assert gone == {"status": "failed", "detail": "the provider cannot be reached: the address in url"}, gone
    for name in ("bearerbox.log", "smsbox.log"):
        log = open(f"/run/kannel/{name}", errors="replace").read()
        assert log and not carriers.tells(log), f"with log-level = 2 and no access-log, {name} tells nothing"


def test_a_text_goes_out_through_gammu(campus):
    path = settings("gammu.toml", carriers.ready("gammu"))
    with carriers.gammu_smsd() as sent:
        outside = carry("gammu", path)
        assert outside["status"] == "failed" and "gammu-smsd does not take it" in outside["detail"], outside
        carriers.let_in("gammu")
        assert carry("gammu", path) == {"status": "sent"}
        assert carry("gammu", path, text=f"Wānanga: {CODE}") == {"status": "sent"}
        until(lambda: len(sent()) == 2, "gammu-smsd has sent them")
        assert sorted(sent()) == sorted([(NUMBER, TEXT), (NUMBER, f"Wānanga: {CODE}")]), sent()
    assert os.listdir("/var/spool/gammu/outbox") == []
    assert not carriers.tells(open("/run/gammu/out").read()), "without a logfile, gammu-smsd tells nothing"


def test_a_text_goes_out_through_smstools(campus):
    path = settings("smstools.toml", carriers.ready("smstools"))
    outside = carry("smstools", path)
    assert outside["status"] == "failed" and "Permission denied" in outside["detail"], outside
    carriers.let_in("sms")
    assert carry("smstools", path) == {"status": "sent"}
    assert carry("smstools", path, text=f"Wānanga: {CODE}") == {"status": "sent"}
    with carriers.smsd() as given:
        until(lambda: len(given()) == 2, "the modem was given both")
        assert sorted(given()) == sorted([(NUMBER, TEXT), (NUMBER, f"Wānanga: {CODE}")]), given()
    assert os.listdir("/var/spool/sms/outgoing") == []
    log = open("/run/smsd/smsd.log").read()
    assert "started" in log and not carriers.tells(log), log

    # What a gateway that was killed left there goes, and nothing else does.
    drafts = {"mfa-old.LOCK": ("mfa", 4000), "mfa-new.LOCK": ("mfa", 10), "mfa-root.LOCK": ("root", 4000), "x.LOCK": ("mfa", 4000)}
    for name, (owner, age) in drafts.items():
        open(f"/var/spool/sms/outgoing/{name}", "w").close()
        shutil.chown(f"/var/spool/sms/outgoing/{name}", owner)
        os.utime(f"/var/spool/sms/outgoing/{name}", (time.time() - age,) * 2)
    assert carry("smstools", path) == {"status": "sent"}
    assert {name for name in os.listdir("/var/spool/sms/outgoing") if name.endswith(".LOCK")} == \
        {"mfa-new.LOCK", "mfa-root.LOCK", "x.LOCK"}

    # A file gets a name that smsd takes when it is whole; a full disk leaves none.
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
            f"{ACCOUNT}:auth & token".encode()
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert "http\0/etc/mfa/gateways/twilio-right.toml" in server.seen, "its command line could be seen"
        assert not carriers.tells(server.seen), "and tells nothing"

        # Calls that it reads out itself.
        text = carriers.ready("twilio-call", replace=[
            ("https://api.twilio.com/2010-04-01/Accounts/ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/Calls.json",
             f"https://localhost:{server.port}/right"), ("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ACCOUNT)])
        path = settings("twilio-call.toml", f'ca_file = "{authority}"\n' + text)
        spoken = "Your code is 4, 0, 2, 9, 1, 3. <Not> you & yours?"
        assert carry("http", path, channel="call", text=spoken) == {"status": "sent"}
        form = dict(urllib.parse.parse_qsl(server.requests[1][2]))
        assert "4, 0, 2, 9, 1, 3. &lt;Not&gt; you &amp; yours?</Say>" in form["Twiml"], form
        pressed = carry("http", path, channel="call", mode="press", code="")
        assert pressed["status"] == "failed" and len(server.requests) == 2, pressed


def test_what_goes_wrong_with_a_provider_is_said(campus):
    authority, both = ca_and_server()
    wrong = {
        "slow": ("sent", ""),
        "busy": ("failed", "the provider takes no more messages for now (HTTP 429): Too Many Requests"),
        "broken": ("failed", "the provider has a fault of its own (HTTP 500)"),
        "barred": ("failed", "the provider does not accept the username and password (HTTP 401): Authenticate"),
        "blocked": ("refused", "the provider does not take this number (HTTP 400): Attempt to send to unsubscribed recipient +***"),
        "rubbish": ("unclear", "what answered is no HTTP server"),
        "empty": ("unclear", "the provider hung up: HOST"),
        "much": ("unclear", "the provider answered too much"),
        "elsewhere": ("failed", "the provider points to another address: put that into url (HTTP 302)"),
    }
    with carriers.provider(both) as server:
        files = {path: twilio(server, authority, path) for path in ("never", "dribble", *wrong)}
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            replies = {path: pool.submit(carry, "http", file, timeout=20 if path in wrong else 1) for path, file in files.items()}
        for path, (status, detail) in wrong.items():
            reply = replies[path].result()
            said = reply.get("detail", "").replace(f"localhost:{server.port}", "HOST")
            assert (reply["status"], said) == (status, detail), (path, reply)
        for path in ("never", "dribble"):
            reply = replies[path].result()
            assert reply == {"status": "unclear", "detail": f"the provider did not answer in 1 s: localhost:{server.port}"}, \
                (path, reply)
        port = server.port
        assert not any(carriers.tells(path) for path, _, _ in server.requests)

    class Gone:
        pass
    Gone.port = port
    assert carry("http", twilio(Gone, authority)) == \
        {"status": "failed", "detail": f"the provider cannot be reached: localhost:{port}"}
    assert carry("http", twilio(Gone, authority, host="nowhere.invalid"))["detail"] == \
        f"the name of the provider's host is not known: nowhere.invalid:{port}"


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
        # Nor if the system trusts its authority: ca_file stands in place of those.
        hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", authority], check=True,
                                capture_output=True, text=True).stdout.strip()
        os.makedirs("/etc/ssl/certs", exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "authorities", "/etc/ssl/certs"], check=True)
        shutil.copyfile(authority, f"/etc/ssl/certs/{hashed}.0")
        shutil.copyfile(other_authority, "/etc/ssl/certs/ca-certificates.crt")
        reply = carry("http", twilio(server, other_authority))
        assert reply["status"] == "failed" and "certificate is not trusted" in reply["detail"], reply
        assert len(server.requests) == 1, "nothing was sent to whom is not trusted"
        without = settings("without.toml", open(twilio(server, authority)).read().split("\n", 1)[1])
        assert carry("http", without) == {"status": "sent"}, "that the system trusts it"
        subprocess.run(["umount", "/etc/ssl/certs"], check=True)
    with carriers.provider(elsewhere) as server:
        reply = carry("http", twilio(server, "/run/certificates/elsewhere.ca.pem"))
        assert reply["status"] == "failed" and "certificate is not trusted" in reply["detail"], reply
        assert server.requests == []


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
    lines = open("/var/lib/mfa/gateways/messages").read().splitlines()
    assert len(lines) == 2 and CODE in lines[0]
    about = os.stat("/var/lib/mfa/gateways/messages")
    assert about.st_mode & 0o777 == 0o600
    for mode, owner in ((0o666, "mfa"), (0o640, "mfa"), (0o666, "root")):
        os.chmod("/var/lib/mfa/gateways/messages", mode)
        shutil.chown("/var/lib/mfa/gateways/messages", owner)
        reply = carry("file", path)
        assert reply["status"] == "failed" and "can be reached by others" in reply["detail"], (mode, owner, reply)
    assert len(open("/var/lib/mfa/gateways/messages").readlines()) == 2
    os.remove("/var/lib/mfa/gateways/messages")
    os.symlink("/etc/mfa/elsewhere", "/var/lib/mfa/gateways/messages")
    assert carry("file", path)["status"] == "failed"
    os.remove("/var/lib/mfa/gateways/messages")


def test_gateways_are_installed_as_they_should_be(campus):
    for name in ("http", "sip", "gammu", "smstools", "file"):
        about = os.stat(f"{carriers.GATEWAYS}/{name}")
        assert (about.st_uid, about.st_mode & 0o6022) == (0, 0), name
        done = campus.run([f"{carriers.GATEWAYS}/{name}"])
        assert done.returncode == 2 and "takes one argument" in done.stderr, done
        done = campus.run([f"{carriers.GATEWAYS}/{name}", "/x"], input="{}")
        assert done.returncode == 2 and "standard input is no request" in done.stderr, done
    # And the engine loads none of their libraries.
    for program in ("/usr/sbin/mfad", "/usr/bin/mfa-enroll"):
        needed = campus.run(["ldd", program]).stdout
        assert "libsqlite3" in needed or "mfa-enroll" in program
        for library in ("phonenumber", "icu", "protobuf", "curl", "ammu", "gsmsd", "libre.so"):
            assert library not in needed, f"{program} needs {library}"
