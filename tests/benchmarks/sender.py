"""A client that sends one large body, in a process of its own: what others wait for must not be its doing.

`python -m tests.benchmarks.sender` reads port, path, key, content type and the body's file on its command
line and prints the status of the answer and the seconds it took, as JSON.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from pathlib import Path


def main(port: str, path: str, key: str, content_type: str, file: str) -> None:
    body = Path(file).read_bytes()
    client = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
    began = time.monotonic()
    client.request("POST", path, body, {"Content-Type": content_type, "Authorization": f"Bearer {key}"})
    answer = client.getresponse()
    answer.read()
    print(json.dumps({"status": answer.status, "seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main(*sys.argv[1:])
