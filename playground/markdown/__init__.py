"""Answers as HTML: Markdown with tables, highlighted code and maths, whole or block by block as it streams.

Two filters keep it safe: the parser takes no HTML and no address but http, https and mailto, and its output
goes through an allow-list of tags, attributes and classes. Nothing is loaded from other hosts: an image
becomes a link to it. A text is split into blocks by the same rules however it arrives, so the blocks sent
while it streams are those of the whole text.
"""

from playground.markdown.blocks import BlockRenderer, render

__all__ = ["BlockRenderer", "render"]
