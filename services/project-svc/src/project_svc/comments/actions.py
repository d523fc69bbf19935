"""What can happen to a comment: somebody says something, says it better, it is resolved, or taken back."""

from uuid import UUID

from sqlalchemy import select

from chassis.identity import Identity
from chassis.patch import changes_of
from chassis.problem import FieldError, NotFound
from contracts.project_events.comments import CommentedRecord, CommentState
from contracts.vocabulary import OrganizationRole, ProjectRole
from project_svc.comments.models import COMMENTS, TABLES, CommentCreate, CommentUpdate, CommentWritten, NotTheAuthor
from project_svc.projects.locked import LockedProject
from project_svc.records import METADATA
from project_svc.register.actions import Entry, change, create, remove


async def create_comment(project: LockedProject, body: CommentCreate, author: str) -> Entry[CommentState]:
    """Say something about a record of the project. Raises NotFound for one that it does not have."""
    await _check_record(project, body.record, body.record_id)
    fields = {name: getattr(body, name) for name in CommentCreate.model_fields}
    return await create(project, COMMENTS, CommentWritten(**fields, author=author))


async def update_comment(
    project: LockedProject, comment: CommentState, body: CommentUpdate, identity: Identity
) -> Entry[CommentState]:
    """Change what was said, which only its author does, or resolve it. Raises NotTheAuthor (403), IllegalStep (409)."""
    if changes_of(body).keys() - {"state"} and comment.author != identity.subject:
        raise NotTheAuthor
    return await change(project, COMMENTS, comment, body)


async def delete_comment(project: LockedProject, comment: CommentState, identity: Identity) -> None:
    """Take a comment back. Raises NotTheAuthor (403) unless the caller said it, or manages the project."""
    manages = (
        OrganizationRole.ADMIN in identity.roles or identity.projects.get(project.id) is ProjectRole.PROJECT_MANAGER
    )
    if comment.author != identity.subject and not manages:
        raise NotTheAuthor
    await remove(project, COMMENTS, comment)


async def _check_record(project: LockedProject, record: CommentedRecord, record_id: UUID) -> None:
    if record is CommentedRecord.PROJECT:
        is_here = record_id == project.id
    else:
        table = METADATA.tables[TABLES[record]]
        here = select(table.c.id).where(table.c.id == record_id, table.c.project_id == project.id)
        is_here = (await project.session.execute(here)).scalar_one_or_none() is not None
    if not is_here:
        message = f"There is no such {record.replace('_', ' ')} in this project: {record_id}."
        error = FieldError(location="body", pointer="/record_id", rule="unknown_record", message=message)
        raise NotFound(message, errors=[error])
