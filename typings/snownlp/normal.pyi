stop: set[str]
