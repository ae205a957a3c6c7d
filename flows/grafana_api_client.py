"""A Grafana server over HTTP: the calls that `tingfeng grafana` needs.

The low-level client of grafana-api does the requests; its high-level one has no health, no data
source by uid and no alert provisioning. Paths are those of Grafana's published HTTP API, 11.6 to
13. Answers without a body (204) are taken for empty ones.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from operators.errors import StoreError

Json = dict[str, Any]

_NOT_FOUND: Final = 404
_EDITABLE: Final = {"X-Disable-Provenance": "true"}
"""Alerting objects stay editable in Grafana, as those people made there."""


class GrafanaError(StoreError):
    """Grafana cannot be reached or refuses what it is asked."""


class Grafana:
    """One Grafana server, by its address and a service account's token."""

    def __init__(self, url: str, token: str, timeout: float = 10.0) -> None:
        from grafana_api.grafana_api import GrafanaAPI

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            msg = f"grafana.url: {url!r} is no address (try http://127.0.0.1:3000/)"
            raise GrafanaError(msg)
        path = parts.path.strip("/")
        self.url = url
        self._api = GrafanaAPI(
            auth=token,
            host=parts.hostname,
            port=parts.port,
            # Without its slash at the end the prefix runs into "api".
            url_path_prefix=f"{path}/" if path else "",
            protocol=parts.scheme,
            timeout=timeout,
        )

    def get(self, path: str) -> Any:
        """Return what is there, None when nothing is."""
        return self._call(self._api.get, path, None, missing_is_none=True)

    def post(self, path: str, body: Json) -> Any:
        """Make something."""
        return self._call(self._api.post, path, body)

    def put(self, path: str, body: Json) -> Any:
        """Put something in place of what is there."""
        return self._call(self._api.put, path, body)

    def _call(
        self,
        send: Callable[..., Any],
        path: str,
        body: Json | None,
        *,
        missing_is_none: bool = False,
    ) -> Any:
        from grafana_api.grafana_api import GrafanaClientError, GrafanaServerError
        from requests.exceptions import JSONDecodeError, RequestException

        headers = _EDITABLE if path.startswith("/v1/provisioning/") else None
        try:
            return send(path, json=body, headers=headers)
        except (GrafanaClientError, GrafanaServerError) as error:
            if missing_is_none and error.status_code == _NOT_FOUND:
                return None
            msg = f"{self.url}: {path}: Grafana answers {error.status_code}: {_reason(error)}"
            raise GrafanaError(msg) from error
        except JSONDecodeError:
            return {}
        except RequestException as error:
            msg = f"{self.url}: cannot be reached: {type(error).__name__} (is grafana.url right?)"
            raise GrafanaError(msg) from error


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if isinstance(response, Mapping):
        return str(response.get("message") or response)
    return str(response or error)


def quoted(text: str) -> str:
    """Return a name as one part of a path."""
    return quote(text, safe="")
