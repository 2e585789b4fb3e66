"""Members of the helpdesk, and mfa-enroll's part by hand: raw requests of whoever opens the socket."""
import json

import frames
from campus import USER_SOCKET


def put_in_group(campus, group, *people):
    campus.run(["groupadd", "-f", group])
    for person in people:
        assert campus.run(["gpasswd", "-a", person.name, group]).returncode == 0


def clerk(campus, name="carol"):
    person = campus.person(name)
    put_in_group(campus, "mfa-helpdesk", person)
    return person


def request(person, content, *answers):
    """mfa-enroll's part by hand, in a process of that person's: the verdict, its words, and what was asked."""
    client = frames.Client(USER_SOCKET)
    client.send(frames.request(json.dumps(content).encode()))
    asked, left = [], list(answers)
    while (received := client.receive()) is not None:
        kind, fields = received
        if kind == frames.ASK:
            asked.append(fields[frames.TEXT].decode())
            if not left:
                break
            client.send(frames.answer(left.pop(0).encode()))
        if kind == frames.VERDICT:
            return fields[frames.VERDICT_CODE][0], fields.get(frames.TEXT, b"").decode(), asked
    client.close()
    return None, "", asked
