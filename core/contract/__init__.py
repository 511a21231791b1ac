"""The words: frozen values that every layer speaks, built from the standard library alone."""
