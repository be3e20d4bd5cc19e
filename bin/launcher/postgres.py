"""PostgreSQL as a child process: made once, reached only through a private socket."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from launcher.binaries import postgres_folder, trees_of
from launcher.children import Child, Children
from launcher.folder import Folder
from launcher.refusal import Refusal

SUPERUSER = "postgres"
PATIENCE = 30.0  # seconds for a start, of which a crash's recovery may take some
# A test's data may be lost with the power.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB")


@dataclass(frozen=True)
class Server:
    """A running server and how to reach it."""

    child: Child
    sockets: Path

    def url(self, user: str, database: str = "trust_si") -> str:
        """Address of a database for one login."""
        return f"postgres://{user}@/{database}?host={self.sockets}"


def start(folder: Folder, children: Children, *, careless: bool = False) -> Server:
    """Start PostgreSQL on the folder's data, making that first where there is none."""
    helper = _helper_user()
    owner = pwd.getpwnam(helper).pw_uid if helper else os.geteuid()
    home = folder.database_home()
    for made in (home.parent, home):
        made.mkdir(mode=0o711 if helper else 0o700, exist_ok=True)
    os.chown(home, owner, -1)
    data = home / "data"
    binaries = _readable_binaries(home, postgres_folder(_version_of(data)), helper)
    if not data.exists():
        _initialise(binaries, data, helper)
    sockets = folder.socket_folder(owner)
    settings = ["listen_addresses=", f"unix_socket_directories={sockets}", "unix_socket_permissions=0700"]
    options = [word for setting in [*settings, *(CARELESS if careless else ())] for word in ("-c", setting)]
    command: list[str | Path] = [binaries / "postgres", "-D", data, *options]
    return _start_patiently(children, command, folder=folder, data=data, sockets=sockets, helper=helper)


def _start_patiently(
    children: Children, command: list[str | Path], *, folder: Folder, data: Path, sockets: Path, helper: str | None
) -> Server:
    """Start and wait until it answers; after a crash its old processes may hold the data for some seconds yet."""
    deadline = time.monotonic() + PATIENCE
    log = folder.log("postgres")
    _clear_stale_lock(data, deadline)
    while True:
        child = children.start("PostgreSQL", command, log=log, cwd=data.parent, user=helper, stop_signal=signal.SIGINT)
        server = Server(child, sockets)
        while child.process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(server.url(SUPERUSER, "postgres"), connect_timeout=5).close()
                return server
            except psycopg.OperationalError:
                time.sleep(0.02)
        words = child.last_words()
        children.stop(child)
        if time.monotonic() >= deadline or ("in use" not in words and "lock file" not in words):
            raise Refusal(f"PostgreSQL did not start. Its log is {log}:\n{words}")
        time.sleep(0.5)
        _clear_stale_lock(data, deadline)


def _initialise(binaries: Path, data: Path, helper: str | None) -> None:
    """Make the cluster beside its place and move it there whole: an interrupted run leaves nothing half made."""
    making = data.with_name("data.new")
    shutil.rmtree(making, ignore_errors=True)
    # --no-sync: until the first checkpoint a power cut would cost an empty demo and save a second.
    command: list[str | Path] = [
        binaries / "initdb",
        "-D",
        making,
        "-U",
        SUPERUSER,
        "--auth=trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]
    done = subprocess.run(
        [*command, "--locale=C.UTF-8"], cwd=data.parent, user=helper, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refusal(f"The database could not be made:\n{done.stderr.strip()}")
    making.rename(data)


def _version_of(data: Path) -> int | None:
    """Major version that made the data."""
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def _clear_stale_lock(data: Path, deadline: float) -> None:
    """Remove a pid file whose process is not this cluster's; wait for one that is still stopping.

    A number may by now belong to anybody, so it is believed only if that process works in our data folder.
    """
    lock = data / "postmaster.pid"
    while lock.exists() and _works_in(lock, data) and time.monotonic() < deadline:
        time.sleep(0.1)
    if not _works_in(lock, data):
        lock.unlink(missing_ok=True)


def _works_in(lock: Path, data: Path) -> bool:
    try:
        process = Path("/proc") / str(int(lock.read_text().split("\n", 1)[0]))
        return (process / "cwd").readlink() == data and (process / "exe").readlink().name.startswith("postgres")
    except (OSError, ValueError):
        return False


def _helper_user() -> str | None:
    """PostgreSQL refuses to run as root; an account that has no other rights will do, and none is made."""
    return "nobody" if os.geteuid() == 0 else None


def _readable_binaries(home: Path, binaries: Path, helper: str | None) -> Path:
    """The programs, copied beside the data where the helper user cannot get at them (root's own home)."""
    if helper is None or all(f.stat().st_mode & stat.S_IXOTH for f in [binaries, *binaries.parents]):
        return binaries
    copy = home / "programs"
    if not copy.exists():
        unfinished = home / "programs.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        for tree in trees_of(binaries):
            shutil.copytree(tree, unfinished / tree.name, symlinks=True)
        unfinished.rename(copy)
    return copy / binaries.relative_to(trees_of(binaries)[0].parent)
