"""The published JSON Schema says what the decoder takes."""

import json
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from operators.wire import Wire, WireAuthor, WireCounts, decoder

SCHEMA: dict[str, Any] = json.loads(files("operators").joinpath("mention.schema.json").read_text())


def limits(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what restricts a field, references followed."""
    followed = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    names = ("type", "maxLength", "minimum", "maximum", "enum")
    return {name: followed[name] for name in names if name in followed}


@pytest.mark.parametrize(
    ("struct", "properties"),
    [
        (Wire, SCHEMA["properties"]),
        (WireAuthor, SCHEMA["properties"]["author"]["properties"]),
        (WireCounts, SCHEMA["properties"]["counts"]["properties"]),
    ],
)
def test_schema_and_decoder_agree(struct: type, properties: dict[str, Any]) -> None:
    """Both know the same fields with the same types and limits."""
    generated = msgspec.json.schema(struct)["$defs"][struct.__name__]["properties"]
    assert list(generated) == list(properties)
    for name, schema in generated.items():
        if "$ref" in schema or "allOf" in schema or name in ("published_at", "collected_at"):
            continue  # an object compared on its own, or a time
        expected = limits(schema)
        if "enum" in expected:
            expected["enum"] = sorted(expected["enum"])
            assert {"enum": sorted(properties[name]["enum"])} == expected
        else:
            assert limits(properties[name]) == expected, name


def test_what_the_schema_asks_for_is_enough() -> None:
    """The decoder needs nothing that the schema does not require."""
    assert SCHEMA["required"] == ["platform", "published_at"]
    assert decoder().decode(b'{"platform": "weibo", "published_at": 1, "text": "x"}').text == "x"
