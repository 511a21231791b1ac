"""`manage.py detect_servers`: find model servers on this machine."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError

from core import operations
from core.contract.errors import PolyphonyError

SHOWN = 5


class Command(BaseCommand):
    help = "Look for model servers on this machine; nothing is added unless asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--add", metavar="NAME", help="make a provider of the server that was found")
        parser.add_argument("--port", type=int, help="only this port of this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        ports = (options["port"],) if options["port"] else operations.PORTS
        servers = async_to_sync(operations.detect_servers)(ports)
        for server in servers:
            self.stdout.write(f"{server.kind} at {server.url}: {describe(server)}")
        if not servers:
            self.stdout.write(f"Nothing answers at {', '.join(map(str, ports))} on this machine.")
        if options["add"]:
            self.add(servers, options["add"])

    def add(self, servers: list[operations.DetectedServer], name: str) -> None:
        named = [server for server in servers if server.kind.casefold() == name.casefold()]
        servers = named or servers
        if len(servers) != 1:
            raise CommandError("Nothing to add." if not servers else "Choose one server with --port.")
        try:
            provider = operations.add_server(servers[0], name)
        except PolyphonyError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"Added provider {provider.slug}: now run sync_models --provider {provider.slug} --add"
        )


def describe(server: operations.DetectedServer) -> str:
    """The models it lists, shortened."""
    if server.models is None:
        return "wants a key"
    names = ", ".join(server.models[:SHOWN])
    return f"{len(server.models)} model{'s' * (len(server.models) != 1)}" + (
        f" ({names}{', …' if len(server.models) > SHOWN else ''})" if names else ""
    )
