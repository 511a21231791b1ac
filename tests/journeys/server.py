"""Runs the real program in a process: an empty folder, a free port, and models that fail on purpose."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"Sign in: (http://\S+)/accounts/sign-in/(\S+)/")
DATABASE, SECRETS = "polyphony.sqlite3", "secrets.json"
START_SECONDS = 200
REMOVED_VARIABLES = (
    "_API_KEY",
    "_BASE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "MEDIA_ROOT",
    "SECRET_KEY",
    "HOST",
    "PORT",
)

STAGE = """
from core.models import AIModel, Endpoint, Price, Provider, User, Voice
stage = Provider.objects.create(slug="stage", name="Stage", wire="rehearsal", needs_key=False)
PARTS = {
    "tone": ("rehearsal", {}),
    "long": ("rehearsal", {"delay": 0.4}),
    "busy": ("rehearsal-429", {}),
    "broken": ("rehearsal-500", {}),
    "cut": ("rehearsal-cut", {}),
    "turn": ("rehearsal", {"first_delay": 1.5}),
}
for name, (upstream, options) in PARTS.items():
    model = AIModel.objects.create(
        slug=f"stage/{name}", name=f"Stage {name}", author="Stage", tasks=["speech"], formats=["pcm", "wav"],
        limits={"characters": 500}, input_modalities=["text"], output_modalities=["speech"],
        features=["speed", "instructions"], speed_min=0.25, speed_max=4.0,
    )
    Voice.objects.create(model=model, voice_id="tone", name="Tone")
    endpoint = Endpoint.objects.create(model=model, provider=stage, upstream_id=upstream, options=options)
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit="0.00001")
full = Provider.objects.create(slug="full", name="Full", wire="rehearsal", needs_key=False)
turn = AIModel.objects.get(slug="stage/turn")
Endpoint.objects.filter(model=turn).update(priority=1)
Endpoint.objects.create(model=turn, provider=full, upstream_id="rehearsal-429", priority=0)
WORDS_ONLY = {"images": 0, "mask": False, "variations": False, "seed": False, "n": 1}
DRAWERS = {
    "pictures": ("rehearsal-image", {"delay": 0.05}, {}),
    "slow-pictures": ("rehearsal-image", {"delay": 1.0}, {}),
    "cut-pictures": ("rehearsal-image-cut", {"cut_after": 3}, {}),
    "broken-pictures": ("rehearsal-image-500", {}, {}),
    "refused-pictures": ("rehearsal-image-refused", {}, {}),
    "words-only": ("rehearsal-image", {}, WORDS_ONLY),
}
for name, (upstream, options, limits) in DRAWERS.items():
    model = AIModel.objects.create(
        slug=f"stage/{name}", name=f"Stage {name}", author="Stage", tasks=["image"],
        input_modalities=["text", "image"], output_modalities=["image"], limits={
            "characters": 500, "n": 4, "images": 4, "sizes": ["auto", "256x256", "384x256", "256x384"],
            "custom_size": {"edge": 1024, "pixels": [64, 1048576]}, "qualities": ["auto", "low", "high"],
            "backgrounds": ["auto", "opaque", "transparent"], "formats": ["png"], "partial_images": 3,
            "seed": True, "mask": True, "variations": True, **limits,
        },
    )
    endpoint = Endpoint.objects.create(model=model, provider=stage, upstream_id=upstream, options=options)
    Price.objects.create(endpoint=endpoint, kind="image_out", unit="image", usd_per_unit="0.02")
    Price.objects.create(endpoint=endpoint, kind="image_in", unit="image", usd_per_unit="0.005")
User.objects.create_user("charlie", password="a long pass phrase")
"""


@dataclass
class Program:
    """A running `manage.py playground`; `lines` is all it has printed."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    origin: str = ""
    token: str = ""
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread = field(init=False)
    runner: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=read_output, args=(self,), daemon=True)
        self.reader.start()

    @property
    def port(self) -> int:
        return int(self.origin.rsplit(":", 1)[1])

    def shell(self, code: str) -> Any:
        """Run `code` in the program's database; what it prints as JSON. One process runs all of them."""
        if self.runner is None:
            self.runner = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.shell"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.runner.stdin is not None
        assert self.runner.stdout is not None
        self.runner.stdin.write(json.dumps(code) + "\n")
        self.runner.stdin.flush()
        printed, failed = json.loads(self.runner.stdout.readline())
        assert not failed, failed
        return json.loads(printed) if printed.strip() else None

    def recent_output(self) -> str:
        return "".join(self.lines[-40:])

    def stop(self) -> None:
        if self.runner is not None:
            self.runner.communicate(timeout=10)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)
        if self.process.stdout:
            self.process.stdout.close()


def start(folder: Path, shared: Path) -> Program:
    """Serve from `folder`; returns when the sign-in link has been printed.

    The first program that comes to `shared` begins with nothing and leaves there a copy of what it prepared;
    later ones begin with that, as after a restart: compressing the static files takes long.
    """
    prepared = shared / "prepared"
    with (shared / "program.lock").open("w") as lock:
        flock(lock, LOCK_EX)  # until it is closed
        if not (prepared / SECRETS).exists():
            program = launch(folder)
            program.shell(STAGE)
            copy_prepared(folder, prepared)
            return program
    copy_prepared(prepared, folder)
    return launch(folder)


def copy_prepared(source: Path, target: Path) -> None:
    """Static files, the database, which may be in use, and, last, the secrets."""
    shutil.copytree(source / "static", target / "static")
    with (
        closing(sqlite3.connect(source / DATABASE)) as database,
        closing(sqlite3.connect(target / DATABASE)) as copy,
    ):
        database.backup(copy)
    shutil.copy(source / SECRETS, target)


def launch(folder: Path) -> Program:
    environment = {name: value for name, value in os.environ.items() if not name.endswith(REMOVED_VARIABLES)}
    environment |= {
        "POLYPHONY_VAR": str(folder),
        "ALLOWED_HOSTS": "127.0.0.1,localhost,lan.test",
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "PYTHONUNBUFFERED": "1",
        "DRAIN_SECONDS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "playground", "--host", "127.0.0.1", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    program = Program(process, environment)
    deadline = time.monotonic() + START_SECONDS
    while not program.origin:
        if process.poll() is not None or time.monotonic() > deadline:
            program.stop()
            raise RuntimeError("the program did not start: " + program.recent_output())
        time.sleep(0.05)
    return program


def read_output(program: Program) -> None:
    for line in program.process.stdout or ():
        program.lines.append(line)
        if found := LINK.search(line):
            program.token, program.origin = found[2], found[1]
