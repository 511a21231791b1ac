"""Languages, and how their texts are written."""
