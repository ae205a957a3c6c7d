from typing import Any

class GrafanaClientError(Exception):
    status_code: int
    response: Any
    message: str

class GrafanaServerError(Exception):
    status_code: int
    response: Any
    message: str

class GrafanaAPI:
    url: str
    def __init__(
        self,
        auth: str | tuple[str, str],
        host: str = "localhost",
        port: int | None = None,
        url_path_prefix: str = "",
        protocol: str = "http",
        verify: bool = True,
        timeout: float = 5.0,
    ) -> None: ...
    def get(self, url: str, json: Any = None, headers: dict[str, str] | None = None) -> Any: ...
    def put(self, url: str, json: Any = None, headers: dict[str, str] | None = None) -> Any: ...
    def post(self, url: str, json: Any = None, headers: dict[str, str] | None = None) -> Any: ...
