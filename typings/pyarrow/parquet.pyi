from collections.abc import Iterator
from pathlib import Path

class Field:
    name: str
    type: object

class Schema:
    def __iter__(self) -> Iterator[Field]: ...

class Table:
    num_rows: int
    schema: Schema

def read_table(source: Path) -> Table: ...
