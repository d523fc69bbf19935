"""How the one OpenAPI document is made, at build time: `python -m gateway openapi` prints it, `make generate` keeps it in `openapi/interlock.json`.

`merging` puts the gateway's own routes and the services' together, then each of the others completes what came: `names`, `parameters`,
`bounds`, `answers`, `links`, `examples`, `authority`. Nothing here runs while requests are answered.
"""
