"""Clients that are not OpenSSH's: PuTTY's plink and dropbear's dbclient show prompts in their own way."""
import subprocess

from conversation import Conversation
from test_enrolment import REQUIRED, enrols


def putty(campus, person):
    campus.start_sshd()
    shown = subprocess.run(["ssh-keygen", "-lf", "/etc/ssh/campus_host_key.pub"], check=True, text=True, capture_output=True)
    return ["plink", "-ssh", "-no-antispoof", "-hostkey", shown.stdout.split()[1], f"{person.name}@localhost", "echo I am $(id -un)"]


def dropbear(campus, person):
    campus.start_sshd()
    return ["dbclient", "-y", "-y", f"{person.name}@localhost", "echo I am $(id -un)"]


def first_login_and_the_next(campus, client):
    campus.configure(REQUIRED)
    alice = campus.person("alice")
    talk = Conversation(client(campus, alice), alice, rows=60)
    talk.reads("Password: ")
    talk.answers(alice.password)
    enrols(campus, alice, talk)
    talk.reads("I am alice")
    assert talk.end() == 0
    talk = Conversation(client(campus, alice), alice)
    talk.reads("Password: ")
    talk.answers(alice.password)
    talk.reads("Enter the code from your authenticator app (my phone).")
    talk.reads("Verification code: ")
    talk.answers(alice.fresh_code())
    talk.reads("I am alice")
    assert talk.end() == 0


def test_putty_enrols_and_logs_in(campus):
    first_login_and_the_next(campus, putty)


def test_dropbear_enrols_and_logs_in(campus):
    first_login_and_the_next(campus, dropbear)
