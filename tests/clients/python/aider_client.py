"""The command `aider`, which edits a file as the model says."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import KEY, QUESTION, TEXT, case, contains, equal, run

COMMAND = Path(sys.executable).with_name("aider")
ALONE = (
    "--yes-always",
    "--no-check-update",
    "--no-show-model-warnings",
    "--no-gitignore",
    "--analytics-disable",
)
"""Nobody answers its questions, and nothing else is fetched."""
ENVIRONMENT = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def aider(folder: str, *arguments: str, model: str = "openai/lab/talker", key: str = KEY) -> str:
    command = [str(COMMAND), *ALONE, "--no-git", "--model", model, *arguments]
    environment = {**ENVIRONMENT, "OPENAI_API_KEY": key}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, input="", timeout=55
    )
    return done.stdout + done.stderr


@case
def chat() -> None:
    with tempfile.TemporaryDirectory() as folder:
        contains(aider(folder, "--no-stream", "--chat-mode", "ask", "--message", QUESTION), TEXT)


@case
def stream() -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = aider(folder, "--chat-mode", "ask", "--message", QUESTION)
        contains(said, TEXT)
        contains(said, "10 received")


@case
def object() -> None:
    """A file as it is to be."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "greeting.txt"
        file.write_text("Hello.\n")
        said = aider(folder, "--message", "Greet.", "greeting.txt", model="openai/lab/editor")
        if file.read_text() != "Good morning.\n":
            raise AssertionError(said[-400:])


@case
def errors() -> None:
    with tempfile.TemporaryDirectory() as folder:
        contains(aider(folder, "--message", QUESTION, key="ak_wrong"), "AuthenticationError")
        contains(aider(folder, "--message", QUESTION, model="openai/lab/nothing"), "NotFoundError")


equal(COMMAND.exists(), True)
run()
