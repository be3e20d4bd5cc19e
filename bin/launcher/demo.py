"""bin/demo and bin/dev: the whole system together, until Ctrl-C."""

import argparse
import multiprocessing
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from launcher.children import Child, Children
from launcher.folder import Folder
from launcher.prepare import finish_step, prepare, start_step
from launcher.refusal import Refusal
from launcher.services import PYTHON, ROOT, started

PATIENCE = 60.0  # seconds for the first page


class Stop(Exception):
    """Somebody asked us to stop."""


def run(arguments: list[str], *, command: str) -> int:
    """Start everything, say where it is, watch over it, stop everything."""
    wanted = _parse(arguments, command)
    port = _free_port(wanted.port)
    folder = Folder(wanted.data)
    children = Children()
    _listen_for_stop()
    try:
        _serve(folder, children, port, fresh=wanted.fresh, reload=command == "dev")
    except Stop:
        print("\nStopping …", flush=True)
    finally:
        _ignore_stop()
        children.stop(*[child for child in children.running if child.name in ("The web server", "The worker")])
        children.stop()
        folder.remove_sockets()
    return 0


def _serve(folder: Folder, children: Children, port: int, *, fresh: bool, reload: bool) -> None:
    begun = time.monotonic()
    if fresh:
        _forget_data(folder)
    with started(folder, children) as services:
        env = services.environment(folder, DEMO="1", DEBUG="1" if reload else "0", SITE_URL=f"http://127.0.0.1:{port}")
        prepare(folder, children, services, env)
        seeding = start_step(folder, children, "seed_demo", env=env)
        _start_web(folder, children, env, port, reload=reload)
        _start_worker(folder, children, env)
        accounts = finish_step(children, seeding).strip("\n")
        _await_page(f"http://127.0.0.1:{port}/healthz", children)
        print(f"Ready: http://127.0.0.1:{port}/\n{accounts}\n{_where_mail_goes(folder)}", flush=True)
        print(f"({time.monotonic() - begun:.1f} s, data in {folder.path}. Ctrl-C stops everything.)", flush=True)
        _watch(children)


def _where_mail_goes(folder: Folder) -> str:
    if os.environ.get("EMAIL_URL"):
        return "Mail goes where EMAIL_URL says."
    return f"Mail is not sent: each lies as a file in {folder.subfolder('mail')}"


def _forget_data(folder: Folder) -> None:
    if os.environ.get("DATABASE_URL"):
        raise Refusal("--fresh forgets only the demo's own database, but DATABASE_URL names another.")
    folder.hold()
    folder.clear()


def _start_web(folder: Folder, children: Children, env: dict[str, str], port: int, *, reload: bool) -> Child:
    if reload:
        command = [PYTHON, "manage.py", "runserver", f"127.0.0.1:{port}"]
    else:
        command = [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--workers", env.get("WEB_CONCURRENCY", "2"), "--blocking-threads", "4", "--no-ws"]
        command += ["trust_si.wsgi:application"]
    return children.start("The web server", command, log=folder.log("web"), env=env, cwd=ROOT)


def _start_worker(folder: Folder, children: Children, env: dict[str, str]) -> Child:
    """Worker and beat in one process group: beat inside the worker saves a process and its start."""
    command = [PYTHON, "-m", "celery", "-A", "trust_si.celery:app", "worker", "--beat", "--concurrency", "2"]
    command += ["--schedule", str(folder.subfolder("beat") / "schedule"), "--loglevel", "info"]
    command += ["--pool", "prefork" if _semaphores_work() else "threads", "--without-gossip", "--without-mingle"]
    return children.start("The worker", command, log=folder.log("worker"), env=env, cwd=ROOT)


def _semaphores_work() -> bool:
    """Celery's process pool needs shared memory that everyone may write; some containers have none."""
    try:
        multiprocessing.get_context("fork").Lock()
    except OSError:
        return False
    return True


def _await_page(url: str, children: Children) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        children.check()
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                raise Refusal(f"{url} answered {answer.code}, so this is not Trust SI.") from None
        except OSError:
            pass
        time.sleep(0.05)
    raise Refusal(f"The first page did not come within {PATIENCE:.0f} seconds.")


def _watch(children: Children) -> None:
    while True:
        children.check()
        time.sleep(0.3)


def _parse(arguments: list[str], command: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"bin/{command}", description="Run the whole system on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="of the web server, on this machine only (8000)")
    parser.add_argument("--data", type=Path, default=ROOT / ".demo", help="folder for all data (.demo)")
    parser.add_argument("--fresh", action="store_true", help="forget the folder's data first")
    return parser.parse_args(arguments)


def _free_port(port: int) -> int:
    """The port if nobody has it (0 chooses one); found out now, not after the database is up."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError:
            raise Refusal(f"{port} is not a port: choose one from 1024 to 65535.") from None
        except PermissionError:
            raise Refusal(f"Port {port} is reserved; choose one from 1024 with --port.") from None
        except OSError:
            raise Refusal(f"Port {port} is taken by another program; choose another with --port.") from None
        return int(probe.getsockname()[1])


def _listen_for_stop() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        _ignore_stop()  # once is enough: the rest is orderly
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _ignore_stop() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
