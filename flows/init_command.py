"""`tingfeng init`: writes a settings file to start from, every setting in it with its default."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from operators.errors import ConfigError, Problem

EXAMPLE: Final = "tingfeng.example.yaml"
"""The file that is written, beside this module."""


def write_example(path: Path, force: bool) -> None:
    """Write the commented settings to ``path``; an existing file is kept unless ``force``.

    Raises `ConfigError` when the file exists or cannot be written.
    """
    text = files("flows").joinpath(EXAMPLE).read_bytes()
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(text)
    except FileExistsError as error:
        problem = Problem(str(path), 1, "(file)", "exists already", hint="another name, or --force")
        raise ConfigError([problem]) from error
    except OSError as error:
        problem = Problem(str(path), 1, "(file)", f"cannot be written: {error.strerror}")
        raise ConfigError([problem]) from error
