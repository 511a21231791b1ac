"""The ledger's writes: one writer thread, its SQL and transactions, the spool and the sweep after a crash."""
