"""The line between a browser and the server, which can be cut, and which can lose an answer on its way back."""

from __future__ import annotations

import http.client
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

ITS_OWN = {"transfer-encoding", "connection", "content-length", "date", "server"}


class Line:
    """Passes requests on to `home` under an address of its own. Use it in a `with` statement."""

    def __init__(self, home: str) -> None:
        self.home, self.there = home, urlsplit(home).netloc
        self.is_cut = False
        self.loses_answers = False
        self.holds = ""  # the address that answers to GET wait for
        self.goes_on = Event()
        self.lost = 0
        self.sent_for_good = 0
        self._server = ThreadingHTTPServer((urlsplit(home).hostname or "localhost", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{'localhost' if host == '127.0.0.1' else str(host)}:{port}"

    def __enter__(self) -> Line:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def drops(self, method: str, path: str, body: bytes) -> bool:
        """Whether the answer to this is lost on the way back."""
        for_good = method == "POST" and path.endswith("/write/") and b"then=send" in body
        self.sent_for_good += for_good
        lost = self.is_cut or (self.loses_answers and for_good)
        self.lost += lost
        return lost

    def _handler(line) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.close_connection = True
                if line.is_cut:
                    return
                away = http.client.HTTPConnection(line.there, timeout=60)
                away.request(self.command, self.path, body or None, dict(self.headers.items()))
                answer = away.getresponse()
                content = answer.read()
                away.close()
                if self.command == "GET" and self.path == line.holds:
                    line.goes_on.wait(30)
                if line.drops(self.command, self.path, body):
                    return
                self.close_connection = False
                with suppress(OSError):  # the browser has gone on meanwhile
                    self.answer(answer, content)

            def answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ITS_OWN:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_POST = do_HEAD = pass_on  # noqa: N815 - the names the server looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
