"""Pictures: the bodies of `images/generations`, `images/edits` and `images/variations`, and their answers."""
