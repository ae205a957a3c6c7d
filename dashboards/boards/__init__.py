"""The dashboards, one a module; `ALL` in the order people meet them."""

from typing import Final

from dashboards.boards.compare import COMPARE
from dashboards.boards.health import HEALTH
from dashboards.boards.incident import INCIDENT
from dashboards.boards.overview import OVERVIEW
from dashboards.boards.response import RESPONSE

ALL: Final = (OVERVIEW, INCIDENT, COMPARE, RESPONSE, HEALTH)
