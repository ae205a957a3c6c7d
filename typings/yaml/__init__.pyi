from collections.abc import Callable
from typing import IO, Any

class Mark:
    name: str
    line: int
    column: int
    def get_snippet(self, indent: int = 4, max_length: int = 75) -> str | None: ...

class YAMLError(Exception): ...

class MarkedYAMLError(YAMLError):
    context: str | None
    context_mark: Mark | None
    problem: str | None
    problem_mark: Mark | None
    note: str | None

class Node:
    tag: str
    value: Any
    start_mark: Mark
    end_mark: Mark

class ScalarNode(Node):
    value: str
    style: str | None

class SequenceNode(Node):
    value: list[Node]

class MappingNode(Node):
    value: list[tuple[Node, Node]]

class SafeLoader:
    def __init__(self, stream: str | bytes | IO[str] | IO[bytes]) -> None: ...
    def get_single_node(self) -> Node | None: ...
    def construct_object(self, node: Node, deep: bool = False) -> Any: ...
    def construct_document(self, node: Node) -> Any: ...
    def dispose(self) -> None: ...

class CSafeLoader(SafeLoader): ...

class SafeDumper:
    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> ScalarNode: ...
    @classmethod
    def add_representer(cls, kind: type[Any], representer: Callable[[Any, Any], Node]) -> None: ...

def compose(
    stream: str | bytes | IO[str] | IO[bytes], **kwargs: type[SafeLoader]
) -> Node | None: ...
def dump(
    data: Any,
    stream: None = None,
    *,
    allow_unicode: bool = False,
    sort_keys: bool = True,
    width: int = 80,
    **kwargs: type[SafeDumper],
) -> str: ...
def safe_load(stream: str | bytes | IO[str] | IO[bytes]) -> Any: ...
def safe_dump(
    data: Any,
    stream: None = None,
    *,
    allow_unicode: bool = False,
    sort_keys: bool = True,
    default_flow_style: bool | None = False,
    width: int = 80,
) -> str: ...
