"""The books: what every request used and what it cost.

The ledger is write-ahead. Before a byte leaves for a provider, one transaction has made the usage record,
its attempt and the reservation in every budget that counts; after the answer another one settles them. A
process that dies in between leaves an open record, and the sweeper of any other process completes it with
the worst case. So billing depends on no `finally`, and nothing is owed twice: a record is settled by an
update that only an open record obeys.

An error anywhere in one request's writing is that request's alone. When the database is away, nothing new
leaves (`Unavailable`), and settlements wait on disk.
"""

from core.ledger.record import Entry, open

__all__ = ["Entry", "open"]
