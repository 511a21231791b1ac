"""What the adapter of any vendor needs: HTTP, deadlines, event streams, bodies, errors, quantities."""
