"""What bash offers after `mfa-enroll` and a few words, by the script that is installed. zsh's is tried in tests/package."""
import os
import shlex

SCRIPT = "/usr/share/bash-completion/completions/mfa-enroll"


def offered(campus, line, person=None):
    """What the tab key offers behind `line`, cut into words as bash cuts it."""
    words = shlex.split(line.replace("=", " = ")) + ([""] if line.endswith(" ") else [])
    program = f"""
        source {SCRIPT}
        compopt() {{ :; }}
        COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}
        _mfa_enroll
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = campus.run(["bash", "-c", program], person=person)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


def test_bash_offers_what_the_program_says(campus):
    assert offered(campus, "mfa-enroll st") == ["status"]
    assert set(offered(campus, "mfa-enroll admin ")) >= {"init", "provision", "explain", "forecast"}
    assert offered(campus, "mfa-enroll devices f") == ["forget"]
    assert set(offered(campus, "mfa-enroll hotp --")) >= {"--name", "--digits", "--json"}
    for digits in ("hotp --digits ", "hotp --digits="):
        assert offered(campus, "mfa-enroll " + digits) == ["6", "8"], digits
    alice = campus.person("alice")
    assert offered(campus, "mfa-enroll admin password-changed ali") == ["alice"]
    assert "sshd" in offered(campus, "mfa-enroll admin explain alice --service ss")
    os.makedirs("/tmp/there")
    assert offered(campus, "mfa-enroll helpdesk key alice /tmp/the") == ["/tmp/there"]
    assert offered(campus, "mfa-enroll remove ", alice) == []
    campus.provision(alice)
    assert offered(campus, "mfa-enroll remove t", alice) == ["totp-1"]
    assert offered(campus, "mfa-enroll remove d", alice) == []
