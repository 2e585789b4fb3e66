"""Sessions at the same instant: one process each, all held back until every one is asked, then answered together."""
from marks import both_ways, longer

PASSED, MAXTRIES = "0", "11"
SESSIONS = 32


def rounds(campus):
    return 50 if campus.long else 4


@both_ways
@longer
def test_one_code_in_32_sessions_lets_exactly_one_in(campus):
    for number in range(rounds(campus)):
        alice = campus.student(f"alice{number}")
        results = campus.at_the_same_instant("code", [(alice.name, alice.fresh_code())] * SESSIONS)
        assert results.count(PASSED) == 1, f"round {number}: {results}"


@both_ways
@longer
def test_32_people_with_a_code_each_all_get_in(campus):
    people = [campus.student(f"student{number}") for number in range(SESSIONS)]
    for _ in range(2 if not campus.long else 1):
        results = campus.at_the_same_instant("campus", [(p.name, p.password, p.fresh_code()) for p in people])
        assert results == [PASSED] * SESSIONS, results


@both_ways
def test_one_recovery_code_in_32_sessions_lets_exactly_one_in(campus):
    for number in range(rounds(campus)):
        alice = campus.person(f"alice{number}")
        code = campus.provision(alice)["recovery_codes"][0]
        results = campus.at_the_same_instant("code", [(alice.name, code)] * SESSIONS)
        assert results.count(PASSED) == 1, results


@both_ways
@longer
def test_parallel_guesses_get_no_sixth_try(campus):
    for number in range(rounds(campus)):
        alice = campus.student(f"alice{number}")
        code, wrong = alice.fresh_code(), alice.wrong_code()
        # Thirty wrong ones and then, once they are through, the right one: five were compared, all others turned away.
        results = campus.at_the_same_instant("code", [(alice.name, wrong)] * SESSIONS)
        assert PASSED not in results
        assert campus.wrong_answers(alice) == 5, results
        assert campus.at_the_same_instant("code", [(alice.name, code)]) == [MAXTRIES]


@both_ways
@longer
def test_a_right_code_among_parallel_guesses_never_makes_more_guesses(campus):
    """Whichever comes first: at most five wrong ones in a row are compared before the right one, or before the lock."""
    for number in range(rounds(campus)):
        alice = campus.student(f"alice{number}")
        wrong = alice.wrong_code()
        tried = [(alice.name, wrong)] * (SESSIONS - 1) + [(alice.name, alice.fresh_code())]
        results = campus.at_the_same_instant("code", tried)
        assert results.count(PASSED) <= 1 and PASSED not in results[:-1], results
        # Five before the right one and five after it, if it was in time; else five.
        assert campus.wrong_answers(alice) <= (10 if PASSED in results else 5), results
