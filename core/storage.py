"""Static files with hashed names, plain ES modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js";` to the hashed name, so that modules may be cached for ever."""

    support_js_module_import_aggregation = True
