"""The database and the broker, ours or those that the environment names, and the product's environment."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from launcher import postgres, redis, roles
from launcher.children import Children
from launcher.folder import Folder, Held
from launcher.refusal import Refusal

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable


@dataclass(frozen=True)
class Services:
    """Addresses of what the product stands on."""

    database: str
    owner_database: str
    broker: str
    own_database: bool

    def environment(self, folder: Folder, **more: str) -> dict[str, str]:
        """Settings of the product; what is already set in the environment wins."""
        ours = {
            "SECRET_KEY": folder.secret_key(),
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATA_DIR": str(folder.subfolder("files")),
            # Four slashes: the address's path begins after the third, so a folder from the root needs one of its own.
            "EMAIL_URL": f"filemail:///{quote(str(folder.subfolder('mail')))}",
            "DJANGO_SETTINGS_MODULE": "trust_si.settings",
            **more,
        }
        addresses = {
            "DATABASE_URL": self.database,
            "DATABASE_OWNER_URL": self.owner_database,
            "REDIS_URL": self.broker,
        }
        return {**ours, **os.environ, **addresses}


@contextmanager
def started(folder: Folder, children: Children, *, careless: bool = False) -> Iterator[Services]:
    """Hold the folder, start what the environment does not name, and say where it is."""
    folder.hold()
    named = _named_databases()
    if named:
        (database, owner), sockets = named, folder.socket_folder(os.geteuid())
        roles.settle(owner, database)
    else:
        server = postgres.start(folder, children, careless=careless)
        roles.provide(server.url(postgres.SUPERUSER, "postgres"))
        database, owner, sockets = server.url(roles.APPLICATION), server.url(roles.OWNER), server.sockets
    broker = os.environ.get("REDIS_URL") or redis.start(folder, children, sockets, careless=careless)
    services = Services(database, owner, broker, own_database=named is None)
    folder.note("running", asdict(services))
    try:
        yield services
    finally:
        folder.forget("running")


@contextmanager
def joined_or_started(folder: Folder, children: Children) -> Iterator[Services]:
    """Use the services of a launcher that holds the folder, else start them for a while."""
    try:
        with started(folder, children) as services:
            yield services
        return
    except Held:
        noted = folder.await_note("running")
    if not isinstance(noted, dict):
        raise Refusal(f"Trust SI is just starting or stopping on {folder.path}. Please try again in a moment.")
    yield Services(**noted)


def _named_databases() -> tuple[str, str] | None:
    """The application's and the owner's address, when the environment names them."""
    database, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if not database and not owner:
        return None
    if not (database and owner):
        raise Refusal(
            "DATABASE_URL (the application's login) and DATABASE_OWNER_URL (the owner's, for migrations) go together: "
            "set both, or neither."
        )
    return database, owner
