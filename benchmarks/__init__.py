"""What prints every figure the README states."""
