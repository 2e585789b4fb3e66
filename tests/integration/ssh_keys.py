"""SSH keys of the people of the sandbox, of any type: those of security keys are made and used by the software key."""
import os

SECURITY_KEYS = ("ed25519-sk", "ecdsa-sk")
UNTOUCHED = {"SOFTWARE_KEY": "untouched"}  # the software key then signs that nobody touched it


def provider(campus):
    return f"{campus.build}/tests/integration/software_key.so"


def give_key(campus, person, name="id", kind="ed25519", options=""):
    """A key in the person's authorized_keys; its private half is root's, who runs ssh here. Gives the path of that."""
    path = f"/root/{person.name}.{name}"
    made = campus.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", f"{person.name}'s {name}", "-f", path],
                      env={"SSH_SK_PROVIDER": provider(campus)})
    assert made.returncode == 0, made.stderr
    folder = f"{person.home}/.ssh"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/authorized_keys", "a") as file:
        file.write(f"{options} {public_line(path)}".lstrip())
    for made in (folder, f"{folder}/authorized_keys"):
        os.chown(made, person.uid, person.uid)
    return path


def public_line(key):
    with open(key + ".pub") as file:
        return file.read()


def fingerprint(campus, key):
    return campus.run(["ssh-keygen", "-l", "-f", key + ".pub"]).stdout.split()[1]


def with_key(campus, command, key, methods="publickey,keyboard-interactive"):
    """The same ssh, with this key and no other."""
    command = [word if not word.startswith("PreferredAuthentications") else f"PreferredAuthentications={methods}"
               for word in command]
    return [command[0], "-i", key, "-o", "IdentitiesOnly=yes", "-o", f"SecurityKeyProvider={provider(campus)}",
            *command[1:]]
