"""Our own scripts as browsers get them."""

from __future__ import annotations

from django.core.files.base import ContentFile

from core.static_files import ModuleStorage, minify

SOURCE = """// What it is for.

/** A promise
 *  over two lines. */
export function first(items) {
  const url = "https://example.org"; // kept: not a line of its own
  return items[0];
}
"""
MINIFIED = """
export function first(items) {
const url = "https://example.org"; // kept: not a line of its own
return items[0];
}
"""


def test_minify_drops_comment_lines_and_indentation():
    assert minify(SOURCE) == MINIFIED


def test_minifying_twice_changes_nothing():
    assert minify(minify(SOURCE)) == MINIFIED


def saved(folder, name: str) -> str:
    storage = ModuleStorage(location=str(folder), base_url="/static/")
    return (folder / storage.save(name, ContentFile(SOURCE.encode()))).read_text()


def test_our_scripts_are_minified(tmp_path):
    assert saved(tmp_path, "playground/js/first.js") == MINIFIED


def test_hashed_files_are_minified_too(tmp_path):
    storage = ModuleStorage(location=str(tmp_path), base_url="/static/")
    name = storage.save("playground/js/first.js", ContentFile(SOURCE.encode()))
    hashed = {new for _, new, _ in storage.post_process({name: (storage, name)})}
    assert [(tmp_path / new).read_text() for new in hashed if new.endswith(".js")] == [MINIFIED]


def test_scripts_of_others_are_unchanged(tmp_path):
    assert saved(tmp_path, "admin/js/first.js") == SOURCE
