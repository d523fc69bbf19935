"""Several calendars as arrays, for loops that go from the working minutes of one to those of another."""
