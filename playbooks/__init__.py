"""The crisis-response library: its schema, its loader and the packs it ships."""
