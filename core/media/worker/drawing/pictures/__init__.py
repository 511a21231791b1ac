"""The pictures that `local/canvas` can draw, one module each; `draw(sheet)` returns an image."""
