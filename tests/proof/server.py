"""One server process of a proof: `python -m tests.proof.server uvicorn|daphne`; prints its port as JSON.

`PROOF_POINT` and `PROOF_COUNT` name the place at which it kills itself, and the how manieth time.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading

import uvicorn


def main(name: str) -> None:
    threading.Thread(target=end_with_the_proof, daemon=True).start()
    {"uvicorn": by_uvicorn, "daphne": by_daphne}[name]()


def end_with_the_proof() -> None:
    """A proof that is killed closes our standard input; nobody else would end this process then."""
    sys.stdin.read()
    os._exit(1)


def by_uvicorn() -> None:
    from core.asgi import application  # noqa: PLC0415 - sets Django up

    put_fault_point()
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    ready(listening.getsockname()[1])
    config = uvicorn.Config(
        application,
        http="core.server.uvicorn_protocol:Protocol",
        proxy_headers=False,
        access_log=False,
        log_level="warning",
    )
    uvicorn.Server(config).run(sockets=[listening])


def by_daphne() -> None:
    from core.server.server import serve  # noqa: I001, PLC0415 - installs a reactor, before anything else

    from core.asgi import application  # noqa: PLC0415 - sets Django up
    from core import background  # noqa: PLC0415 - imports models

    put_fault_point()

    def draining() -> None:
        background.state.draining = True

    async def drain() -> None:
        await background.drain(float(os.environ.get("DRAIN_SECONDS", "30")))

    serve(application, "127.0.0.1", 0, ready=ready, draining=draining, on_drain=[drain])


def put_fault_point() -> None:
    if point := os.environ.get("PROOF_POINT"):
        from tests.proof import fault_points  # noqa: PLC0415 - imports models

        fault_points.put(point, int(os.environ["PROOF_COUNT"]))


def ready(port: int) -> None:
    print(json.dumps({"port": port}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
