#!/usr/bin/python3 -B
"""What packaging/demo shows once all is built. Usage: demo.py BUILD_FOLDER played|by-hand"""
import os
import re
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/integration"))
import sandbox
from campus import Campus
from conversation import Conversation
from people import PERIOD
from terminal import photograph

CODE = "Verification code: "
WIDTH = 80


# As pam_mfa(8) gives it, and what the distribution's file goes on with.
STACK = """
auth [success=1 default=ignore]  pam_unix.so
auth [default=die]               pam_mfa.so authfail
auth required                    pam_mfa.so
account required                 pam_mfa.so
account required                 pam_unix.so
session required                 pam_permit.so
"""


def tell(text):
    print(f"\n\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def hint(text):
    print(f"   {text}", flush=True)


class Demo:
    def __init__(self, build):
        self.campus = Campus(build)
        self.alice = None

    def prepare(self):
        self.campus.open()
        self.campus.pam_service("sshd", STACK)
        self.campus.start_sshd()
        self.alice = self.campus.person("alice", password="correct horse")
        tell("In a sandbox of its own: pam_mfa installed, `mfa-enroll admin init` done, mfad and sshd running.")
        hint("/etc/pam.d/sshd asks for the password, then for a code:")
        for line in open("/etc/pam.d/sshd"):
            if "pam_mfa" in line or line.startswith("auth"):
                hint("  " + line.rstrip())

    def take_key(self, screen):
        """The phone: reads the picture, and knows the codes from then on."""
        found = re.search(r"secret=([A-Z2-7]+)", photograph(screen, WIDTH))
        if not found:
            raise AssertionError("the picture could not be read")
        self.alice.secret = found[1]

    def end(self):
        self.campus.close()


class Played:
    """Plays the student's part too, and shows the dialogues as they went."""

    def __init__(self, demo):
        self._demo, self._campus, self._alice = demo, demo.campus, demo.alice

    def _begin(self, command, person=None):
        print(f"$ {' '.join(command)}", flush=True)
        talk = Conversation(command, person)
        talk.shows_on(sys.stdout)
        return talk

    def run(self):
        tell("alice sets up the authenticator app on her phone.")
        talk = self._begin(["mfa-enroll"], self._alice)
        talk.reads("Password for alice: ")
        talk.answers(self._alice.password)
        talk.reads("Your choice [app]: ")
        talk.answers("app")
        talk.reads(CODE)
        self._demo.take_key(talk.screen)
        code = self._alice.fresh_code()
        talk.answers(code)
        talk.reads("Name of this device")
        talk.answers("iPhone")
        talk.reads("Press Enter")
        talk.answers("")
        if talk.end() != 0:
            raise AssertionError("alice was not enrolled")
        hint("(The phone was zbarimg, which read the picture, and oathtool, which made the code from it.)")

        tell("She logs in over SSH: a wrong code first, then the right one.")
        code = self._alice.fresh_code()
        self._log_in(self._alice.wrong_code(), code)

        tell("Somebody who saw that code tries it again, with her password.")
        self._log_in(code, "")

        tell("What the system log says of it:")
        for line in self._campus.log.lines(r"event=(login|factor)\."):
            hint(re.sub(r"^<\d+>| (?:run|head|proof)=\S+", "", line)[:160])

    def _log_in(self, *codes):
        print("$ ssh alice@lab-gw", flush=True)
        talk = Conversation(self._campus.ssh_command("alice", "echo Welcome to $(hostname), $(id -un).", host="lab-gw"))
        talk.shows_on(sys.stdout)
        talk.reads("Password: ")
        talk.answers(self._alice.password)
        for code in codes:
            if not talk.reads_one_of(CODE):
                break
            if not code:
                talk.hangs_up()
                print("^C", flush=True)
                return
            talk.answers(code)
        talk.end()


class ByHand:
    """The person at the terminal is alice."""

    def __init__(self, demo):
        self._demo, self._campus, self._alice = demo, demo.campus, demo.alice
        self._has_phone = False
        self._shown_step = 0

    def run(self):
        tell("You are alice now. Your password is: correct horse")
        self._has_phone = ask("Do you have an authenticator app on your phone at hand? [y/N] ").lower().startswith("y")
        if not self._has_phone:
            hint("Never mind: the codes your phone would show are printed here.")
        tell("First set up the app: $ mfa-enroll")
        self._interact(["mfa-enroll"], self._alice, enrolling=True)
        if not self._campus.status(self._alice)["factors"]:
            tell("Nothing was set up, so there is nothing to log in with. Start the demo again whenever you like.")
            return
        tell("Now log in: $ ssh alice@lab-gw   (leave the shell there with: exit)")
        hint("Try a wrong code, the code you used before, help, or notme as well.")
        while True:
            self._interact([*self._campus.ssh_command("alice", host="lab-gw")[:-1], "-t"])
            answer = ask("\nEnter: log in again   s: what the system log says   q: quit   ").lower()
            if answer.startswith("s"):
                for line in self._campus.log.lines(r"mfad\["):
                    hint(re.sub(r"^<\d+>| (?:run|head|proof)=\S+", "", line)[:160])
            if answer.startswith("q"):
                return

    def _interact(self, command, person=None, enrolling=False):
        rows, columns = terminal_size()
        talk = Conversation(command, person, rows=rows, columns=columns,
                            environment={"NO_COLOR": os.environ.get("NO_COLOR", "")})
        shown = bytearray()

        def watch(output):
            shown.extend(output)
            if not output.endswith(CODE.encode()):
                return output
            if enrolling and not self._alice.secret:
                try:
                    self._demo.take_key(shown.decode(errors="replace").replace("\r", ""))
                except AssertionError:
                    return output  # a window too small for the picture; the key is there to be typed
            if self._has_phone or not self._alice.secret:
                return output
            return output[:-len(CODE)] + self._what_the_phone_shows().encode() + output[-len(CODE):]
        talk.hands_over(watch)

    def _what_the_phone_shows(self):
        """The code of now, or the next if that was shown before: the engine takes one from half a minute ahead."""
        now = int(time.time()) // PERIOD
        step = min(max(now, self._shown_step + 1), now + 1)
        wait = "" if step > self._shown_step else f"; a new one comes in {PERIOD - int(time.time()) % PERIOD} seconds"
        self._shown_step = step
        return f"(Your phone shows {self._alice.code_at(step)}{wait}.)\r\n"


def ask(question):
    print(question, end="", flush=True)
    return sys.stdin.readline().strip()


def terminal_size():
    size = os.get_terminal_size()
    return size.lines, size.columns


def show(build, part):
    demo = Demo(build)
    try:
        demo.prepare()
        (Played if part == "played" else ByHand)(demo).run()
        demo.end()
    except KeyboardInterrupt:
        return 130
    except BaseException:
        traceback.print_exc()
        demo.campus.tell()
        return 1
    tell("That was it. The sandbox is gone, and nothing of it is left.")
    return 0


if __name__ == "__main__":
    if sys.argv[1] == sandbox.INSIDE:
        sandbox.run_inside(lambda: show(*sys.argv[2:]))
    else:
        sandbox.enter([os.path.abspath(sys.argv[1]), sys.argv[2]])
