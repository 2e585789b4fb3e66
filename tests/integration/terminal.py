"""A terminal that can be looked at: tmux of 80 by 24, and its picture as a phone's camera would see it."""
import re
import subprocess

from waiting import until

CELL = (1, 2)  # pixels of one character, as wide and as high as half blocks make them
SCALE = 6
MARGIN = 8     # pixels around: the rest of the screen
FULL, UPPER, LOWER = "█", "▀", "▄"


class Terminal:
    def __init__(self, command, person, rows=24, columns=80, environment=None):
        self._socket = f"{person.home}/tmux"
        settings = f"{person.home}/tmux.conf"
        with open(settings, "w") as file:
            file.write("set -g status off\nset -g remain-on-exit on\nset -g default-terminal screen-256color\n"
                       "set -g history-limit 2000\n")
        self._environment = {**person.environment, **(environment or {})}
        self._person = person
        self._tmux("-f", settings, "new-session", "-d", "-x", str(columns), "-y", str(rows), *command)
        self._columns = columns

    def _tmux(self, *arguments):
        return subprocess.run(["tmux", "-u", "-S", self._socket, *arguments], env=self._environment, check=True, text=True,
                              capture_output=True, preexec_fn=self._person.become).stdout

    def types(self, text, enter=True):
        self._tmux("send-keys", "-l", text)
        if enter:
            self._tmux("send-keys", "Enter")

    def text(self, scrolled_off=False):
        return self._tmux("capture-pane", "-p", *(["-S", "-"] if scrolled_off else []))

    def reads(self, text, times=1):
        """Waits until `text` stands there that often. tmux leaves out spaces at the end of a line."""
        text = text.rstrip()
        try:
            until(lambda: self.text(True).count(text) >= times, f"{text!r} on the terminal")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text(True)}") from None

    def resize(self, columns, rows):
        self._columns = columns
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def close(self):
        try:
            self._tmux("kill-server")
        except subprocess.CalledProcessError:
            pass

    def photograph(self, light=False):
        """What zbarimg reads on the screen as it stands; `light`: dark letters on a light ground."""
        return photograph(self._tmux("capture-pane", "-p", "-e"), self._columns, light)


def photograph(screen, columns=80, light=False):
    """What a phone would read on this text of a screen; empty if nothing."""
    done = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "PNM:-"],
                          input=picture(cells(screen, columns), columns, light), capture_output=True)
    return done.stdout.decode().rstrip("\n")


def cells(screen, columns):
    """Rows of (character, foreground, background); a colour is None for the terminal's own, else its grey. Colours go on
    from one line to the next, as tmux tells them."""
    rows, front, back = [], None, None
    for line in screen.split("\n"):
        row = []
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b["):
                for number in [int(n or 0) for n in part[2:-1].split(";")]:
                    if number in (0, 39):
                        front = None
                    if number in (0, 49):
                        back = None
                    if 30 <= number <= 37 or 90 <= number <= 97:
                        front = 255 if number % 10 == 7 else 0
                    if 40 <= number <= 47 or 100 <= number <= 107:
                        back = 255 if number % 10 == 7 else 0
            else:
                row.extend((character, front, back) for character in part)
        rows.append((row + [(" ", None, None)] * columns)[:columns])
    return rows


def picture(rows, columns, light):
    """A grey picture (PGM) of the screen. Letters of text are left out: they are thin, a camera sees little of them."""
    paper, ink = (255, 0) if light else (0, 255)
    lines = []
    for row in rows:
        upper, lower = [], []
        for character, front, back in row:
            front, back = ink if front is None else front, paper if back is None else back
            upper.append(front if character in (FULL, UPPER, "#") else back)
            lower.append(front if character in (FULL, LOWER, "#") else back)
        lines += [upper, lower]
    width = columns + 2 * MARGIN
    blank = [[paper] * width] * MARGIN
    lines = blank + [[paper] * MARGIN + line + [paper] * MARGIN for line in lines] + blank
    scaled = b"".join(bytes(value for value in line for _ in range(SCALE)) * SCALE for line in lines)
    return b"P5\n%d %d\n255\n" % (width * SCALE, len(lines) * SCALE) + scaled
