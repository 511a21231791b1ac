"""The English formats, which Django finds by `FORMAT_MODULE_PATH`."""
