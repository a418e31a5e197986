"""How fast the store, the commands, the projections and the notice are, beside what else one could use.

Three peers do the same work in turns on one PostgreSQL with durable commits:

- *ours*: this package;
- *stock*: the library `eventsourcing` with its own PostgreSQL module, mapper and recorder;
- *plain*: row tables with an audit trigger, through SQL alone.

`python -m taizhang.scripts.bench --help`; what is measured and what came out is in docs/performance.md.
"""
