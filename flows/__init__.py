"""What Tingfeng moves: dataflow wiring, connectors, settings and the command line."""
