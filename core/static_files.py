"""Static files with hashed names, plain ES modules included."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN = "playground/"
SLIMMED = (".js", ".css")
# Whole-line comments and indentation. Line ends stay, so that no statement runs into the next one.
WEIGHT = re.compile(r"^[ \t]*//[^\n]*\n|^[ \t]*/\*.*?\*/[ \t]*\n|^[ \t]+", re.M | re.S)


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js";` to the hashed name, so that modules may be cached for ever."""

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OWN) and name.endswith(SLIMMED):
            content.seek(0)  # hashing has read it to its end
            content = ContentFile(slim(content.read().decode()).encode())
        return super()._save(name, content)


def slim(source: str) -> str:
    """The same program in fewer bytes; it must hold no string over several lines (a test forbids them)."""
    return WEIGHT.sub("", source)
