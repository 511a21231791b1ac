"""The text of a page."""

from __future__ import annotations

import re


def page_text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())
