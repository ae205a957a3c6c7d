"""Detectors: each decides for one key from counts alone, with no clock."""
