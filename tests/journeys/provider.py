"""A sign-in service on this machine: what an OpenID Connect provider says and asks, and no more."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "trust-si-at-alder", "kept between the two"


class Provider(ThreadingHTTPServer):
    """Knows one person at a time, and says whether it vouches for their address."""

    daemon_threads = True
    email = ""
    vouches = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        # Another name than the product's, so that it is another origin and another cookie jar.
        self.address = f"http://localhost:{self.server_port}"

    @property
    def claims(self) -> dict[str, object]:
        return {"sub": f"id of {self.email}", "email": self.email, "email_verified": self.vouches}


class Answers(BaseHTTPRequestHandler):
    """One request."""

    server: Provider

    def log_message(self, *args: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/.well-known/openid-configuration":
            at = self.server.address
            pages = {"authorization_endpoint": "sign-in", "token_endpoint": "token", "userinfo_endpoint": "person"}
            return self._say({"issuer": at, "jwks_uri": f"{at}/keys"} | {k: f"{at}/{v}" for k, v in pages.items()})
        if asked.path == "/person":
            return self._say(self.server.claims)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/sign-in" and query["client_id"] == CLIENT:
            back = query["redirect_uri"] + "?" + urlencode({"code": "once", "state": query["state"]})
            words = f'<title>Who are you?</title><a href="{back}">I am {self.server.email}</a>'
            return self._say(words.encode(), "text/html")
        return self.send_error(404)

    def do_POST(self) -> None:
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert said["code"] == ["once"]
        now = int(time.time())
        about = {"iss": self.server.address, "aud": CLIENT, "iat": now, "exp": now + 60, **self.server.claims}
        token = jwt.encode(about, "a key of thirty-two letters or so", algorithm="HS256")
        self._say({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def _say(self, content: object, kind: str = "application/json") -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Provider]:
    """The service, while it is needed."""
    provider = Provider()
    thread = Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
