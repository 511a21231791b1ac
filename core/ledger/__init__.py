"""The ledger: what every request used and what it cost.

The ledger is write-ahead. Before a byte leaves for a provider, one transaction has stored the usage record,
its attempt and the reservation in every budget that counts; after the answer another one settles them. A
process that dies in between leaves an open record, and the sweeper of any other process completes it with
the worst case. So billing depends on no `finally`, and nothing is charged twice: a record is settled by an
update that matches open records only.

An error while one request is stored affects that request alone. While the database is away, nothing new
is sent (`Unavailable`), and settlements wait on disk.
"""

from core.ledger.record import Record, open

__all__ = ["Record", "open"]
