"""Goals over a large program: one for each project, all of them below one more, each due when its project is planned to be done."""

from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

import planning
from bench.events.large_program import Replica

_ENDS = "SELECT project_id, max(early_finish) FROM program_schedule WHERE program_id = $1 GROUP BY project_id"


class Strategy:
    """The goals of a replica's organisation. `goal_of`: each project's."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self.top = uuid7()
        self.goal_of: dict[UUID, UUID] = {project_id: uuid7() for project_id in replica.project_ids}

    async def write(self, url: str) -> None:
        """Fill the tables, once the program has its dates. They belong to `url`'s role, whom row-level security does not bind."""
        replica, now = self._replica, datetime.now(UTC)
        audit = ("id", "organization_id", "revision", "created_at", "updated_at")
        owner = await asyncpg.connect(url)
        planned: dict[UUID, date] = {
            row[0]: planning.to_date(row[1], finish=True) for row in await owner.fetch(_ENDS, replica.program_id)
        }
        goals = [(self.top, None, None)]
        goals += [(goal_id, self.top, planned[project_id]) for project_id, goal_id in self.goal_of.items()]
        await owner.copy_records_to_table(
            "goals",
            columns=(*audit, "name", "description", "owner", "parent_id", "weight", "due", "state"),
            records=[
                (id_, replica.organization_id, 1, now, now, "G", "", "", above, 1, due, "active")
                for id_, above, due in goals
            ],
        )
        await owner.copy_records_to_table(
            "alignments",
            columns=(*audit, "goal_id", "project_id", "weight", "contribution"),
            records=[
                (uuid7(), replica.organization_id, 1, now, now, goal_id, project_id, 1, "")
                for project_id, goal_id in self.goal_of.items()
            ],
        )
        await owner.execute("ANALYZE")
        await owner.close()
