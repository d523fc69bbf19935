"""The reference for `http.*`: the least that a gateway and a service can do for the same requests in Python.

An ASGI gateway over a raw connection pool, and a service that answers each request with one SQL statement, outbox row included. No
tokens, no row-level security, no tracing, no validation, no schedule: nobody would run it, and nobody in Python gets past it.
"""
