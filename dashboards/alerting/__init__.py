"""Alert rules, contact points, policies and texts: typed code that writes the files of Grafana."""
