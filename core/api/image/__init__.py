"""`images/…`: pictures generated, edited and varied, their addresses, and the models that make them."""
