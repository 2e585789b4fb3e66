"""A student logs in over SSH with an authenticator app: OpenSSH's client and server, password and code."""
from campus import EVERYONE_MUST
from marks import both_ways

CODE = "Verification code: "


@both_ways
def test_password_and_code_let_in(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    heading = talk.reads(CODE)
    assert "Multi-factor authentication for alice on lab-gw\r\n" in heading
    assert "authenticator app" in heading
    talk.answers(alice.fresh_code())
    talk.reads("I am alice")
    assert talk.end() == 0
    campus.log.wait_for(r"event=login\.passed.* user=alice ")


@both_ways
def test_the_same_code_again_is_refused_with_its_reason(campus):
    alice = campus.student("alice")
    code = alice.fresh_code()
    assert campus.login_over_ssh(alice, code).passed
    again = campus.login_over_ssh(alice, code)
    assert again.refused
    assert "That code was already used. Wait for the next one." in again.screen
    # It was no guess, and the next code counts.
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


@both_ways
def test_a_wrong_code_is_refused_and_says_how_many_tries_are_left(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    for left in ("2 tries", "1 try"):
        talk.reads(CODE)
        talk.answers(alice.wrong_code())
        talk.reads(f"That code is not right. {left} left.")
    talk.reads(CODE)
    talk.answers(alice.wrong_code())
    assert talk.end() != 0
    assert "I am alice" not in talk.screen
    campus.log.wait_for(r"event=login\.failed.* user=alice .*reason=wrong")


def test_a_right_code_after_a_wrong_one_lets_in(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(alice.wrong_code())
    talk.reads(CODE)
    talk.answers(alice.fresh_code())
    talk.reads("I am alice")
    assert talk.end() == 0


def test_spaces_and_dashes_in_a_code_do_not_matter(campus):
    alice = campus.student("alice")
    code = alice.fresh_code()
    assert campus.login_over_ssh(alice, f" {code[:3]} {code[3:]}").passed
    code = alice.fresh_code()
    assert campus.login_over_ssh(alice, f"{code[:3]}-{code[3:]}").passed


def test_a_wrong_password_never_comes_to_the_code(campus):
    alice = campus.student("alice")
    talk = campus.ssh_with_askpass("alice", ["not the password"])
    assert talk.returncode != 0
    assert len(talk.prompts) == 1


def test_an_empty_answer_is_no_guess(campus):
    alice = campus.student("alice")
    refused = campus.login_over_ssh(alice, "")
    assert refused.refused
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(alice.wrong_code())
    talk.reads("2 tries left")
    talk.hangs_up()


def refused_answer(campus, answer, kind, length):
    """`answer` does not let in; the log tells its length and class, and none of its bytes."""
    alice = campus.student("alice")
    campus.answers_given.add(answer)
    done = campus.ssh_with_askpass("alice", [alice.password, answer, answer, answer])
    assert done.returncode != 0 and done.stdout == ""
    assert len(done.prompts) >= 2
    lines = campus.log.wait_for(r"user=alice .*length=")
    assert any(f"class={kind}" in line and f"length={length}" in line for line in lines), lines
    # The next attempt starts anew.
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


@both_ways
def test_600_bytes_are_refused(campus):
    refused_answer(campus, b"x" * 600, "letters", 600)


@both_ways
def test_600_digits_are_refused(campus):
    refused_answer(campus, b"7" * 600, "digits", 600)


def test_control_characters_are_refused(campus):
    refused_answer(campus, b"12\x1b[2J34\x075", "control", 10)


def test_invalid_utf8_is_refused(campus):
    refused_answer(campus, b"caf\xe9 \xff\xfe answer", "not-utf8", 14)


def test_digits_of_another_script_are_no_code(campus):
    alice = campus.student("alice")
    digits = alice.fresh_code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    done = campus.ssh_with_askpass("alice", [alice.password, digits, digits, digits])
    assert done.returncode != 0


def test_a_code_with_one_digit_more_or_less_is_refused(campus):
    alice = campus.student("alice")
    code = alice.fresh_code()
    done = campus.ssh_with_askpass("alice", [alice.password, code[:-1], code + "0", "0" + code])
    assert done.returncode != 0
    # A recovery code has twelve characters, and these are none.


@both_ways
def test_the_whole_dialogue_works_through_askpass(campus):
    """As scp, sftp, rsync, git and editors do it."""
    alice = campus.student("alice")
    done = campus.ssh_with_askpass("alice", [alice.password, alice.fresh_code()])
    assert done.returncode == 0 and "I am alice" in done.stdout
    # Editors know the last line of the prompt.
    assert done.prompts[1].endswith("\nVerification code: ")
    assert done.prompts[1].startswith("(alice@localhost) Multi-factor authentication for alice on lab-gw\n")


def test_scp_carries_a_file(campus):
    alice = campus.student("alice")
    with open("/root/thesis.txt", "w") as file:
        file.write("chapter one\n")
    ssh = campus.ssh_command("alice")
    options = ssh[1:ssh.index("alice@localhost")]
    done = campus.with_askpass(["scp", *options, "/root/thesis.txt", "alice@localhost:"], [alice.password, alice.fresh_code()])
    assert done.returncode == 0, done.stderr
    assert open("/home/alice/thesis.txt").read() == "chapter one\n"


def test_a_client_that_answers_every_prompt_with_the_password_is_told_so(campus):
    alice = campus.student("alice")
    done = campus.ssh_with_askpass("alice", [alice.password] * 4)
    assert done.returncode != 0
    assert len(done.prompts) == 2, "it is not asked again and again"
    campus.log.wait_for(r"user=alice .*password")
    # It was no guess: the person still has all five.
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers(alice.wrong_code())
    talk.reads("2 tries left")
    talk.hangs_up()


@both_ways
def test_a_recovery_code_works_once(campus):
    alice = campus.person("alice")
    enrolled = campus.provision(alice)
    code, other = enrolled["recovery_codes"][:2]
    campus.answers_given.update([code, other])
    assert campus.login_over_ssh(alice, code.upper()).passed
    assert campus.login_over_ssh(alice, code).refused
    assert campus.login_over_ssh(alice, other.replace("-", " ")).passed


def test_who_has_nothing_enrolled_is_told_whom_to_ask(campus):
    campus.configure(EVERYONE_MUST + 'enrol = "refuse"\n')
    bob = campus.person("bob")
    refused = campus.login_over_ssh(bob, "")
    assert refused.refused
    assert "0800 650 200" in refused.screen


def test_where_mfa_is_optional_who_has_nothing_enrolled_gets_in_with_the_password(campus):
    campus.configure('[[rule]]\nname = "everyone"\nmfa = "optional"\n')
    bob, alice = campus.person("bob"), campus.student("alice")
    assert campus.login_over_ssh(bob, "").passed
    assert campus.login_over_ssh(alice, alice.wrong_code()).refused
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_a_rule_that_denies_denies(campus):
    campus.configure('[[rule]]\nname = "not from here"\nfrom = ["192.0.2.0/24"]\nmfa = "deny"\n'
                     '[[rule]]\nname = "else"\nmfa = "skip"\n')
    alice = campus.student("alice")
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused


def test_a_login_that_knew_the_password_alone_is_told_at_the_next(campus):
    alice = campus.student("alice")
    assert campus.login_over_ssh(alice, alice.wrong_code()).refused
    talk = campus.ssh(alice)
    assert "1 login knew your password but not the code" in talk.reads(CODE)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    talk = campus.ssh(alice)
    assert "knew your password" not in talk.reads(CODE)
    talk.hangs_up()


def test_notme_ends_the_login_and_is_recorded(campus):
    alice = campus.student("alice")
    talk = campus.ssh(alice)
    talk.reads(CODE)
    talk.answers("NotMe")
    assert talk.end() != 0
    assert "reported" in talk.screen
    campus.log.wait_for(r"event=login\.reported.* user=alice ")


def test_who_does_not_exist_looks_like_who_does(campus):
    """Before the password is accepted nothing differs; sshd itself sees to what it asks for unknown users."""
    campus.student("alice")
    there = campus.ssh_with_askpass("alice", ["wrong", "123456", "123456"])
    nowhere = campus.ssh_with_askpass("mallory", ["wrong", "123456", "123456"])
    assert there.returncode == nowhere.returncode
    assert [prompt.replace("alice", "X") for prompt in there.prompts] == [
        prompt.replace("mallory", "X") for prompt in nowhere.prompts]
