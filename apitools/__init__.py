"""Other people's programs over the one OpenAPI document: a linter with public rules, and generators of typed clients.

They live in environments of their own under `.venv-api`, at the versions listed beside this file; nothing of them is deployed.
"""
