"""Frozen values that all layers exchange: requests, events, usage, routes, errors; standard library only."""
