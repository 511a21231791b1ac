"""Request bodies of the API, the requests they become, and the answers made from the events."""
