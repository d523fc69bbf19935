"""Follow the events of every project that you may see, and keep a picture of each in a file. Needs Python 3.11 and nats-py.

    . .interlock/reader.env
    python docs/consumers/follow.py picture.json

The file holds, per project, its records and the place up to which they are told. It is written before events are acknowledged, so the
program may be ended at any moment, and started again: what it had not acknowledged comes once more, and is known by its place.
"""

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import nats


class Picture:
    """The projects as we know them: id → {"revision", "position", "positions", "records"}; records: kind → id → record."""

    def __init__(self, file):
        self.file = file
        self.projects = json.loads(file.read_text()) if file.exists() else {}

    def save(self):
        """There is always a whole file: the old one or the new one."""
        draft = self.file.with_suffix(".new")
        with draft.open("w") as written:
            json.dump(self.projects, written)
            written.flush()
            os.fsync(written.fileno())
        draft.replace(self.file)

    def hear(self, project_id, headers, data):
        """Apply an event if it is the next one; bootstrap where we have no place, or lost it. Say what it was."""
        if project_id == "work":  # the organisation's jobs, which are no project's
            return "ignored"
        place = self.projects.get(project_id)
        judgement = "new" if place is None else judge(place, headers)
        if judgement in ("new", "gap"):
            self.bootstrap(project_id)
        elif judgement == "next":
            self.apply(project_id, headers, data)
            for name in ("revision", "position", "positions"):
                place[name] = int(headers[f"ce-{name}"])
        return judgement

    def apply(self, project_id, headers, data):
        """An event has its record's full state: the latest one is enough. Types that we do not know change nothing."""
        _, _, _, kind, happened, version = headers["ce-type"].split(".")
        if version != "v1" or "record" not in data:
            return
        if (kind, happened) == ("project", "deleted"):
            self.projects.pop(project_id)
            return
        records = self.projects[project_id]["records"].setdefault(kind, {})
        if happened == "deleted":
            records.pop(data["record"]["id"], None)
        else:
            records[data["record"]["id"]] = data["record"]

    def bootstrap(self, project_id):
        """Begin with a snapshot. It is at least as new as any event that we have seen: what it holds comes as a repetition."""
        snapshot = read_snapshot(project_id)
        if snapshot is None:  # the project is gone
            self.projects.pop(project_id, None)
            return
        records = {"project": {project_id: snapshot["project"]}}
        for name, found in snapshot.items():
            if isinstance(found, list) and not name.endswith(
                "_v2"
            ):  # the same records once more, in a version that we do not follow
                records[name.removesuffix("s")] = {record["id"]: record for record in found}
        self.projects[project_id] = {
            "revision": snapshot["revision"],
            "position": 1,  # of 1: a snapshot holds its revision whole
            "positions": 1,
            "records": records,
        }


def judge(place, headers):
    """Whether an event is the 'next' one after our place, 'repeated', or behind a 'gap'."""
    revision, position = int(headers["ce-revision"]), int(headers["ce-position"])
    is_whole = place["position"] == place["positions"]  # all of this revision is told
    if revision < place["revision"] or (revision == place["revision"] and (is_whole or position <= place["position"])):
        return "repeated"
    expected = (place["revision"] + 1, 1) if is_whole else (place["revision"], place["position"] + 1)
    return "next" if (revision, position) == expected else "gap"


def read_snapshot(project_id):
    """All records of a project as of one revision; None if there is no such project any more."""
    request = urllib.request.Request(
        f"{os.environ['INTERLOCK_URL']}/v1/projects/{project_id}/snapshot",
        headers={"Authorization": f"Bearer {os.environ['INTERLOCK_TOKEN']}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


async def follow(picture):
    user = os.environ["INTERLOCK_NATS_USER"]
    connection = await nats.connect(
        os.environ["INTERLOCK_NATS_SERVER"],
        user=user,
        password=os.environ["INTERLOCK_NATS_PASSWORD"],
        inbox_prefix=f"_INBOX_{user}",
        max_reconnect_attempts=-1,
    )
    stream = connection.jetstream(domain="interlock")
    events = await stream.pull_subscribe_bind(user, "PROJECT")
    while True:
        try:
            messages = await events.fetch(100, timeout=5)
        except TimeoutError:  # nothing has happened
            continue
        told = []
        for message in messages:
            project_id, headers = message.subject.split(".")[3], message.headers
            judgement = picture.hear(project_id, headers, json.loads(message.data))
            told.append(f"{judgement} {project_id} {headers['ce-revision']} {headers['ce-type']}")
        picture.save()
        for message in messages:
            await message.ack()
        print("\n".join(told), flush=True)


if __name__ == "__main__":
    asyncio.run(follow(Picture(Path(sys.argv[1]))))
