"""Redis as a child process, reached only through a private socket."""

import socket
import time
from pathlib import Path

from launcher.binaries import redis_program
from launcher.children import Children
from launcher.folder import Folder
from launcher.refusal import Refusal

PATIENCE = 15.0  # seconds


def start(folder: Folder, children: Children, sockets: Path, *, careless: bool = False) -> str:
    """Start Redis and return its address; what waits in its queues survives a stop unless `careless`."""
    path = sockets / "redis.sock"
    path.unlink(missing_ok=True)
    keep = "no" if careless else "yes"
    command: list[str | Path] = [redis_program(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
    command += ["--dir", folder.subfolder("redis"), "--save", "", "--appendonly", keep, "--daemonize", "no"]
    log = folder.log("redis")
    child = children.start("Redis", command, log=log)
    deadline = time.monotonic() + PATIENCE
    while child.process.poll() is None and time.monotonic() < deadline:
        if _answers(path):
            return f"unix://{path}"
        time.sleep(0.01)
    raise Refusal(f"Redis did not start. Its log is {log}:\n{child.last_words()}")


def _answers(path: Path) -> bool:
    """Whether it is there and has read its file: it says LOADING before."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(32).startswith(b"+PONG")
    except OSError:
        return False
