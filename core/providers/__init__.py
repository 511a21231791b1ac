"""The adapters: one package for each wire, found through `registry`."""
