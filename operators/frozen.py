"""Parts of a state that never change again: whoever writes it may keep them apart, by name."""

from functools import cached_property
from hashlib import blake2b


class Frozen:
    """Bytes for good; equal bytes have equal names."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def name(self) -> str:
        """Hash of the bytes, 32 hexadecimal digits."""
        return blake2b(self.data, digest_size=16).hexdigest()

    def __reduce__(self) -> tuple[type["Frozen"], tuple[bytes]]:
        return Frozen, (self.data,)
