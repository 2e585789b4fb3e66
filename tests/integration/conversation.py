"""A program on a terminal of its own that asks things, and somebody who answers."""
import pexpect

from waiting import DEADLINE


class Conversation:
    """Output and answers are text; bytes that are not UTF-8 come through as surrogates."""

    def __init__(self, command, person=None, environment=None, rows=24, columns=80):
        env = dict(person.environment if person else {"PATH": "/usr/bin:/usr/sbin:/bin:/sbin", "LANG": "C.UTF-8",
                                                      "HOME": "/root", "TERM": "xterm-256color"})
        env["NO_COLOR"] = "1"
        env.update(environment or {})
        self._child = pexpect.spawn(command[0], command[1:], env=env, dimensions=(rows, columns), timeout=DEADLINE,
                                    encoding="utf-8", codec_errors="surrogateescape",
                                    preexec_fn=person.become if person else None)
        self._child.delaybeforesend = None
        self.screen = ""  # all it has shown so far
        self.status = None

    def reads(self, text):
        """Waits until `text` is shown; gives what was shown before it."""
        self._expect([text])
        return self._child.before

    def reads_one_of(self, *texts):
        """Waits for the first of `texts`, or the end (None)."""
        index = self._expect([*texts, pexpect.EOF])
        return texts[index] if index < len(texts) else None

    def _expect(self, choices):
        try:
            index = self._child.expect_exact(choices)
        except pexpect.ExceptionPexpect as error:
            self.screen += self._child.before if isinstance(self._child.before, str) else ""
            raise AssertionError(f"{type(error).__name__} waiting for {choices}; shown so far:\n{self.screen}") from None
        self.screen += self._child.before + (self._child.after if isinstance(self._child.after, str) else "")
        return index

    def answers(self, text):
        self._child.sendline(text)
        return self

    def types(self, text):
        self._child.send(text)
        return self

    def end(self):
        """Waits for the program to end; its exit status."""
        if self.status is None:
            self._expect([pexpect.EOF])
            self._child.close()
            self.status = self._child.exitstatus if self._child.exitstatus is not None else -self._child.signalstatus
        return self.status

    def shows_on(self, stream):
        """From now on all it says is written there as well."""
        self._child.logfile_read = stream

    def hands_over(self, watch):
        """Lets the person at our own terminal talk with it until it ends; `watch` sees its output on the way, and gives
        what is to be shown."""
        self._child.interact(escape_character=None, output_filter=watch)
        self._child.close()

    def hangs_up(self):
        self._child.close(force=True)

    @property
    def pid(self):
        return self._child.pid
