"""How far the projectors go: organisations and their changes drawn at random, projectors that take what the real ones were measured to take.

`python -m bench.scale` prints the table of docs/scale.md. It measures nothing and takes no wall time into account: the same seed gives the
same table on every machine.
"""
