"""ClickHouse's HTTP interface over any function that answers a statement.

Spoken as clickhouse-connect and clickhouse-go use it: the statement in the ``query`` parameter, the
body or both, ``param_*`` for its parameters, ``default_format``, errors with
``X-ClickHouse-Exception-Code``. It listens on 127.0.0.1 only and every request carries the token.
"""

import base64
import binascii
import hmac
import json
import logging
import re
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, urlsplit

logger = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
_IDLE_SECONDS: Final = 60.0
_BINARY: Final = "application/octet-stream"
# ClickHouse's numbers (src/Common/ErrorCodes.cpp).
_SYNTAX_ERROR: Final = 62
_UNKNOWN_COMPRESSION: Final = 89
_AUTHENTICATION_FAILED: Final = 516
_BAD_REQUEST: Final = 1000
_UNKNOWN_EXCEPTION: Final = 1002
_CODE: Final = re.compile(r"Code: (\d+)\.")
# What clickhouse-go asks first on each connection, to learn the revision of all later blocks.
_HELLO: Final = b"SELECT displayName(), version(), revision(), timezone()"
_TEXT_FORMATS: Final = re.compile(r"JSON|TabSeparated|TSV|CSV|Pretty|Vertical|Markdown|XML")


@dataclass(frozen=True, slots=True)
class Question:
    """A request: statement (with the data of an insert behind it) and what came in the address."""

    text: bytes
    parameters: Mapping[str, str]
    settings: Mapping[str, str]
    default_format: str
    database: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: the body, the format it is in, and counts for ``X-ClickHouse-Summary``."""

    body: bytes
    format: str = ""
    summary: Mapping[str, int] = field(default_factory=dict)


class RefusedError(Exception):
    """A request is answered with an error; ``code`` is ClickHouse's, the text starts with it."""

    def __init__(self, code: int, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        self.code = code
        self.status = status
        super().__init__(f"Code: {code}. DB::Exception: {text}")

    @classmethod
    def from_engine(cls, error: Exception) -> "RefusedError":
        """Wrap what chDB raised, keeping its code."""
        text = str(error)
        match = _CODE.search(text)
        refused = cls(int(match[1]) if match else _UNKNOWN_EXCEPTION, "")
        refused.args = (text[match.start() :] if match else text,)
        return refused


def hello_block(version: str, timezone: str) -> bytes:
    """Answer clickhouse-go's greeting as a Native block of revision 54460.

    The revision told in it is 0: chDB writes all later blocks in that form.
    """

    def text(value: str) -> bytes:
        encoded = value.encode()
        return bytes([len(encoded)]) + encoded

    columns = (
        ("displayName()", "String", text("tingfeng")),
        ("version()", "String", text(version)),
        ("revision()", "UInt32", struct.pack("<I", 0)),
        ("timezone()", "String", text(timezone)),
    )
    info = b"\x01\x00\x02" + struct.pack("<i", -1) + b"\x00"
    counts = bytes([len(columns), 1])
    return info + counts + b"".join(text(n) + text(t) + b"\x00" + v for n, t, v in columns)


class ClickHouseHTTPServer(ThreadingHTTPServer):
    """Serves ``answer`` to whoever has ``token``; each connection has a thread of its own."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        answer: Callable[[Question], Answer],
        token: str,
        version: str,
        *,
        port: int = 0,
        max_body: int = 1 << 20,
        decode: Callable[[bytes, str], bytes] | None = None,
    ) -> None:
        self.answer = answer
        self.token = token.encode()
        self.version = version
        self.max_body = max_body
        self.decode = decode
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="store-http", daemon=True
        )
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Address without credentials."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        """Serve in a thread of its own until `stop`."""
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what went wrong with one connection; a client that went away is nothing."""
        if isinstance(sys.exception(), ConnectionError | TimeoutError):
            logger.debug("%s went away", client_address)
        else:
            logger.exception("answering %s", client_address)

    def stop(self) -> None:
        """Take no more connections; requests under way are not waited for."""
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: ClickHouseHTTPServer
    protocol_version = "HTTP/1.1"
    server_version = "tingfeng"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def log_message(self, template: str, *args: object) -> None:
        logger.debug(template, *args)

    def _respond(self) -> None:
        address = urlsplit(self.path)
        parameters = dict(parse_qsl(address.query, keep_blank_values=True))
        try:
            self._authenticate(parameters)
            # The body is read in any case, else it would be taken for the next request.
            body = self._body()
            if address.path.rstrip("/") == "/ping":
                answer = Answer(b"Ok.\n", "TabSeparated")
            else:
                answer = self._answer(body, parameters)
        except RefusedError as error:
            self._send_error(error)
        else:
            self._send(answer)

    def _authenticate(self, parameters: Mapping[str, str]) -> None:
        given = self.headers.get("X-ClickHouse-Key") or parameters.get("password", "")
        basic = self.headers.get("Authorization", "")
        if not given and basic.startswith("Basic "):
            try:
                decoded = base64.b64decode(basic[len("Basic ") :], validate=True)
            except binascii.Error:
                decoded = b""
            given = decoded.partition(b":")[2].decode(errors="replace")
        if not hmac.compare_digest(given.encode(), self.server.token):
            self.close_connection = True
            raise RefusedError(
                _AUTHENTICATION_FAILED,
                "Authentication failed: wrong or missing token. (AUTHENTICATION_FAILED)",
                HTTPStatus.FORBIDDEN,
            )

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self._chunks()
        else:
            body = self._read(self._size(self.headers.get("Content-Length") or "0", 10))
        encoding = self.headers.get("Content-Encoding", "identity")
        if encoding == "identity" or not body:
            return body
        if self.server.decode is None:
            msg = f"Content-Encoding {encoding} is not taken here"
            raise RefusedError(_UNKNOWN_COMPRESSION, msg)
        return self.server.decode(body, encoding)

    def _chunks(self) -> bytes:
        chunks: list[bytes] = []
        total = 0
        while size := self._size(self.rfile.readline(64).partition(b";")[0].decode("latin-1"), 16):
            total += size
            chunks.append(self._read(size, total))
            self.rfile.readline(64)
        while self.rfile.readline(1024).strip():
            pass
        return b"".join(chunks)

    def _size(self, text: str, base: int) -> int:
        try:
            size = int(text, base)
        except ValueError:
            size = -1
        if size < 0:
            self.close_connection = True
            raise RefusedError(_BAD_REQUEST, f"length of the body: {text.strip()!r}")
        return size

    def _read(self, size: int, total: int = 0) -> bytes:
        if max(size, total) > self.server.max_body:
            self.close_connection = True
            msg = f"request body over {self.server.max_body} bytes"
            raise RefusedError(_BAD_REQUEST, msg, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.rfile.read(size)

    def _answer(self, body: bytes, given: dict[str, str]) -> Answer:
        text = b"\n".join(part for part in (given.pop("query", "").encode(), body) if part)
        default_format = given.pop("default_format", "") or "TabSeparated"
        database = given.pop("database", "")
        if not text.strip():
            raise RefusedError(_SYNTAX_ERROR, "Syntax error: empty query. (SYNTAX_ERROR)")
        if text.startswith(_HELLO) and default_format == "Native":
            return Answer(hello_block(self.server.version, "UTC"), "Native")
        question = Question(
            text=text,
            parameters={k[6:]: v for k, v in given.items() if k.startswith("param_")},
            settings={k: v for k, v in given.items() if not k.startswith("param_")},
            default_format=default_format,
            database=database,
        )
        return self.server.answer(question)

    def _send(self, answer: Answer) -> None:
        self.send_response(HTTPStatus.OK)
        text = _TEXT_FORMATS.match(answer.format) is not None
        self.send_header("Content-Type", "text/plain; charset=UTF-8" if text else _BINARY)
        self.send_header("X-ClickHouse-Timezone", "UTC")
        if answer.format:
            self.send_header("X-ClickHouse-Format", answer.format)
        if answer.summary:
            summary = {name: str(count) for name, count in answer.summary.items()}
            self.send_header("X-ClickHouse-Summary", json.dumps(summary))
        self._finish(answer.body)

    def _send_error(self, error: RefusedError) -> None:
        self.send_response(error.status)
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("X-ClickHouse-Exception-Code", str(error.code))
        self._finish(f"{error}\n".encode(errors="replace"))

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
