"""The package in a minimal Debian 12: installed, upgraded, removed, purged, and a login at each step.

Without systemd as its first process: mfad is started by hand where a test wants it, else each login starts a session.
"""
import os
import re
import stat

MODULE_LINES = [
    "auth\t[default=die]\tpam_mfa.so authfail",
    "auth\trequired\tpam_mfa.so",
]
BY_HAND = """auth [success=1 default=ignore]  pam_unix.so
auth [default=die]               pam_mfa.so authfail
auth required                    pam_mfa.so
account required                 pam_mfa.so
"""


def use_stack_by_hand(debian):
    """As pam_mfa(8) has it, in the place of @include common-auth."""
    text = debian.read("/etc/pam.d/sshd")
    assert "@include common-auth\n" in text
    debian.write("/etc/pam.d/sshd", text.replace("@include common-auth\n", BY_HAND))


def edit_within_the_profiles(debian):
    """A line of one's own among those of pam-auth-update, which then touches the files no more. Gives what was there."""
    common = debian.read("/etc/pam.d/common-auth")
    mark = 'the "Primary" block)\n'
    assert mark in common
    debian.write("/etc/pam.d/common-auth", common.replace(mark, mark + "auth\toptional\tpam_permit.so\n"))
    return common


def test_installing_alone_asks_nobody_and_denies_nobody(debian):
    before = debian.pam_files()
    alice = debian.add_person("alice")
    assert debian.logs_in_without_code(alice)
    debian.install()
    assert debian.pam_files() == before
    assert debian.logs_in_without_code(alice)
    account = debian.run("getent", "passwd", "mfa").stdout.split(":")
    assert int(account[2]) < 1000 and account[6].strip().endswith("nologin"), account
    state = os.stat(debian.at("/var/lib/mfa"))
    assert (state.st_uid, stat.S_IMODE(state.st_mode)) == (int(account[2]), 0o700)
    assert os.listdir(debian.at("/var/lib/mfa")) == [], "a key is made by admin init, not along with an image"
    debian.run("mfa-enroll", "admin", "init")
    assert debian.logs_in_without_code(alice)
    # Rules before profiles: with both, who has not enrolled still gets in.
    debian.turn_profiles_on()
    assert debian.logs_in_without_code(alice)


def test_a_login_with_password_and_code(debian):
    alice, bob = debian.set_up()
    lines = [re.sub(r"[ \t]+", "\t", line, count=2).rstrip() for line in debian.read("/etc/pam.d/common-auth").splitlines()]
    assert [line for line in lines if "pam_mfa" in line] == MODULE_LINES
    assert re.search(r"^auth\s+\[success=2 default=ignore\]\s+pam_unix\.so", debian.read("/etc/pam.d/common-auth"), re.M)
    assert re.search(r"^password\s+optional\s+pam_mfa\.so", debian.read("/etc/pam.d/common-password"), re.M)
    for start in (lambda: None, debian.start_mfad):
        start()
        assert debian.logs_in_with_code(alice)
        assert debian.is_refused(alice)
        assert debian.logs_in_without_code(bob)
        wrong = debian.ssh(alice, password="not the password")
        assert wrong.end() != 0 and "I am" not in wrong.screen


# --- upgrade

def upgrade(debian):
    debian.install()
    assert "~1" not in debian.installed_version()
    assert debian.read("/usr/share/pam-configs/mfa").startswith("Name: Multi")


def test_upgrade_with_mfad_stopped(debian):
    alice, bob = debian.set_up(debian.previous())
    pam = debian.pam_files()
    assert debian.logs_in_with_code(alice)
    upgrade(debian)
    assert debian.pam_files() == pam
    assert debian.logs_in_with_code(alice) and debian.logs_in_without_code(bob) and debian.is_refused(alice)


def test_upgrade_with_mfad_running_and_in_mid_dialogue(debian):
    alice, _ = debian.set_up(debian.previous())
    debian.start_mfad()
    talk = debian.at_the_prompt(alice)
    upgrade(debian)
    carol = debian.add_person("carol", enrolled=True)
    assert debian.logs_in_with_code(carol), "with the old engine"
    assert debian.answers_right(talk, alice)
    debian.stop_mfad()
    assert debian.logs_in_with_code(carol), "without any"
    debian.start_mfad()
    assert debian.logs_in_with_code(carol) and debian.logs_in_with_code(alice)


def test_upgrade_in_mid_dialogue_with_mfad_stopped(debian):
    alice, _ = debian.set_up(debian.previous())
    talk = debian.at_the_prompt(alice)
    upgrade(debian)
    assert debian.answers_right(talk, alice)
    assert debian.logs_in_with_code(alice)


def test_upgrade_leaves_alone_what_was_edited_by_hand(debian):
    alice, _ = debian.set_up(debian.previous())
    debian.write("/etc/mfa/mfa.toml", debian.read("/etc/mfa/mfa.toml") + "# ours\n")
    debian.write("/etc/pam.d/mfa-enroll", debian.read("/etc/pam.d/mfa-enroll") + "# ours\n")
    edit_within_the_profiles(debian)
    use_stack_by_hand(debian)
    pam = debian.pam_files()
    assert debian.logs_in_with_code(alice)
    upgrade(debian)
    assert debian.pam_files() == pam
    for path in ("/etc/mfa/mfa.toml", "/etc/pam.d/mfa-enroll"):
        assert debian.read(path).endswith("# ours\n"), path
    assert debian.logs_in_with_code(alice)


def test_upgrade_takes_up_a_new_default_where_nobody_edited_the_old(debian):
    debian.set_up(debian.previous())
    assert debian.read("/etc/mfa/mfa.toml").endswith("older default\n")
    upgrade(debian)
    assert not debian.read("/etc/mfa/mfa.toml").endswith("older default\n")


# --- removal

def removed_with_pam_as_it_was(debian, before, *people):
    assert debian.installed_version() is None
    assert debian.pam_files() == before
    return all(debian.logs_in_without_code(person) for person in people)


def test_removal_with_mfad_stopped(debian):
    before = debian.pam_files()
    alice, bob = debian.set_up()
    assert debian.pam_files() != before
    debian.remove()
    assert removed_with_pam_as_it_was(debian, before, alice, bob)
    # What people have set up is still there when it comes back.
    debian.install()
    assert debian.pam_files() == before
    debian.turn_profiles_on()
    assert debian.logs_in_with_code(alice)


def test_removal_with_mfad_running_and_in_mid_dialogue(debian):
    before = debian.pam_files()
    alice, bob = debian.set_up()
    debian.start_mfad()
    talk = debian.at_the_prompt(alice)
    debian.remove()
    assert debian.answers_right(talk, alice)
    assert removed_with_pam_as_it_was(debian, before, alice, bob)


def test_removal_in_mid_dialogue_with_mfad_stopped(debian):
    before = debian.pam_files()
    alice, _ = debian.set_up()
    talk = debian.at_the_prompt(alice)
    debian.remove()
    assert debian.answers_right(talk, alice)
    assert removed_with_pam_as_it_was(debian, before, alice)


def refuses_to_go(debian, *lines):
    """Without its module those lines would deny everybody: it stays, and nothing has changed."""
    pam = debian.pam_files()
    done = debian.remove(status=None)
    assert done.returncode != 0
    for line in lines:
        assert line in done.stdout, done.stdout
    assert debian.installed_version()
    assert debian.pam_files() == pam


def test_removal_waits_for_lines_written_by_hand(debian):
    alice, bob = debian.set_up()
    debian.run("pam-auth-update", "--disable", "mfa", "mfa-authfail")
    before = debian.pam_files()
    use_stack_by_hand(debian)
    assert debian.logs_in_with_code(alice)
    refuses_to_go(debian, "/etc/pam.d/sshd:5:", "pam_mfa.so authfail")
    assert debian.logs_in_with_code(alice) and debian.logs_in_without_code(bob)
    debian.write("/etc/pam.d/sshd", before["/etc/pam.d/sshd"].decode())
    debian.write("/etc/pam.d/sshd.bak", BY_HAND)
    debian.write("/etc/pam.d/other", "# auth required pam_mfa.so\n" + debian.read("/etc/pam.d/other"))
    before = debian.pam_files()
    debian.remove()
    assert removed_with_pam_as_it_was(debian, before, alice, bob)


def test_removal_waits_for_profiles_that_cannot_be_taken_out(debian):
    before = debian.pam_files()
    alice, _ = debian.set_up()
    common = edit_within_the_profiles(debian)
    refuses_to_go(debian, "/etc/pam.d/common-auth:", "/etc/pam.d/common-password:")
    assert debian.logs_in_with_code(alice)
    debian.write("/etc/pam.d/common-auth", common)
    debian.remove()
    assert removed_with_pam_as_it_was(debian, before, alice)


def test_removal_keeps_what_was_edited_beside_the_profiles(debian):
    alice, _ = debian.set_up()
    common = debian.read("/etc/pam.d/common-auth")
    debian.write("/etc/pam.d/common-auth", common + "auth optional pam_permit.so\n")
    assert debian.logs_in_with_code(alice)
    debian.remove()
    assert debian.read("/etc/pam.d/common-auth").endswith("auth optional pam_permit.so\n")
    assert debian.logs_in_without_code(alice)


def test_purge_alone_deletes_state(debian):
    before = debian.pam_files()
    alice, _ = debian.set_up()
    assert debian.logs_in_with_code(alice)
    debian.remove()
    for path in ("/var/lib/mfa/key", "/var/lib/mfa/mfa.db", "/etc/mfa/mfa.toml", "/etc/mfa/conf.d", "/etc/pam.d/mfa-enroll"):
        assert debian.exists(path), path
    debian.remove("purge")
    for path in ("/var/lib/mfa", "/etc/mfa", "/etc/pam.d/mfa-enroll"):
        assert not debian.exists(path), path
    assert removed_with_pam_as_it_was(debian, before, alice)
    # And once more from the beginning.
    debian.install()
    debian.run("mfa-enroll", "admin", "init")
