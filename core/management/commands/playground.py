"""`manage.py playground`: prepare what is missing (database, seed, static files, admin), then serve."""

from __future__ import annotations

import hashlib
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from twisted.internet.error import CannotListenError

from core import background
from core import checks as checks_of_ours
from core.access.body_sender import body_sender
from core.accounts.sign_in_link import sign_in_token
from core.api.files.incoming_folder import received_there
from core.catalogue import snapshot
from core.catalogue.readiness import readiness
from core.catalogue.seed.tables import seed_catalogue
from core.contract.errors import NotFound, PolyphonyError
from core.management.progress_bar import MEGABYTE, ProgressBar
from core.media import client as media
from core.models import User
from core.operations import weights
from core.providers import registry
from core.server.limits import Limits, body_caps
from core.server.server import serve


class Command(BaseCommand):
    help = "Prepare what is missing, then serve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--tls", action="store_true", help="serve https with a self-signed certificate")
        parser.add_argument("--sign-in", action="store_true", help="print a new sign-in link and leave")

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = "https" if options["tls"] else "http"
        origin = f"{scheme}://{url_host(options['host'])}:{options['port']}"
        if options["sign_in"]:
            self.print_link(origin, find_admin())
            return
        self.refuse(checks_of_ours.exposed_at(options["host"]))
        with alone():
            self.prepare()
            admin = ensure_admin()
        self.fetch_weights()
        Thread(target=prepare_providers, daemon=True).start()
        # imported late: the application reads the static files when it is built
        from core.asgi import application, body_quota  # noqa: PLC0415

        try:
            with received_there():
                serve(
                    application,
                    host=options["host"],
                    port=options["port"],
                    tls=Path(settings.VAR) / "tls" if options["tls"] else None,
                    limits=Limits(
                        body_caps(settings.MAX_UPLOAD_MB),
                        stall_seconds=settings.STALL_SECONDS,
                        drain_seconds=settings.DRAIN_SECONDS,
                    ),
                    trusted_proxies=settings.TRUSTED_PROXIES,
                    find_sender=body_sender,
                    quota=body_quota,
                    draining=start_draining,
                    on_drain=[partial(background.drain, settings.DRAIN_SECONDS)],
                    ready=lambda port: self.welcome(f"{scheme}://{url_host(options['host'])}:{port}", admin),
                )
        except OSError as trouble:
            if not isinstance(trouble.__cause__, CannotListenError):
                raise
            raise CommandError(f"{trouble} PORT chooses another.") from trouble

    def prepare(self) -> None:
        if not is_migrated():
            call_command("migrate", verbosity=0, interactive=False)
        self.check_tables()
        seed_catalogue()
        collect_static()

    def fetch_weights(self) -> None:
        """Fetch what `POLYPHONY_MODELS` names and is not here; a model goes on to be off where that fails."""
        try:
            missing = weights.missing_weights()
        except NotFound as error:
            raise CommandError(f"POLYPHONY_MODELS: {error.message}") from None
        for row in missing:
            self.stdout.write(f"Fetching the weights of local/{row.id}, {row.size / MEGABYTE:.0f} MB, once:")
            bar = ProgressBar(row.id, self.stdout)
            try:
                weights.install(row.id, report=bar)
            except PolyphonyError as error:
                bar.close()
                self.stdout.write(f"local/{row.id} is off until `manage.py install_model {row.id}`.")
                self.stdout.write(error.message)
            except KeyboardInterrupt:
                raise CommandError("Stopped: the next start goes on from here.") from None
            else:
                bar.close()

    def check_tables(self) -> None:
        """Report what is odd in the tables, and end where provider keys cannot be opened."""
        self.check(tags=[checks.Tags.database], databases=[DEFAULT_DB_ALIAS], fail_level=checks.ERROR)

    def refuse(self, found: list[checks.CheckMessage]) -> None:
        """End where one of the messages is an error."""
        if errors := [message for message in found if message.level >= checks.ERROR]:
            raise CommandError("\n".join(f"{message.msg} {message.hint}" for message in errors))

    def welcome(self, origin: str, admin: User) -> None:
        self.stdout.write(f"Polyphony is at {origin}/")
        self.stdout.write(media.memory_description())
        if not admin.has_usable_password():
            self.print_link(origin, admin)
        self.stdout.flush()

    def print_link(self, origin: str, admin: User) -> None:
        self.stdout.write(f"Sign in: {origin}/accounts/sign-in/{sign_in_token(admin)}/")


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time prepare `VAR`: another one that starts meanwhile waits and finds it done."""
    os.umask(0o077)  # database, media and spool are readable for this account only
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    with (Path(settings.VAR) / "prepare.lock").open("w") as lock:
        flock(lock, LOCK_EX)  # until it is closed
        yield


def prepare_providers() -> None:
    """Load certificates and the local engine while the server starts."""
    live = [entry for entry in snapshot.current().providers.values() if readiness(entry).ready]
    connection.close()
    registry.prepare({entry.wire for entry in live} & registry.WIRES.keys())


def start_draining() -> None:
    """Called when a shutdown begins: /readyz answers 503 while running requests finish."""
    background.state.draining = True


def url_host(host: str) -> str:
    """A host for a URL: the wildcard address becomes loopback, IPv6 gets brackets."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def ensure_admin() -> User:
    """The first admin, created where there is none yet."""
    name = settings.POLYPHONY_ADMIN_USERNAME
    existing = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
    if existing is not None:
        return existing
    return User.objects.create_superuser(name, password=settings.POLYPHONY_ADMIN_PASSWORD or None)


def find_admin() -> User:
    named = User.objects.filter(username=settings.POLYPHONY_ADMIN_USERNAME, is_active=True).first()
    admin = named or User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
    if admin is None:
        raise CommandError("There is no admin yet: start the server once.")
    return admin


def collect_static() -> None:
    """Hash and compress static files when one of them, or this release, has changed."""
    note = Path(settings.STATIC_ROOT) / "digest"
    digest = static_digest()
    if note.exists() and note.read_text() == digest:
        return
    note.unlink(missing_ok=True)  # until the files are whole
    began = time.monotonic()
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    note.write_text(digest)
    if time.monotonic() - began > 1:
        print("Static files are ready.", flush=True)


def static_digest() -> str:
    """SHA-256 of names, sizes and times of all source files: quick enough for every start."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
