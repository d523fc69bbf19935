"""How far sequences of requests really led: steps that used what an earlier answer gave, counted while schemathesis runs."""

from collections import Counter
from typing import Any

import schemathesis
from schemathesis.cli import EventHandler
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.engine.run import PhaseName

DONE = {"GET": "read", "PATCH": "changed", "DELETE": "deleted", "POST": "acted on"}


class Chains(EventHandler[Any]):
    """Says in the summary how many steps were taken along the document's links, along how many of them, and how many in a row."""

    def __init__(self, *arguments: Any, **parameters: Any) -> None:
        super().__init__(*arguments, **parameters)
        self.links: set[str] = set()
        self.steps: Counter[str] = Counter()
        self.longest = 0

    def handle_event(self, ctx: Any, event: events.EngineEvent) -> None:
        """Count a sequence; at the end, tell."""
        if isinstance(event, events.ScenarioFinished) and event.phase is PhaseName.STATEFUL_TESTING:
            self._count(event.recorder)
        if isinstance(event, events.EngineFinished):
            kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.steps.items()))
            ctx.add_summary_line(
                f"Sequences: {self.steps.total()} steps along {len(self.links)} links, up to {self.longest} in a row: {kinds}"
            )

    def _count(self, recorder: ScenarioRecorder) -> None:
        depths: dict[str, int] = {}
        for case_id, node in recorder.cases.items():
            depths[case_id] = 0
            if node.transition is not None and node.is_transition_applied:
                depths[case_id] = depths.get(node.transition.parent_id, 0) + 1
                self.links.add(node.transition.id)
                self.steps[DONE.get(node.value.method.upper(), "else")] += 1
        self.longest = max([self.longest, *depths.values()])


schemathesis.cli.handler()(Chains)
