"""Where each kind of job is done. Named, not imported: what a job needs is loaded by the worker that does the first one."""

from contracts.project_events.jobs import JobKind

HANDLERS = {
    JobKind.IMPORT: "project_svc.imports.job:import_project",
    JobKind.SIMULATION: "project_svc.simulations.job:simulate_project",
    JobKind.LEVELLING: "project_svc.levelling.job:level_project",
}
