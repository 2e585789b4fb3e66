"""An enrolment that breaks off where nobody meant it to: the time sshd gives runs out, the network dies, the window is
closed. At each step the account stays as it was."""
import os
import signal

import sandbox
from campus import LAPTOP, processes
from marks import both_ways
from test_enrolment import CHOICE, CODE, NAME, REQUIRED, SAVED, codes_on, enrols, takes_the_key
from waiting import until

STEPS = 4


def session_at_step(campus, number):
    """A student of their own who has come this far, and the talk with them."""
    student = campus.person(f"student{number}")
    talk = campus.ssh(student)
    talk.reads(CHOICE)
    if number > 1:
        talk.answers("app")
        takes_the_key(student, talk)
    if number > 2:
        talk.answers(student.fresh_code())
        talk.reads(NAME)
    if number > 3:
        talk.answers("")
        talk.reads(SAVED)
        codes_on(campus, talk.screen)
    return student, talk


def login_servers():
    """The part of sshd that waits for each login, as root."""
    return [pid for pid, command in processes() if command and command[0].startswith("sshd: student") and "[priv]" in command[0]]


def as_it_was(campus, students):
    for what in ("factor", "recovery"):
        assert campus.log.lines(f"event={what}") == []
    for student in students if campus.mfad else []:  # status needs the service
        assert campus.status(student)["factors"] == []


def broken_off(campus, how):
    campus.configure(REQUIRED)
    sessions = [session_at_step(campus, number) for number in range(1, STEPS + 1)]
    students = [student for student, _ in sessions]
    how([talk for _, talk in sessions])
    until(lambda: not login_servers() and len(campus.log.lines(r"event=login\.abandoned")) == STEPS, "all have ended")
    as_it_was(campus, students)
    return students


def grace_time_over():
    for pid in login_servers():
        os.kill(pid, signal.SIGALRM)  # as when LoginGraceTime is over


@both_ways
def test_when_the_time_to_log_in_is_over(campus):
    students = broken_off(campus, lambda talks: grace_time_over())
    talk = campus.ssh(students[-1])
    enrols(campus, students[-1], talk)
    talk.reads(f"I am {students[-1].name}")
    assert talk.end() == 0


def test_when_the_network_is_dead(campus):
    def network_dies(talks):
        sandbox.remove_address(1)  # LAPTOP's: nothing gets there or comes from there any more
        for talk in talks:
            talk.answers("")
        grace_time_over()
    students = broken_off(campus, network_dies)
    sandbox.add_address(LAPTOP, 1)
    talk = campus.ssh(students[0])
    enrols(campus, students[0], talk)
    talk.reads(f"I am {students[0].name}")
    assert talk.end() == 0


@both_ways
def test_when_ctrl_c_is_typed(campus):
    def interrupted(talks):
        for talk in talks:
            talk.types("\x03")
            assert talk.end() != 0
    broken_off(campus, interrupted)


@both_ways
def test_when_the_window_is_closed(campus):
    def closed(talks):
        for talk in talks:
            talk.hangs_up()
    broken_off(campus, closed)
