"""The data folder: who holds it, where its sockets are, what it keeps between two runs."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from launcher.refusal import Refusal

LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have 107 characters


class Held(Refusal):
    """Another launcher holds the folder."""


class Folder:
    """One data folder, held by at most one launcher."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        # Root's database runs as another user, who must be able to pass through.
        self.path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        self._lock: IO[str] | None = None

    def hold(self) -> None:
        """Take the folder until this process ends; Held if another has it."""
        if self._lock:
            return
        lock = (self.path / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Held(f"Trust SI is already running on {self.path}. Stop that one first, or use --data.") from None
        self._lock = lock
        self.forget("running")

    def subfolder(self, name: str) -> Path:
        """A private folder inside."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """Where a server's output goes, started anew."""
        log = self.subfolder("logs") / f"{name}.log"
        log.write_bytes(b"")
        return log

    def clear(self) -> None:
        """Remove the demo's data; the secret key and the logs stay."""
        for name in ("redis", "files", "mail", "notes"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        shutil.rmtree(self.database_home(), ignore_errors=True)

    def database_home(self) -> Path:
        """Folder for PostgreSQL's files: inside, unless root's helper user cannot get there."""
        if os.geteuid() != 0 or _passable(self.path):
            return self.path / "database"
        return Path("/var/lib/trust-si") / self._digest()

    def socket_folder(self, owner: int) -> Path:
        """A short folder that only `owner` and root can enter. Its name follows from the path, so none pile up."""
        folder = self._socket_path()
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, owner, -1)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise Refusal(f"{folder} is not a private folder of ours. Please remove it and start again.")
        return folder

    def remove_sockets(self) -> None:
        """Remove our socket folder, once nobody listens in it; another launcher's stays."""
        if self._lock:
            shutil.rmtree(self._socket_path(), ignore_errors=True)

    def release(self) -> None:
        """Let another launcher have the folder; the end of this process does the same."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def secret_key(self) -> str:
        """Django's key, made once and readable by its owner only."""
        file = self.path / "secret-key"
        with (
            suppress(FileExistsError),
            os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new,
        ):
            new.write(secrets.token_urlsafe(50))
        return file.read_text()

    def note(self, name: str, content: object) -> None:
        """Keep a small value for a later run, or for another launcher beside this one."""
        (self.subfolder("notes") / name).write_text(json.dumps(content))

    def recall(self, name: str) -> object:
        """What was noted, or None."""
        try:
            return json.loads((self.path / "notes" / name).read_text())
        except (OSError, ValueError):
            return None

    def forget(self, name: str) -> None:
        """Remove a note."""
        (self.path / "notes" / name).unlink(missing_ok=True)

    def await_note(self, name: str, patience: float = 15.0) -> object:
        """A note that a launcher beside this one is about to write."""
        deadline = time.monotonic() + patience
        while (content := self.recall(name)) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        return content

    def _socket_path(self) -> Path:
        base = tempfile.gettempdir()
        if len(base) > LONGEST_SOCKET_FOLDER - 30:
            base = "/tmp"  # noqa: S108 - whoever uses the folder checks its owner and mode
        return Path(base) / f"trust-si-{os.geteuid()}-{self._digest()}"

    def _digest(self) -> str:
        return hashlib.sha256(str(self.path).encode()).hexdigest()[:10]


def _passable(path: Path) -> bool:
    """Whether any user may walk down to `path`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents])
