// Compiled against the generated types, and run: what they do not allow does not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./interlock.js";

const environment = (globalThis as unknown as { process: { env: Record<string, string> } }).process.env;
const client = createClient<paths>({
  baseUrl: environment.INTERLOCK_URL,
  headers: { Authorization: `Bearer ${environment.INTERLOCK_TOKEN}` },
});

function must<T>(value: T | undefined, problem: unknown): T {
  if (value === undefined) throw new Error(JSON.stringify(problem));
  return value;
}

const key = `T${Date.now()}`;
const project = await client.POST("/v1/projects", {
  body: { key, name: "By a client", start: "2026-03-02", currency: "EUR" },
});
const made = must(project.data, project.error) as components["schemas"]["ProjectState"];
const path = { project_id: made.id };
const task = await client.POST("/v1/projects/{project_id}/tasks", {
  params: { path },
  body: { name: "Pour the foundation", duration: "P4D" },
});
must(task.data, task.error);

const schedule = await client.GET("/v1/projects/{project_id}/schedule", { params: { path } });
const finish: string | null | undefined = must(schedule.data, schedule.error).items[0].early_finish;
if (finish !== "2026-03-05") throw new Error(`finishes ${finish}`);

const absent = await client.GET("/v1/projects/{project_id}/tasks/{task_id}", {
  params: { path: { ...path, task_id: made.id } },
});
const problem: components["schemas"]["Problem"] = must(absent.error, absent.data);
if (problem.type !== "/problems/not-found") throw new Error(problem.type);

// @ts-expect-error A misspelt field is seen by the compiler.
void (() => client.POST("/v1/projects/{project_id}/tasks", { params: { path }, body: { nam: "x" } }));
console.log("ok");
