"""The declared records of programs: their tables, what can happen to them, their routes. See `chassis.register`."""
