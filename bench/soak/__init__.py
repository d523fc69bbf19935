"""Random writes on a real stack while its parts are killed, paused and restarted; then what must hold is counted.

`writing` and `disturbing` do the harm, `listening` is everyone who is told, `evidence` asks the databases and the streams, and `invariants`
judges.
"""
