"""How static files are kept for the browser."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names that change with the content, inside JavaScript modules too: a new module never meets an old one."""

    support_js_module_import_aggregation = True
