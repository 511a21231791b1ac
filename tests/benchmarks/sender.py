"""A client that sends one large body, in a process of its own: what others wait for must not be its doing.

`python -m tests.benchmarks.sender` reads port, path, headers as JSON and the body's file on its command line
and prints the status of the answer and the seconds it took.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from pathlib import Path


def main(port: str, path: str, headers: str, file: str) -> None:
    body = Path(file).read_bytes()
    client = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
    began = time.perf_counter()
    client.request("POST", path, body, json.loads(headers))
    answer = client.getresponse()
    answer.read()
    print(answer.status, time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
