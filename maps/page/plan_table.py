"""What a plan file may hold, as a page checks it: from the models of `weizhan.geo.plan`."""

from __future__ import annotations

from typing import Any, Final

from ...geo.plan import SOME, Plan

Node = dict[str, Any]

_BOUNDS: Final = {
    "minimum": "least",
    "maximum": "most",
    "exclusiveMinimum": "above",
    "minLength": "least",
    "maxLength": "most",
}
_KINDS: Final = {"string": "text", "number": "number", "integer": "whole"}


def plan_table() -> Node:
    """Return the fields of a plan, nested, with types, bounds, codes and what is required.

    Returns
    -------
    dict
        A node has ``is`` (fields, map, list, text, number, whole, code), ``null`` where nothing
        may be said, and by kind ``fields`` with ``required`` and ``some`` (one of which is said),
        ``of`` (each entry, or the codes), ``least``, ``most`` and ``above``.
    """
    schema = Plan.model_json_schema()
    return _node(schema, schema["$defs"])


def _node(said: Node, named: Node) -> Node:
    if "$ref" in said:
        return _node(named[said["$ref"].rpartition("/")[2]], named)
    if "anyOf" in said:
        own, null = said["anyOf"]
        if null != {"type": "null"}:
            raise TypeError(said)
        return _node(own, named) | {"null": True}
    if "const" in said or "enum" in said:
        return {"is": "code", "of": said.get("enum", [said.get("const")])}
    if said["type"] == "array":
        return {"is": "list", "of": _node(said["items"], named)}
    if said["type"] != "object":
        bounds = {mine: said[theirs] for theirs, mine in _BOUNDS.items() if theirs in said}
        return {"is": _KINDS[said["type"]], **bounds}
    if said["additionalProperties"]:
        return {"is": "map", "of": _node(said["additionalProperties"], named)}
    fields = {name: _node(own, named) for name, own in said["properties"].items()}
    told = {"required": said.get("required", []), "some": said.get(SOME, [])}
    return {
        "is": "fields",
        "fields": fields,
        **{key: value for key, value in told.items() if value},
    }
