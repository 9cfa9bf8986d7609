"""A real time stamp authority on this machine: OpenSSL behind a small server, with a root of its
own."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final

CONFIGURATION: Final = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = middle.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_alg = sha256
"""
PURPOSE: Final = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
MIDDLE: Final = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n"


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )


def certified(folder: Path) -> Path:
    """An authority in a folder: a root, one between, and a key for stamps."""
    folder.mkdir()
    root = "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 2 -subj /CN=Root"
    openssl(folder, *root.split())
    (folder / "middle.ext").write_text(MIDDLE)
    (folder / "tsa.ext").write_text(PURPOSE)
    for name, above in (("middle", "root"), ("tsa", "middle")):
        made = f"req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"
        openssl(folder, *made.split())
        signed = (
            f"x509 -req -in {name}.csr -CA {above}.pem -CAkey {above}.key -CAcreateserial"
            f" -out {name}.pem -days 2 -extfile {name}.ext"
        )
        openssl(folder, *signed.split())
    return folder


class Server(HTTPServer):
    """Stamps what it is sent; `replay` is answered instead, `kind` is said to be its type."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.digests = "sha256"
        self.replay = b""
        self.kind = "application/timestamp-reply"
        self.replies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/stamps?token=secret"

    def stamped(self, query: bytes) -> bytes:
        (self.folder / "tsa.cnf").write_text(CONFIGURATION.format(digests=self.digests))
        (self.folder / "query").write_bytes(query)
        asked = "ts -reply -config tsa.cnf -queryfile query -out reply"
        openssl(self.folder, *asked.split())
        return (self.folder / "reply").read_bytes()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        query = self.rfile.read(int(self.headers["content-length"]))
        reply = server.replay or server.stamped(query)
        server.replies.append(reply)
        self.send_response(200)
        self.send_header("content-type", server.kind)
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The authority while it answers."""
    server = Server(folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
