"""Checks of an image request against the limits of its model."""
