"""Answers as HTML: Markdown with tables, code in colour and maths, whole or block by block as it is written.

Two walls stand before a reader: the parser takes no HTML and no address but http, https and mailto, and what
it makes goes through an allow-list of tags, attributes and classes. Nothing is ever loaded from elsewhere: a
picture becomes a link to it. Every answer is cut into blocks by the same rules however it arrives, so that
blocks shown while it was written are the blocks of the whole.
"""

from playground.markdown.blocks import Blocks, render

__all__ = ["Blocks", "render"]
