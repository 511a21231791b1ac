"""The route of a model's requests as a picture and a table: what is asked in which order, how it is now."""
