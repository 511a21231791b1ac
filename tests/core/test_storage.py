"""What a browser gets of our own static files."""

from __future__ import annotations

from django.core.files.base import ContentFile

from core.storage import ModuleStorage, slim

SOURCE = """// What it is for.

/** A promise
 *  over two lines. */
export function first(items) {
  const url = "https://example.org"; // kept: not a line of its own
  return items[0];
}
"""
SLIM = """
export function first(items) {
const url = "https://example.org"; // kept: not a line of its own
return items[0];
}
"""


def test_slim_drops_comment_lines_and_indentation():
    assert slim(SOURCE) == SLIM


def test_slim_twice_changes_nothing_more():
    assert slim(slim(SOURCE)) == SLIM


def saved(folder, name: str) -> str:
    storage = ModuleStorage(location=str(folder), base_url="/static/")
    return (folder / storage.save(name, ContentFile(SOURCE.encode()))).read_text()


def test_storage_slims_our_scripts(tmp_path):
    assert saved(tmp_path, "playground/js/first.js") == SLIM


def test_storage_leaves_the_scripts_of_others(tmp_path):
    assert saved(tmp_path, "admin/js/first.js") == SOURCE
