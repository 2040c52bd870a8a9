"""A small OpenID Connect provider on this machine: real HTTP, real RS256 tokens, and it lies when told to."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "hereabouts", "known to both"


class Provider:
    """`person` is who signs in there; `lies` are claims of the token to be changed (None: left out)."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})
        self.issuer = ""
        self.begin_again()

    def begin_again(self) -> None:
        self.sign_with: RSAKey | OctKey = self.key
        self.algorithm = "RS256"
        self.person: dict[str, Any] = {"sub": "42", "email": "curator@example.org", "email_verified": True}
        self.lies: dict[str, Any] = {}
        self.tells_when_asked = False
        self.asked = 0
        self.codes: dict[str, dict[str, str]] = {}

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/about",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def trade(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The token for a code: once, for who began, at the address it began with."""
        began = self.codes.pop(given.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        hashed = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        if (
            began is None
            or authorization != expected
            or began.get("code_challenge_method") != "S256"
            or began.get("code_challenge") != challenge
            or began["redirect_uri"] != given.get("redirect_uri")
        ):
            return None
        return {
            "access_token": "let me ask",
            "token_type": "Bearer",
            "id_token": self.id_token(began["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        person = {"sub": self.person["sub"]} if self.tells_when_asked else self.person
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **person}
        told = {name: value for name, value in (claims | self.lies).items() if value is not None}
        if self.algorithm == "none":
            return f"{_part({'alg': 'none'})}.{_part(told)}."
        header = {"alg": self.algorithm, "kid": "one"}
        return jwt.encode(header, told, self.sign_with, algorithms=[self.algorithm])


def _part(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked += 1
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            about = {
                "/.well-known/openid-configuration": provider.describe(),
                "/keys": {"keys": [provider.key.as_dict(private=False)]},
                "/about": provider.person,
            }
            self.answer(about.get(address.path))

        def do_POST(self) -> None:
            provider.asked += 1
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(provider.trade(given, self.headers.get("Authorization", "")))

        def answer(self, said: dict[str, Any] | None) -> None:
            body = json.dumps(said or {"error": "invalid_grant"}).encode()
            self.send_response(200 if said else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
