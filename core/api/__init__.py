"""The machines' face: a Starlette application beside Django, in front of the same door as the pages."""
