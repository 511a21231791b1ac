"""What a browser gets of our own static files."""

from __future__ import annotations

from django.core.files.base import ContentFile

from core.static_files import ModuleStorage, slim

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


def test_hashed_names_hold_the_same_slim_script(tmp_path):
    storage = ModuleStorage(location=str(tmp_path), base_url="/static/")
    name = storage.save("playground/js/first.js", ContentFile(SOURCE.encode()))
    hashed = {new for _, new, _ in storage.post_process({name: (storage, name)})}
    assert [(tmp_path / new).read_text() for new in hashed if new.endswith(".js")] == [SLIM]


def test_storage_leaves_the_scripts_of_others(tmp_path):
    assert saved(tmp_path, "admin/js/first.js") == SOURCE
