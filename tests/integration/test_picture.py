"""The QR picture that mfa-enroll totp draws, photographed and read by zbarimg."""
import re
from urllib.parse import parse_qs, urlsplit

from terminal import Terminal

CODE = "Verification code: "


def at_the_picture(campus, rows=24, **how):
    alice = campus.person("alice")
    terminal = Terminal(["mfa-enroll", "totp"], alice, rows=rows, **how)
    terminal.reads("Password for alice: ")
    terminal.types(alice.password)
    terminal.reads(CODE)
    return alice, terminal


def check(campus, alice, terminal, uri):
    """It is the exact URI, and its secret is the one that counts."""
    key = re.search(r"[?&]secret=([A-Z2-7]{32})(&|$)", uri)
    assert key, f"no picture could be read, but {uri!r}:\n{terminal.text()}"
    alice.secret = key[1]
    assert uri == f"otpauth://totp/Example%20University:alice?secret={alice.secret}&issuer=Example%20University"
    assert parse_qs(urlsplit(uri).query)["secret"] == [alice.secret]
    terminal.types(alice.fresh_code())
    terminal.reads("is set up")
    codes = re.findall(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b", terminal.text(True))
    assert len(codes) == 10
    campus.answers_given.update(codes)
    terminal.close()
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_on_a_dark_terminal_of_80_by_24(campus):
    alice, terminal = at_the_picture(campus)
    check(campus, alice, terminal, terminal.photograph())


def test_on_a_dark_terminal_without_colour(campus):
    alice, terminal = at_the_picture(campus, environment={"NO_COLOR": "1"})
    check(campus, alice, terminal, terminal.photograph())


def test_inverted_on_a_light_terminal_without_colour(campus):
    alice, terminal = at_the_picture(campus, environment={"NO_COLOR": "1"})
    assert terminal.photograph(light=True) == "", "otherwise this test would say nothing"
    terminal.types("i")
    terminal.reads(CODE, times=2)
    check(campus, alice, terminal, terminal.photograph(light=True))


def test_on_a_light_terminal_with_colour(campus):
    alice, terminal = at_the_picture(campus)
    check(campus, alice, terminal, terminal.photograph(light=True))


def test_in_plain_characters_on_a_dark_terminal(campus):
    alice, terminal = at_the_picture(campus, rows=50, environment={"NO_COLOR": "1"})
    terminal.types("a")
    terminal.reads(CODE, times=2)
    check(campus, alice, terminal, terminal.photograph())


def test_in_plain_characters_inverted_on_a_light_terminal(campus):
    alice, terminal = at_the_picture(campus, rows=50, environment={"NO_COLOR": "1"})
    terminal.types("a")
    terminal.reads(CODE, times=2)
    terminal.types("i")
    terminal.reads(CODE, times=3)
    check(campus, alice, terminal, terminal.photograph(light=True))


def test_where_the_locale_is_not_utf8_the_picture_is_in_plain_characters(campus):
    alice, terminal = at_the_picture(campus, rows=50, environment={"LC_ALL": "C", "NO_COLOR": "1"})
    check(campus, alice, terminal, terminal.photograph())


def test_the_key_is_shown_in_groups_of_four(campus):
    alice, terminal = at_the_picture(campus)
    terminal.types("k")
    terminal.reads("Key: ")
    shown = re.findall(r"Key: ((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", terminal.text(True))
    assert shown
    alice.secret = shown[0].replace(" ", "")
    terminal.types(alice.fresh_code())
    terminal.reads("is set up")
    terminal.close()
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_whoever_types_a_wrong_code_is_not_enrolled(campus):
    alice, terminal = at_the_picture(campus)
    terminal.types("000000")
    terminal.reads("not the code of this key")
    terminal.close()
    assert campus.status(alice)["factors"] == []
