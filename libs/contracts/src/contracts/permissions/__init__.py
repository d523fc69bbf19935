"""Who may do what: one table, from which services enforce, the API document tells, and `docs/permissions.md` is written.

`records` is the table: each kind of record, where its routes are, and for each action who may take it. `required` finds the row of a
route. What a caller has is in its internal token (`contracts.tokens`); the two are put together by `chassis.authority`.
"""

from contracts.permissions.lookup import of_record, required
from contracts.permissions.records import RECORDS
from contracts.permissions.table import Permission, Record
from contracts.permissions.who import Who

__all__ = ["RECORDS", "Permission", "Record", "Who", "of_record", "required"]
