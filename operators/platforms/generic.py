"""Records that already are in the mention format: taken as they are."""

from operators.platforms.record import Platform, Record, WireRecord


def adapt(record: Record) -> WireRecord:
    """Return the record itself; unknown fields are ignored when it is decoded."""
    return dict(record)


GENERIC = Platform("generic", "其他", adapt)
