#!/usr/bin/env python3
"""The manual pages say what the programs do: every option, command, key, argument, return code and event is in its
page, and the pages' lists hold nothing else.

Usage: manuals.py SOURCE_FOLDER MFAD MFA_ENROLL
"""
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
SCOPES = {"kTop": "", "kStore": "store.", "kTotp": "totp.", "kLockout": "lockout.", "kTrust": "trust.", "kGeo": "geo.",
          "kAccess": "access.", "kRecords": "records.", "kKey": "key."}
TABLES = {"store", "totp", "lockout", "trust", "geo", "access", "records", "key", "phone", "rule", "gateway"}  # of keys, and no keys themselves
# Have no default: what the installed file shows is an example.
EXAMPLES = {"geo.database", "geo.home", "phone.countries", "phone.default_country"}


class Page:
    """The mdoc(7) source of a page."""

    def __init__(self, source, name):
        self.name = name
        self.lines = open(f"{source}/man/{name}").read().splitlines()

    def items(self, macro):
        """What the lists' items begin with: of `.It Ic totp Op Fl -name Ar name` with macro Ic `totp`. Several, if
        there are commas between them."""
        found = set()
        for line in self.lines:
            words = line.split()
            if words[:2] != [".It", macro]:
                continue
            name = []
            for word in words[2:] + [","]:
                if word == "," or re.fullmatch(r"[A-Z][a-z]", word):
                    found.update([" ".join(name)] if name else [])
                    name = []
                    if word != ",":
                        break
                else:
                    name.append(word)
        return found

    def options(self):
        """All that stand behind Fl, anywhere."""
        found = set()
        for line in self.lines:
            if line.startswith("."):
                for words in re.findall(r"\bFl((?: (?:\||,|-?[a-z][a-z-]*))+)", line):
                    found.update("-" + word for word in words.split() if word not in "|,")
        return found

    def item(self, name):
        """The text of the item that begins with it."""
        start = next(i for i, line in enumerate(self.lines) if line.startswith(".It ") and name in line.split())
        text = []
        for line in self.lines[start + 1:]:
            if line.startswith((".It ", ".El", ".Sh ", ".Ss ")):
                break
            text.append(line)
        return " ".join(text)

    def says(self, word):
        return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", "\n".join(self.lines)) is not None


class Comparison:
    def __init__(self):
        self.faults = []

    def same(self, what, page, documented, served):
        if not served:
            self.faults.append(f"{page.name}: found no {what} in the programs: has their source changed its shape?")
        self.faults += [f"{page.name}: {what} '{name}' is missing" for name in sorted(served - documented)]
        self.faults += [f"{page.name}: {what} '{name}' does not exist" for name in sorted(documented - served)]

    def mentioned(self, what, page, served):
        self.same(what, page, {name for name in served if page.says(name)}, served)

    def equal(self, what, page, documented, served):
        if documented != served:
            self.faults.append(f"{page.name}: {what} is {served}, the page says {documented}")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


def text_of(source, path):
    return open(f"{source}/{path}").read()


def key_tables(text):
    """The parser's tables, {"kTotp": {"digits", …}}."""
    tables = re.findall(r"constexpr auto (k\w+) = std::to_array<Key<\w+>>\(\{\n(.*?)^\}\);", text, re.M | re.S)
    return {name: set(re.findall(r'^    \{"(\w+)"', rows, re.M)) for name, rows in tables}


def installed_defaults(text):
    """The default of each key as the installed file shows it, {"totp.digits": "6"}. A rule's keys are shown in rules."""
    table, defaults = "", {}
    for line in text.splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            table = header[1] + "."
        elif re.match(r"#?\[\[", line):
            break
        elif key := re.match(r'#(\w+) = ("[^"]*"|\[[^\]]*\]|\S+)', line):
            defaults[table + key[1]] = key[2].strip('"')
        elif table and re.match(r"# .*:$", line):
            break
    return defaults


def check_configuration(source, c):
    page = Page(source, "mfa.toml.5")
    tables = key_tables(text_of(source, "common/config/configuration.cpp"))
    c.same("table of keys", page, set(tables), set(SCOPES))
    keys = {scope + key for name, scope in SCOPES.items() for key in tables.get(name, ())} - TABLES
    rules = key_tables(text_of(source, "common/config/rules.cpp")).get("kKeys", set())
    gateways = key_tables(text_of(source, "common/config/gateways.cpp")).get("kKeys", set())
    keys |= {"phone." + key for key in key_tables(text_of(source, "common/config/phones.cpp")).get("kKeys", ())}
    documented = page.items("Ic")
    c.same("key", page, documented, keys | rules | gateways)

    defaults = installed_defaults(text_of(source, "packaging/mfa.toml"))
    c.same("key of the installed file", page, set(defaults), keys)
    for key in sorted(keys & documented & set(defaults)):
        written = re.search(r"Default: (?:\.Ql )?(\[[^\]]*\]|[\w/.]+?)(?=[ .]*$| \.| [A-Z])", page.item(key))
        if "." in key:
            c.equal(f"default of {key}", page, written and written[1].replace(r"\(dq", '"'),
                    "none" if key in EXAMPLES else defaults[key])


def check_module(source, c):
    page = Page(source, "pam_mfa.8")
    parser = text_of(source, "pam_module/arguments.cpp")
    c.same("argument", page, page.items("Cm"),
           set(re.findall(r'word == "(\w+)"', parser)) | set(re.findall(r'value_of\(word, "(\w+)="\)', parser)))
    code = re.sub(r"//.*", "", text_of(source, "pam_module/pam_mfa.cpp"))
    c.same("return code", page, page.items("Dv"), set(re.findall(r"(?:return|[?:])\s+(PAM_\w+)", code)))
    words = text_of(source, "pam_module/relay.cpp") + text_of(source, "pam_module/facts.cpp")
    names = "".join(re.findall(r"name_of\([^)]*\) \{\n(.*?)^\}", words, re.M | re.S))
    c.mentioned("word in syslog", page, set(re.findall(r'return "(\w+)"', names)) - {"unknown"})
    entry_points = {"pam_sm_authenticate": "auth", "pam_sm_acct_mgmt": "account", "pam_sm_chauthtok": "password",
                    "pam_sm_open_session": "session"}
    exported = set(re.findall(r"\b(pam_sm_\w+);", text_of(source, "pam_module/pam_mfa.map")))
    c.same("type of line", page, set(re.findall(r"^\.Cm (\w+) \S+ pam_mfa\.so", "\n".join(page.lines), re.M)),
           {entry_points[name] for name in exported & set(entry_points)})


def check_engine(source, mfad, c):
    page = Page(source, "mfad.8")
    options = set(OPTION.findall(output(mfad, "--help")))
    c.same("option", page, page.options(), options)
    c.same("option in a list", page, {f"-{name}" for name in page.items("Fl")}, options)
    events = set(re.findall(r'return "([\w.]+)";', text_of(source, "common/domain/event.cpp")))
    kinds = re.search(r"enum class EventKind.*?\{(.*?)\}", text_of(source, "common/domain/event.h"), re.S)
    c.equal("number of events", page, len(events), kinds[1].count("="))
    # That the events of all unit tests have reasons of this list, tests/doubles/reasons.h sees to.
    reasons = page.items("Sy")
    for names in (r"name_of\(Reason .*?\n}", r"kNames{.*?};", r"name_of\(HelpdeskRefusal .*?\n}"):
        text = "".join(text_of(source, f"common/domain/{part}.cpp") for part in ("policy", "trust", "helpdesk"))
        served = set(re.findall(r'"(\w+)"', re.search(names, text, re.S)[0]))
        c.same("reason", page, reasons & served, served)
    folders = [pathlib.Path(source, "common", folder) for folder in ("domain", "flows")]
    written = {word for folder in folders for path in folder.glob("*.cpp")
               for word in re.findall(r'"([a-z_]+)"', path.read_text())}
    c.same("reason", page, reasons, reasons & written)
    lines = text_of(source, "common/domain/event_line.cpp")
    keys = set(re.findall(r'add\("(\w+)", ', lines)) | set(re.findall(r'" (\w+)=\{\}"', lines))
    c.same("event or key in syslog", page, page.items("Li"), events | keys)


def check_enroll(source, mfa_enroll, c):
    page = Page(source, "mfa-enroll.1")
    general = output(mfa_enroll, "--help")
    listing, after = general.split("\n\n")[1:3]
    commands = {re.match(r"  ([a-z-]+(?: [a-z-]+(?= ))*)", line)[1] for line in listing.splitlines()}
    options = set(OPTION.findall(after))
    for command in commands:
        usage = output(mfa_enroll, "help", *command.split()).splitlines()[0]
        options |= set(OPTION.findall(usage))
    c.same("command", page, page.items("Ic"), commands)
    c.same("option", page, page.options(), options)
    c.same("option in a list", page, {f"-{name}" for name in page.items("Fl")}, options)
    answers = text_of(source, "common/service/render.cpp")
    c.mentioned("key of JSON", page, set(re.findall(r'(?:member|key|write_time|write_texts)\((?:json, )?"(\w+)"', answers)))
    c.same("exit status", page, set(re.findall(r"^\.It (\d)$", "\n".join(page.lines), re.M)),
           set(re.findall(r"(\d) \w", general.split("Exit status: ")[1])))


def check_faults(source, c):
    """The names of what `admin check` finds: scripts rely on them."""
    page = Page(source, "mfa-enroll.1")
    paths = [*pathlib.Path(source, "common/check").glob("*.cpp"), *pathlib.Path(source, "common/service/check").glob("*.cpp"),
             pathlib.Path(source, "cli/verbs/check_engine.cpp")]
    found = set()
    for text in map(pathlib.Path.read_text, paths):
        found |= set(re.findall(r'\b(?:fault|tell)\(\s*"([a-z]+(?:-[a-z]+)*)"', text))
        found |= set(re.findall(r'\bfault = "([a-z]+(?:-[a-z]+)*)"', text))
        constants = dict(re.findall(r'constexpr const char\* (k\w+) = "([a-z]+)"', text))
        found |= {constants[name] for name in re.findall(r"\bfault\(\s*(k\w+),", text)}
    start = page.lines.index(".Sh CHECKS")
    section = page.lines[start:page.lines.index(".El", start)]
    c.same("fault", page, {line.split(None, 2)[2] for line in section if line.startswith(".It Sy ")}, found)


def check_gateways(source, c):
    page = Page(source, "mfa-gateway.7")
    programs = set(re.findall(r"^mfa_gateway\((\w+) ", text_of(source, "gateways/CMakeLists.txt"), re.M))
    c.mentioned("program", page, programs)
    keys = set()
    for path in ("http/http_settings.cpp", "sip/sip_settings.cpp", "gammu.cpp", "smstools.cpp", "file.cpp"):
        for names in key_tables(text_of(source, f"gateways/{path}")).values():
            keys |= names
    messages = text_of(source, "common/gateways/gateway_message.cpp")
    keys |= set(re.findall(r'member\("(\w+)"', messages))
    words = set(re.findall(r'std::string_view\("(\w+)"\)', text_of(source, "common/domain/gateway.cpp")))
    named = page.items("Cm") | set(re.findall(r"^\.Cm (\w+)", "\n".join(page.lines), re.M))
    c.same("key", page, named | words, keys | programs | words)
    c.mentioned("word", page, words)
    places = re.search(r"kPartNames\{(.*?)\};", text_of(source, "gateways/http/template_text.cpp"), re.S)
    c.mentioned("place", page, set(re.findall(r'"(\w+)"', places[1])))
    ready = {path.stem for path in pathlib.Path(source, "packaging/gateways").glob("*.toml")}
    c.mentioned("ready settings", page, ready)


def main(source, mfad, mfa_enroll):
    c = Comparison()
    check_configuration(source, c)
    check_module(source, c)
    check_engine(source, mfad, c)
    check_enroll(source, mfa_enroll, c)
    check_faults(source, c)
    check_gateways(source, c)
    print("\n".join(c.faults) or "the manual pages say what the programs do")
    return 1 if c.faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
