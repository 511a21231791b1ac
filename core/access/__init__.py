"""Who may: API keys, and admission from a snapshot held in memory."""
