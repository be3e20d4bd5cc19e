"""What a newcomer waits for (measure P12): an empty database migrated, and the demo's first page from a warm install.

    bin/bench cold

The demo is started twice on a folder of its own: with nothing there, then again with its data.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DATA_DIR", "EMAIL_URL", "SECURE", "SECRET_KEY")


def main() -> None:
    print(f"P12 migrate an empty database: {migrate():.1f} s (goal 30)")
    with tempfile.TemporaryDirectory(prefix="trust-si-cold-") as folder:
        os.chmod(folder, 0o711)
        print(f"P12 demo's first page, nothing there: {first_page(folder):.1f} s")
        print(f"P12 demo's first page, warm: {first_page(folder):.1f} s (goal 10)")


def migrate() -> float:
    """Seconds to bring a new database of the same server up to date."""
    import psycopg

    owner = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as link:
        link.execute("create database bench_cold template template0")
    address = re.sub(r"/trust_si(\?|$)", r"/bench_cold\1", owner)
    env = {**os.environ, "DATABASE_URL": address, "DATABASE_OWNER_URL": address}
    began = time.monotonic()
    subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"], cwd=ROOT, env=env, check=True)
    return time.monotonic() - began


def first_page(folder: str) -> float:
    """Seconds from the command to the first page that a browser would show."""
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    command = [str(ROOT / "bin" / "demo"), "--port", "0", "--data", folder]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout or ():
            if found := re.match(r"Ready: (http://\S+)", line):
                with urllib.request.urlopen(found[1], timeout=30) as answer:
                    answer.read()
                return time.monotonic() - began
        raise RuntimeError("the demo did not start")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


if __name__ == "__main__":
    main()
