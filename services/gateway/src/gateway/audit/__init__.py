"""Who changed what: an append-only log, chained so that tampering shows."""
