"""Real clients with their default settings against a real server: `python -m tests.clients [NAME ...]`.

Prints a table of client × case and ends with 1 where a case failed. NAME chooses clients; `ai-sdk` is all of
its providers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.clients.clients import CASES, CLIENTS, Client
from tests.clients.installation import NotInstallable, install, python
from tests.clients.server import serving
from tests.clients.table import Outcome, Row, table
from tests.fakes.provider import Provider

SCRIPTS = Path(__file__).parent
SECONDS = 300
"""How long all cases of one client may take."""
LEAVING_SECONDS = 10


def main(names: list[str]) -> int:
    chosen = [client for client in CLIENTS if not names or {client.name, client.name.split()[0]} & {*names}]
    rows = []
    with serving() as (environment, provider):
        for client in chosen:
            print(f"… {client.name}", file=sys.stderr, flush=True)
            rows.append(row(client, environment, provider))
    print(table(rows, CASES))
    return 1 if any(entry.failed for entry in rows) else 0


def row(client: Client, environment: dict[str, str], provider: Provider) -> Row:
    """The outcomes of one client's cases, and whether the provider was left where the client left us."""
    try:
        folder, version = install(client)
    except NotInstallable as error:
        return Row(client.name, {CASES[0]: Outcome("skipped", f"not installable here: {error}")})
    found = outcomes(client, folder, environment)
    if "cancel" in found and not left(provider):
        found["cancel"] = Outcome("failed", "the stream from the provider went on")
    return Row(f"{client.name} {version}", found)


def left(provider: Provider) -> bool:
    """Whether nobody waits for the streams that never end."""
    streams = [seen for seen in provider.requests if seen.asked.get("model") == "stuck"]
    return bool(streams) and all(seen.left.wait(LEAVING_SECONDS) for seen in streams)


def outcomes(client: Client, folder: Path, environment: dict[str, str]) -> dict[str, Outcome]:
    """What the script prints: a line of JSON for each case. A script that fails itself has a reason too."""
    try:
        done = subprocess.run(
            command(client, folder),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        return {**told(error.stdout or b""), "end": Outcome("failed", f"no end after {SECONDS} s")}
    found = told(done.stdout)
    if done.returncode:
        found["end"] = Outcome("failed", (done.stderr.strip().splitlines() or ["no reason"])[-1])
    return found


def command(client: Client, folder: Path) -> list[str]:
    """Node finds packages beside a script only, so its scripts are linked into the client's folder."""
    if not client.is_node:
        return [str(python(folder)), str(SCRIPTS / "python" / client.script), *client.arguments]
    for script in (SCRIPTS / "node").glob("*.mjs"):
        (folder / script.name).write_bytes(script.read_bytes())
    return ["node", client.script, *client.arguments]


def told(output: str | bytes) -> dict[str, Outcome]:
    text = output.decode() if isinstance(output, bytes) else output
    lines = [json.loads(line) for line in text.splitlines() if line.startswith('{"case"')]
    return {line["case"]: Outcome(line["state"], line["reason"]) for line in lines}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
