"""The part of lz4 that this project calls."""
