"""The command `llm` with models of `extra-openai-models.yaml`, by chat completions and by Responses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from cases import ADDRESS, IMAGE, INSPECTED, KEY, PLACE, QUESTION, SOUND, TEXT, case, contains, equal, run

COMMAND = Path(sys.executable).with_name("llm")
FOLDER = Path(os.environ["HOME"]) / "llm"
ABLE = {"supports_schema": True, "supports_tools": True, "vision": True, "audio": True}
MODELS = ("lab/talker", "lab/describer", "lab/limited", "lab/nothing", "local/inspector")
TOOL = "def weather(city: str) -> str:\n    'What the weather will be.'\n    return 'rain in ' + city"
ENVIRONMENT = {**os.environ, "LLM_USER_PATH": str(FOLDER)}


def prepare() -> None:
    """JSON is YAML too."""
    FOLDER.mkdir(exist_ok=True)
    chats = [entry(name, name) for name in MODELS]
    responses = [{**entry(f"responses/{name}", name), "responses": True} for name in MODELS]
    (FOLDER / "extra-openai-models.yaml").write_text(json.dumps(chats + responses))
    (FOLDER / "keys.json").write_text(json.dumps({"polyphony": KEY}))


def entry(name: str, model: str) -> dict:
    return {"model_id": name, "model_name": model, "api_base": ADDRESS, "api_key_name": "polyphony", **ABLE}


def llm(*arguments: object) -> str:
    return called(*arguments, environment=ENVIRONMENT, status=0).stdout.strip()


def refused(*arguments: object, **environment: str) -> str:
    return called(*arguments, environment={**ENVIRONMENT, **environment}, status=1).stderr


def called(*arguments: object, environment: dict[str, str], status: int) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, input="", timeout=50)
    if done.returncode != status:
        raise AssertionError(f"it ended with {done.returncode}: {done.stderr[-300:] or done.stdout[-300:]}")
    return done


@case
def models() -> None:
    contains(llm("models"), "lab/talker")


@case
def chat() -> None:
    equal(llm("-m", "lab/talker", "--no-stream", "-s", "Be brief.", QUESTION), TEXT)


@case
def stream() -> None:
    equal(llm("-m", "lab/talker", QUESTION), TEXT)
    contains(called("-m", "lab/talker", "-u", QUESTION, environment=ENVIRONMENT, status=0).stderr, "12 input")


@case
def tools() -> None:
    for options in ((), ("--no-stream",)):
        equal(llm("-m", "lab/talker", "--functions", TOOL, *options, QUESTION), TEXT)


@case
def object() -> None:
    equal(json.loads(llm("-m", "lab/describer", "--schema", "city str", QUESTION)), PLACE)


@case
def image() -> None:
    contains(llm("-m", "local/inspector", "-a", IMAGE, "What is this?"), INSPECTED["image"])


@case
def audio() -> None:
    contains(llm("-m", "local/inspector", "-a", SOUND, "What is this?"), INSPECTED["audio"])


@case
def responses() -> None:
    for options in ((), ("--no-stream",), ("--functions", TOOL)):
        equal(llm("-m", "responses/lab/talker", *options, QUESTION), TEXT)


@case
def turns() -> None:
    for name in ("lab/talker", "responses/lab/talker"):
        llm("-m", name, QUESTION)
        equal(llm("-c", "And the dog?"), TEXT)


@case
def errors() -> None:
    contains(refused("-m", "lab/talker", "--key", "ak_wrong", QUESTION), "key")
    contains(refused("-m", "lab/nothing", QUESTION), "lab/nothing")
    contains(refused("-m", "lab/limited", QUESTION), "429")


prepare()
run()
