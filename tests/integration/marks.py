"""How a test may be marked. list_tests.py reads the marks from the source; run.py tells the campus which run it is."""


def both_ways(test):
    """Runs twice: with mfad resident, and with mfad stopped, so that each login starts a session of its own."""
    return test


def longer(test):
    """Runs again with `packaging/check --long`, then with campus.long set: more rounds."""
    return test
