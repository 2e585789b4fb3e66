"""What the tab key does after `mfa-enroll` in the shells of a Debian where the package is installed."""
from conversation import Conversation

READY = "ready> "


def shell(debian, *command, ready):
    talk = Conversation(debian.command(*command), environment=debian.environment, rows=40, columns=120)
    talk.answers(ready)
    talk.reads(READY)
    talk.reads(READY)  # the first was our own typing
    return talk


def completes(talk, typed, shown):
    talk.types(typed + "\t")
    talk.reads(shown)
    talk.types("\x15")  # the line away
    talk.types("\r")
    talk.reads(READY)


def try_out(talk):
    completes(talk, "mfa-enroll sta", "status")
    completes(talk, "mfa-enroll admin password-changed ali", "alice")
    completes(talk, "mfa-enroll hotp --dig", "--digits")
    completes(talk, "mfa-enroll admin forecast --users /etc/mfa/mfa.t", "/etc/mfa/mfa.toml")
    talk.types("mfa-enroll admin \t\t")
    talk.reads("explain")
    talk.hangs_up()


def test_bash(debian):
    debian.install()
    debian.add_person("alice")
    try_out(shell(debian, "bash", "--norc", "--noprofile", ready=f". /etc/bash_completion; PS1='{READY}'"))


def test_zsh(debian):
    debian.install()
    debian.add_person("alice")
    try_out(shell(debian, "zsh", "-f", ready=f"autoload -Uz compinit && compinit -u -D; PS1='{READY}'"))
