"""The inspector's report: measurements rendered as Markdown and as sentences for speech."""
