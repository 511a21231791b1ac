"""Response bodies made from catalogue entries, usage records and budgets."""
