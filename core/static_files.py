"""Static files with hashed names, ES modules included."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN = "playground/"
MINIFIED = (".js", ".css")
# Whole-line comments and indentation. Line ends stay, so that no statement runs into the next one.
REMOVABLE = re.compile(r"^[ \t]*//[^\n]*\n|^[ \t]*/\*.*?\*/[ \t]*\n|^[ \t]+", re.M | re.S)


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js";` to the hashed name, so that modules can be cached without limit."""

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OWN) and name.endswith(MINIFIED):
            content.seek(0)  # hashing has read it to its end
            content = ContentFile(minify(content.read().decode()).encode())
        return super()._save(name, content)


def minify(source: str) -> str:
    """The source without comment lines and indentation; it may have no string over several lines (a test)."""
    return REMOVABLE.sub("", source)
