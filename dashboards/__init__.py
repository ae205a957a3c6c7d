"""Grafana dashboards over the ``v_*`` views: typed code that writes the JSON beside it."""
