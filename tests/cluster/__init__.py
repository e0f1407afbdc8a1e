"""The hub on more than one machine, all of them this one: what happens when a part of it goes away.

``python -m tests.cluster`` starts nginx in front of two nodes, PostgreSQL with a streaming replica, and Redis, each from
Debian's package, each with a port and a folder of its own. It keeps readers reading and editors saving, takes one part
after the other away and brings it back, and holds what readers and editors met against the figures that we promise.

`packages` finds the programs, `parts` starts and ends them, `postgres`, `redis`, `nodes` and `nginx` are the parts and
`site` all of them together; `mix` is what readers ask for, `load` has them ask, from a process of its own; `browser` and
`writer` are an editor's; `report` judges and prints. A scenario is a function of `scenarios`.
"""
