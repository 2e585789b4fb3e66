"""Five wrong codes lock; the lock ends by itself, after a growing delay."""
import re

from marks import both_ways
from waiting import until

CODE = "Verification code: "
SHORT = '[lockout]\nfirst = "2s"\nlongest = "1h"\n[[rule]]\nname = "everyone"\nmfa = "require"\n'


def guess_wrong(campus, person, times):
    """Through pamtester, so many wrong codes, three a login; what was shown last."""
    while times > 0:
        talk = campus.pamtester("code", person.name)
        for _ in range(min(3, times)):
            if talk.reads_one_of(CODE) is None:
                break
            talk.answers(person.wrong_code())
            times -= 1
        if times == 0 and talk.reads_one_of(CODE):
            talk.hangs_up()
            return talk.screen
        talk.end()
        screen = talk.screen
        if "Too many wrong codes" in screen:
            assert times == 0, f"locked too early:\n{screen}"
            return screen
    return screen


@both_ways
def test_five_wrong_codes_lock(campus):
    alice = campus.student("alice")
    screen = guess_wrong(campus, alice, 5)
    assert "Too many wrong codes. Try again in " in screen
    campus.log.wait_for(r"event=login\.locked_out.* user=alice ")
    # Not even the right code, and not over SSH either: no question is asked.
    refused = campus.login_over_ssh(alice, alice.fresh_code())
    assert refused.refused
    assert CODE not in refused.screen
    assert "Too many wrong codes" in refused.screen


def test_four_wrong_codes_do_not(campus):
    alice = campus.student("alice")
    guess_wrong(campus, alice, 4)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed
    # And a right one clears the count.
    guess_wrong(campus, alice, 4)
    assert campus.login_over_ssh(alice, alice.fresh_code()).passed


def test_a_lock_is_the_persons_alone(campus):
    alice, bob = campus.student("alice"), campus.student("bob")
    guess_wrong(campus, alice, 5)
    assert campus.login_over_ssh(bob, bob.fresh_code()).passed


def test_a_lock_survives_a_restart_of_the_engine(campus):
    alice = campus.student("alice")
    guess_wrong(campus, alice, 5)
    campus.restart_mfad()
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused
    campus.stop_mfad()
    assert campus.login_over_ssh(alice, alice.fresh_code()).refused


@both_ways
def test_the_lock_ends_by_itself_and_each_next_one_lasts_longer(campus):
    campus.configure(SHORT)
    alice = campus.student("alice")
    first = wait_told(guess_wrong(campus, alice, 5))
    # One guess, and it is locked again, now for twice as long.
    talk = asked(campus, alice)
    talk.answers(alice.wrong_code())
    assert talk.end() != 0
    assert wait_told(talk.screen) > first, talk.screen
    talk = asked(campus, alice)
    talk.answers(alice.fresh_code())
    assert talk.end() == 0
    if campus.resident:
        assert "locked_until" not in campus.status(alice)


def wait_told(screen):
    """For how many seconds one is locked out, as the refusal says; nothing is measured."""
    return int(re.search(r"Too many wrong codes\. Try again in (\d+) second", screen)[1])


def asked(campus, person):
    """A login that is asked for a code, as soon as there is one."""
    def attempt():
        talk = campus.pamtester("code", person.name)
        if talk.reads_one_of(CODE):
            return talk
        assert talk.end() != 0
        return None
    return until(attempt, "the lock has ended")
