"""Streams with exact onsets, made from a seed, and how soon the shipped detectors find them."""
