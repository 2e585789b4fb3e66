"""Whole logins by text, where the code is read from what the carrier got: Kannel's SMS centre, gammu's phone, smsd's
modem, a provider."""
import re
import statistics
import sys
import urllib.parse

import carriers
from campus import EVERYONE_MUST
from test_crowd import LOGINS, logins_of
from test_enrolment import REQUIRED
from test_gateways import ca_and_server, twilio
from test_phones import CHOICE, CODE, SAVED
from waiting import until

PHONES = '[phone]\ncountries = ["NZ"]\n'
NUMBER = "+64211234567"


def gateway(program, settings):
    return f'[[gateway]]\nname = "carrier"\nchannel = ["sms"]\nprogram = "{program}"\nsettings = "{settings}"\n'


def code_in(campus, texts, count):
    """Of the text with that number, as soon as it is there."""
    until(lambda: len(texts()) >= count, f"{count} texts have arrived")
    text = texts()[count - 1]
    code = re.search(r"Example University: (\d{6}) is your code", text)[1]
    campus.answers_given.add(code)
    return code


def enrols_and_logs_in(campus, program, settings, texts):
    """`texts` gives what arrived at that number so far, the newest last."""
    alice = campus.person("alice")
    campus.answers_given.add("211234567")
    campus.configure(PHONES + gateway(program, settings) + EVERYONE_MUST)
    talk = campus.ssh(alice)
    talk.reads(CHOICE)
    talk.answers("text")
    talk.reads("Country [NZ]: ")
    talk.answers("")
    talk.reads("Phone number: ")
    talk.answers("021 123 4567")
    talk.reads("We sent a text to your phone +64 21 123 4567.")
    talk.reads(CODE)
    talk.answers(code_in(campus, texts, 1))
    talk.reads("Name of this device [phone]: ")
    talk.answers("")
    talk.reads(SAVED)
    talk.answers("")
    assert talk.end() == 0
    talk = campus.ssh(alice)
    talk.reads("We sent a text to your phone ending 4567.")
    talk.reads(CODE)
    talk.answers(code_in(campus, texts, 2))
    assert talk.end() == 0
    campus.log.wait_for(r"event=login\.passed user=alice .*factor=sms-1")


def to_number(messages):
    return [text for number, text in messages if number == NUMBER]


def test_through_kannel(campus):
    carriers.settings("kannel.password", "kannel & secret\n", 0o600, "mfa")
    path = carriers.settings("kannel.toml", carriers.ready("kannel"))
    with carriers.kannel() as received:
        line = re.compile(rf"^\S+ {re.escape(NUMBER)} text (.*)$", re.M)
        enrols_and_logs_in(campus, "http", path, lambda: line.findall(received()))


def test_through_gammu(campus):
    path = carriers.settings("gammu.toml", carriers.ready("gammu"))
    with carriers.gammu_smsd() as sent:
        carriers.let_in("gammu")
        enrols_and_logs_in(campus, "gammu", path, lambda: to_number(sent()))


def test_through_smstools(campus):
    path = carriers.settings("smstools.toml", carriers.ready("smstools"))
    carriers.let_in("sms")
    with carriers.smsd() as given:
        enrols_and_logs_in(campus, "smstools", path, lambda: to_number(given()))


def test_through_a_provider(campus):
    authority, certificate = ca_and_server()
    with carriers.provider(certificate) as server:
        enrols_and_logs_in(campus, "http", twilio(server, authority), lambda: texts_of(server))


def texts_of(server):
    forms = [dict(urllib.parse.parse_qsl(body)) for _, _, body in server.requests]
    return [form["Body"] for form in forms if form["To"] == NUMBER]


def test_a_provider_that_hangs_holds_up_nobody_else(campus):
    authority, certificate = ca_and_server()
    alice, bob = campus.student("alice"), campus.student("bob")
    campus.answers_given.add("211234567")
    with carriers.provider(certificate) as server:
        campus.configure(PHONES + gateway("http", twilio(server, authority, "never")) + REQUIRED)
        campus.enroll("helpdesk", "phone", "bob", "021 123 4567", "--reason", "new", "--checked", "card")
        codes = alice.fresh_codes(2 * LOGINS, 10)
        before = logins_of(alice, codes[:LOGINS])
        talk = campus.ssh(bob)
        talk.reads(CODE)
        talk.answers("text")
        until(lambda: server.requests, "the gateway waits for the provider")
        meanwhile = logins_of(alice, codes[LOGINS:])
        campus.log.wait_for(r"event=login\.passed user=alice", 2 * LOGINS)
        assert not campus.log.lines(r"event=message\.failed"), "the gateway waits still"
        server.released.set()
        talk.reads("may come or not")
        talk.reads(CODE)
        talk.answers(bob.fresh_code())
        assert talk.end() == 0
    print(f"a login: {1000 * statistics.median(before):.1f} ms, and beside a provider that hangs "
          f"{1000 * statistics.median(meanwhile):.1f} ms", file=sys.stderr)
