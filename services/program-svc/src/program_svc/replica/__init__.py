"""What this service knows of projects: facts heard in events, nothing else, applied revision by revision.

Nobody but :mod:`program_svc.replica.apply` writes these tables, so they can be thrown away and heard again.
"""
