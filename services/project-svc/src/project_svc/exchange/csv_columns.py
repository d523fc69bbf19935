"""What a table has: its columns, and how what is more than a value is written in them."""

COLUMNS = (
    *("id", "name", "kind", "parent", "wbs", "duration", "start", "finish", "predecessors", "constraint"),
    *("constraint_date", "deadline", "percent_complete", "actual_start", "actual_finish", "notes"),
    *("resources", "units", "rate"),
    *(
        "mode",
        "remaining",
        "work_mode",
        "active",
        "planned_start",
        "planned_finish",
        "data_date",
        "currency",
        "manager",
        "guid",
    ),
)
NEEDED = ("id", "name")
PROJECT = "project"
"""What the kind of the row says that is about the project itself."""
OUTSIDE = "\\"
"""Between the name of another project and a task's id there."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a text."""
YES, NO = "yes", "no"
