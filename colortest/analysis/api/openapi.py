"""The OpenAPI 3.1 description of the read interface, made from its table of addresses and its answers. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from inspect import getdoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from colortest.analysis.api import shapes
from colortest.analysis.api.endpoints import CSV, ENDPOINTS, JSON, ROOT, Endpoint
from colortest.analysis.api.shapes import Bounds
from colortest.analysis.formulas import TOLD

VERSION = "1"
SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
}
REFUSALS = {
    "401": "No token was sent, or one that is unknown or revoked.",
    "403": "The account of the token is no researcher any more.",
    "404": "You have no such study.",
    "409": "The study's design hides what people choose until it is closed.",
    "405": "The interface is for reading: it answers to GET alone.",
}
SLUG = {"name": "slug", "in": "path", "required": True, "description": "Of the study.", "schema": {"type": "string"}}


def describe(site: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """The whole description of the interface at a site; `columns`: what each column of the responses holds."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "colortest",
            "version": VERSION,
            "summary": "Studies, fool rates and responses, to be read.",
            "description": "Each request carries a researcher's token. Rates are proportions, 0 to 1; times are UTC.",
        },
        "servers": [{"url": site}],
        "security": [{"token": []}],
        "paths": {f"{ROOT}{endpoint.path}": {"get": _operation(endpoint, columns)} for endpoint in ENDPOINTS},
        "components": {
            "schemas": {shape.__name__: _object(shape) for shape in _shapes()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {status: _refusal(told) for status, told in REFUSALS.items()},
        },
    }


def _operation(endpoint: Endpoint, columns: Mapping[str, str]) -> dict[str, Any]:
    refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}
    if not endpoint.of_a_study:
        del refusals["404"]
    if endpoint.answers:
        del refusals["409"]
    table = "\n".join(f"- `{name}`: {told}" for name, told in columns.items())
    table += f"\n\n{TOLD}" if endpoint.media_type == CSV else ""
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        **({} if endpoint.answers else {"description": f"In the order of participants and trials:\n\n{table}"}),
        **({"parameters": [SLUG]} if endpoint.of_a_study else {}),
        "responses": {
            "200": {
                "description": endpoint.summary,
                "content": {endpoint.media_type: {"schema": schema_of(endpoint.answers or str)}},
            },
            **refusals,
        },
    }


def _refusal(told: str) -> dict[str, Any]:
    return {"description": told, "content": {JSON: {"schema": schema_of(shapes.Refusal)}}}


def _shapes() -> list[type]:
    return [one for one in vars(shapes).values() if isinstance(one, type) and is_dataclass(one) and one is not Bounds]


def _object(shape: type) -> dict[str, Any]:
    """The JSON Schema of a dataclass: each of its names is there, and no other."""
    properties = {name: schema_of(kind) for name, kind in get_type_hints(shape, include_extras=True).items()}
    return {
        "type": "object",
        "description": getdoc(shape),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of an annotation.

    Raises:
        KeyError: it is none that the shapes use.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return schema_of(inner[0]) | (asdict(inner[1]) if isinstance(inner[1], Bounds) else {"description": inner[1]})
    if origin is Literal:
        return {"type": "string", "enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": schema_of(inner[0])}
    if origin in (Union, UnionType):
        (known,) = (one for one in inner if one is not NoneType)
        schema = schema_of(known)
        return {**schema, "type": [schema["type"], "null"]}
    if is_dataclass(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}  # type: ignore[union-attr]
    return dict(SIMPLE[kind])
