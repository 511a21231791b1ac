"""Checks a request against its model before anything is sent: a module per task, and the parts they share."""
