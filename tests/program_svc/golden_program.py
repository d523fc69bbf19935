"""The golden network as a program."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.program_svc.member import ProgramMember


@dataclass
class Golden:
    """The golden network of eleven tasks, cut into three projects; `ids` by the tasks' letters."""

    case: dict[str, Any]
    api: ProgramMember
    project_ids: dict[str, UUID]
    ids: dict[str, UUID]
    program: str = ""
    dependencies: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def told(cls, case: dict[str, Any], api: ProgramMember) -> "Golden":
        """Everything said, nothing heard yet."""
        cut, project_ids, ids = case["as_a_program"], {}, {}
        for key, names in cut["projects"].items():
            project_ids[key] = api.projects.project(key)
            for name in names:
                ids[name] = api.projects.task(project_ids[key], name, case["tasks"][name])
        for before, after in case["links"]:
            if [before, after] not in cut["dependencies"]:
                key = next(key for key, names in cut["projects"].items() if before in names)
                api.projects.link(project_ids[key], ids[before], ids[after])
        return cls(case, api, project_ids, ids)

    async def heard(self, **policies: str) -> "Golden":
        """Everything heard, in one program, every dependency committed. `BD="soft"` for a soft one."""
        await self.api.hear()
        self.program = await self.api.program(*self.project_ids.values())
        for before, after in self.case["as_a_program"]["dependencies"]:
            policy = policies.get(before + after, "hard")
            path = await self.api.commit(self.program, self.ids[before], self.ids[after], policy=policy)
            self.dependencies[before, after] = path
        return self

    def letters(self, task_ids: Sequence[str]) -> list[str]:
        """The letters of these tasks."""
        letter = {str(task_id): name for name, task_id in self.ids.items()}
        return [letter[task_id] for task_id in task_ids]
