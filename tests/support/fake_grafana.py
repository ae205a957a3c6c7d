"""A Grafana in memory behind real HTTP, after the published description of its HTTP API (v13.2).

It keeps what it is given, adds defaults of its own as the real one does, hides secrets, and refuses
what the real one refuses: a wrong token, a dashboard into a folder that is not there, a second
folder of one uid, an alert rule without a folder, a policy that names an unknown contact point.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

TOKEN: Final = "glsa_test"
_SECRET: Final = ("authorization_credentials", "password")


class State:
    """What the server holds; ``writes`` lists every request that changed something."""

    def __init__(self) -> None:
        self.version = "13.2.3"
        self.plugins = {"grafana-clickhouse-datasource"}
        self.folders: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}
        self.boards: dict[str, Any] = {}
        self.things: dict[str, dict[str, Any]] = {
            name: {} for name in ("templates", "mute-timings", "contact-points", "alert-rules")
        }
        self.policies: Any = {"receiver": "grafana-default-email"}
        self.writes: list[str] = []
        self.source_health = {"status": "OK", "message": "Data source is working"}

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return status and body of the answer."""
        parts = [unquote(part) for part in path.removeprefix("/api/").split("/")]
        if method != "GET":
            self.writes.append(f"{method} {path}")
        if parts == ["health"]:
            return 200, {"version": self.version, "database": "ok"}
        if parts[0] == "plugins":
            return (200, {"id": parts[1]}) if parts[1] in self.plugins else _missing()
        if parts[0] == "folders":
            return self._folder(method, parts[1:], body)
        if parts[0] == "datasources":
            return self._source(method, parts[1:], body)
        if parts[0] == "dashboards":
            return self._board(method, parts[1:], body)
        return self._provisioning(method, parts[2:], body)

    def _folder(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            found = self.folders.get(parts[0])
            return (200, found) if found else _missing()
        if method == "POST":
            if body["uid"] in self.folders:
                return 412, {"message": "a folder with that uid exists already"}
            self.folders[body["uid"]] = {**body, "id": 7, "version": 1}
            return 200, self.folders[body["uid"]]
        self.folders[parts[0]]["title"] = body["title"]
        return 200, self.folders[parts[0]]

    def _source(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        if parts and parts[-1] == "health":
            return 200, self.source_health
        if method == "GET":
            found = self.sources.get(parts[1])
            return (200, found) if found else _missing()
        shown = {name: value for name, value in body.items() if name != "secureJsonData"}
        shown["secureJsonFields"] = dict.fromkeys(body.get("secureJsonData", {}), True)
        self.sources[body["uid"]] = {**shown, "id": 3, "readOnly": False, "basicAuth": False}
        return 200, {"message": "Datasource added"}

    def _board(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            found = self.boards.get(parts[1])
            return (200, found) if found else _missing()
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        uid = body["dashboard"]["uid"]
        version = self.boards.get(uid, {"dashboard": {"version": 0}})["dashboard"]["version"] + 1
        board = {**body["dashboard"], "id": 11, "version": version}
        self.boards[uid] = {"dashboard": board, "meta": {"folderUid": body["folderUid"]}}
        return 200, {"status": "success", "uid": uid, "version": version}

    def _provisioning(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        kind, *rest = parts
        if kind == "policies":
            return self._policies(method, body)
        held = self.things[kind]
        if method == "GET":
            if kind == "contact-points":
                return 200, list(held.values())
            return (200, held[rest[0]]) if rest[0] in held else _missing()
        if kind == "alert-rules" and body.get("folderUID") not in self.folders:
            return 400, {"message": "folder does not exist"}
        name = rest[0] if rest else str(body.get("uid") or body.get("name"))
        if method == "POST" and name in held:
            return 409, {"message": f"{name} exists already"}
        if method == "PUT" and kind != "templates" and name not in held:
            return _missing()
        held[name] = {**_hidden(body), "name": body.get("name", name), "provenance": ""}
        return 202 if method == "PUT" else 201, held[name]

    def _policies(self, method: str, body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, self.policies
        points = {one["name"] for one in self.things["contact-points"].values()}
        named = {body["receiver"], *(route["receiver"] for route in body["routes"])}
        if not named <= points:
            return 400, {"message": f"unknown receivers: {sorted(named - points)}"}
        self.policies = {**body, "provenance": ""}
        return 202, {"message": "policies updated"}


def _missing() -> tuple[int, Any]:
    return 404, {"message": "not found"}


def _hidden(body: Any) -> Any:
    settings = body.get("settings")
    if not isinstance(settings, dict):
        return body
    shown = {
        name: "[REDACTED]" if name in _SECRET and value else value
        for name, value in settings.items()
    }
    return {**body, "settings": shown}


@contextmanager
def serving(state: State) -> Iterator[str]:
    """Serve a state on a free port; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def answer_request(self) -> None:
            """Answer any request."""
            size = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(size)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, found = 401, {"message": "Unauthorized"}
            else:
                status, found = state.answer(self.command, self.path, json.loads(raw or b"null"))
            payload = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Keep still."""

    for method in ("GET", "POST", "PUT"):
        setattr(Handler, f"do_{method}", Handler.answer_request)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
