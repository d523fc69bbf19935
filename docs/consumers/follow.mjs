// Follow the events of every project that you may see, and keep a picture of each in a file. Needs Node 20.
//
//     . .interlock/reader.env
//     (cd docs/consumers && npm install)
//     node docs/consumers/follow.mjs picture.json
//
// The file holds, per project, its records and the place up to which they are told. It is written before events are acknowledged, so the
// program may be ended at any moment, and started again: what it had not acknowledged comes once more, and is known by its place.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const { INTERLOCK_URL, INTERLOCK_TOKEN, INTERLOCK_NATS_SERVER, INTERLOCK_NATS_USER, INTERLOCK_NATS_PASSWORD } = process.env;
const file = process.argv[2];

// The projects as we know them: id → {revision, position, positions, records}; records: kind → id → record.
const projects = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

// There is always a whole file: the old one or the new one.
function save() {
  writeFileSync(`${file}.new`, JSON.stringify(projects), { flush: true });
  renameSync(`${file}.new`, file);
}

// Apply an event if it is the next one; bootstrap where we have no place, or lost it. Say what it was.
async function hear(projectId, headers, data) {
  if (projectId === "work") return "ignored"; // the organisation's jobs, which are no project's
  const place = projects[projectId];
  const judgement = place === undefined ? "new" : judge(place, headers);
  if (judgement === "new" || judgement === "gap") {
    await bootstrap(projectId);
  } else if (judgement === "next") {
    apply(projectId, headers, data);
    for (const name of ["revision", "position", "positions"]) place[name] = Number(headers.get(`ce-${name}`));
  }
  return judgement;
}

// Whether an event is the "next" one after our place, "repeated", or behind a "gap".
function judge(place, headers) {
  const revision = Number(headers.get("ce-revision"));
  const position = Number(headers.get("ce-position"));
  const isWhole = place.position === place.positions; // all of this revision is told
  if (revision < place.revision || (revision === place.revision && (isWhole || position <= place.position))) return "repeated";
  const expected = isWhole ? [place.revision + 1, 1] : [place.revision, place.position + 1];
  return revision === expected[0] && position === expected[1] ? "next" : "gap";
}

// An event has its record's full state: the latest one is enough. Types that we do not know change nothing.
function apply(projectId, headers, data) {
  const [, , , kind, happened, version] = headers.get("ce-type").split(".");
  if (version !== "v1" || !("record" in data)) return;
  if (kind === "project" && happened === "deleted") {
    delete projects[projectId];
    return;
  }
  const records = (projects[projectId].records[kind] ??= {});
  if (happened === "deleted") delete records[data.record.id];
  else records[data.record.id] = data.record;
}

// Begin with a snapshot. It is at least as new as any event that we have seen: what it holds comes as a repetition.
async function bootstrap(projectId) {
  const answer = await fetch(`${INTERLOCK_URL}/v1/projects/${projectId}/snapshot`, {
    headers: { Authorization: `Bearer ${INTERLOCK_TOKEN}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.status === 404) {
    delete projects[projectId]; // the project is gone
    return;
  }
  if (!answer.ok) throw new Error(`the snapshot of ${projectId}: ${answer.status}`);
  const snapshot = await answer.json();
  const records = { project: { [projectId]: snapshot.project } };
  for (const [name, found] of Object.entries(snapshot)) {
    if (!Array.isArray(found) || name.endsWith("_v2")) continue; // the same records once more, in a version that we do not follow
    records[name.replace(/s$/, "")] = Object.fromEntries(found.map((record) => [record.id, record]));
  }
  projects[projectId] = { revision: snapshot.revision, position: 1, positions: 1, records }; // 1 of 1: a snapshot holds its revision whole
}

const connection = await connect({
  servers: INTERLOCK_NATS_SERVER,
  user: INTERLOCK_NATS_USER,
  pass: INTERLOCK_NATS_PASSWORD,
  inboxPrefix: `_INBOX_${INTERLOCK_NATS_USER}`,
  maxReconnectAttempts: -1,
});
const stream = jetstream(connection, { domain: "interlock" });
const events = await stream.consumers.get("PROJECT", INTERLOCK_NATS_USER);
for (;;) {
  for await (const message of await events.fetch({ max_messages: 100, expires: 5_000 })) {
    const projectId = message.subject.split(".")[3];
    const told = await hear(projectId, message.headers, message.json());
    if (told !== "repeated") save();
    message.ack();
    console.log(told, projectId, message.headers.get("ce-revision"), message.headers.get("ce-type"));
  }
}
