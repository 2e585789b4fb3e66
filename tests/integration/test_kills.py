"""The engine killed at random moments, again and again, while people log in."""
import os
import random
import signal
import threading

from marks import both_ways, longer

PASSED = "0"
WINDOW = 10
CODES_EACH = 16
SETTINGS = f'[totp]\nwindow = {WINDOW}\n[[rule]]\nname = "everyone"\nmfa = "require"\n'


class Killer:
    """Kills every process of mfad at a random moment, and lets mfad be started again, until told to stop."""

    def __init__(self, campus, seed):
        self._campus, self._random = campus, random.Random(seed)
        self._done = threading.Event()
        self.kills = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._done.wait(self._random.uniform(0, 0.04)):
            for pid in self._campus.engine_processes():
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.kills += 1
                except ProcessLookupError:
                    pass
            self._campus.forget_mfad()
            if self._campus.resident and self._random.random() < 0.8:
                self._campus.start_mfad(wait=False)

    def stop(self):
        self._done.set()
        self._thread.join()


@both_ways
@longer
def test_no_accepted_code_is_accepted_again(campus):
    campus.configure(SETTINGS)
    logins = 500 if campus.long else 48
    people = [campus.student(f"student{number}") for number in range(-(-logins // CODES_EACH))]
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    killer = Killer(campus, seed)
    accepted = []
    try:
        for person in people:
            for code in person.fresh_codes(CODES_EACH, WINDOW):
                # Twice in a row: whatever becomes of either, not both may pass.
                first, = campus.at_the_same_instant("code", [(person.name, code)])
                second, = campus.at_the_same_instant("code", [(person.name, code)])
                assert (first, second) != (PASSED, PASSED), f"{person.name}: {code} passed twice"
                if PASSED in (first, second):
                    accepted.append((person, code))
    finally:
        killer.stop()
        campus.forget_mfad()
    assert killer.kills > logins / 8, "too few kills to mean anything"
    assert len(accepted) > logins / 8, "too few logins came through to mean anything"
    campus.check_store()
    if campus.resident:
        campus.start_mfad()
    for person, code in accepted:
        assert campus.at_the_same_instant("code", [(person.name, code)]) != [PASSED]
    # And it works as ever.
    last = campus.student("last")
    assert campus.login_over_ssh(last, last.fresh_code()).passed
