"""A plain renderer of the dashboards: layout, titles, units, values and colours without Grafana."""
