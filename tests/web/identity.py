"""A province's identity platform for the tests: OpenID Connect's discovery, code with PKCE, token and userinfo, over
HTTP.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "yinuo-test", "only for tests"


class Platform:
    """`people`: by subject, the claims of userinfo. `authorise` is the person pressing “agree” in their browser."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.people: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, tuple[str, str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.down = False
        handler = type("Handler", (_Handler,), {"platform": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorise(self, address: str, subject: str) -> str:
        """Where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = (subject, asked["redirect_uri"], asked["code_challenge"])
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        subject, redirect, challenge = self.codes.pop(form.get("code", ""), ("", "", ""))
        verifier = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if (
            not subject
            or redirect != form["redirect_uri"]
            or challenge != verifier
            or form.get("client_secret") != SECRET
        ):
            return None
        made = secrets.token_hex(8)
        self.tokens[made] = subject
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 300}
        return {
            "access_token": made,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": jwt.encode(said, self.key, algorithm="RS256"),
        }


class _Handler(BaseHTTPRequestHandler):
    platform: Platform

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _answer(self, body: Any, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        url, path = self.platform.url, urlsplit(self.path).path
        if self.platform.down:
            self._answer({}, 503)
        elif path == "/.well-known/openid-configuration":
            names = {
                "authorization_endpoint": "authorise",
                "token_endpoint": "token",
                "userinfo_endpoint": "userinfo",
                "jwks_uri": "jwks",
            }
            found = {name: f"{url}/{place}" for name, place in names.items()}
            self._answer({"issuer": url, "token_endpoint_auth_methods_supported": ["client_secret_post"], **found})
        elif path == "/userinfo":
            subject = self.platform.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "), "")
            self._answer({"sub": subject, **self.platform.people[subject]} if subject else {}, 200 if subject else 401)
        else:
            self._answer({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        made = self.platform.token({name: values[0] for name, values in parse_qs(body).items()})
        self._answer(made or {"error": "invalid_grant"}, 200 if made else 400)
