"""The OpenAPI file says of every operation what comes back: its fields, and how a refusal looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ninja.openapi.schema import OpenAPISchema

from yinuo.site import api_urls
from yinuo.ui.api import REFUSALS, api
from yinuo.ui.api_shapes import RefusalOut, Shape

# Whose answer has no fields of its own, and why.
WITHOUT_FIELDS = {
    "GET /api/v1/items/{item_id}/commitment-letter": "a PDF",
    "GET /api/v1/commitments/{commitment_id}/letter": "a PDF",
    "GET /api/v1/window/visits/{visit_id}/items/{item_id}/commitment-letter": "a PDF",
    "GET /api/v1/rules/project-schema": "a JSON Schema, which has a standard of its own",
}


@pytest.fixture(scope="module")
def schema() -> OpenAPISchema:
    assert api_urls.urlpatterns
    return api.get_openapi_schema()


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, found in schema["paths"].items():
        for method, operation in found.items():
            yield f"{method.upper()} {path}", operation


def has_fields(part: dict[str, Any], known: dict[str, Any]) -> bool:
    """Whether a part of a schema says which fields there are, or which simple type."""
    if "$ref" in part:
        return has_fields(known[part["$ref"].rpartition("/")[2]], known)
    if "anyOf" in part:
        return all(has_fields(one, known) for one in part["anyOf"])
    if part.get("type") == "array":
        return has_fields(part["items"], known)
    return bool(part.get("properties")) if part.get("type") == "object" else "type" in part


def answers(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer for status, answer in operation["responses"].items() if 200 <= status < 300]


def test_every_operation_says_which_fields_it_answers(schema: dict[str, Any]) -> None:
    known = schema["components"]["schemas"]
    without = {
        name
        for name, operation in operations(schema)
        if not all(
            has_fields(answer.get("content", {}).get("application/json", {}).get("schema", {}), known)
            for answer in answers(operation)
        )
    }
    assert without == set(WITHOUT_FIELDS)
    assert all(answers(operation) for _, operation in operations(schema))
    assert sum(1 for _ in operations(schema)) > 300


def test_an_answer_without_fields_is_not_taken_for_one_with_fields() -> None:
    assert not has_fields({"type": "object", "additionalProperties": True}, {})
    assert not has_fields({"type": "array", "items": {"$ref": "#/components/schemas/A"}}, {"A": {"type": "object"}})
    assert not has_fields({}, {})


def test_a_pdf_is_declared_as_one(schema: dict[str, Any]) -> None:
    pdf = {
        name
        for name, operation in operations(schema)
        if any("application/pdf" in answer.get("content", {}) for answer in answers(operation))
    }
    assert pdf == {name for name, why in WITHOUT_FIELDS.items() if why == "a PDF"}


def test_every_operation_declares_how_it_refuses(schema: dict[str, Any]) -> None:
    shape = {"$ref": "#/components/schemas/RefusalOut"}
    for name, operation in operations(schema):
        for status in REFUSALS:
            if status == 401 and "security" not in operation:
                assert status not in operation["responses"], name
            else:
                assert operation["responses"][status]["content"]["application/json"]["schema"] == shape, name
    assert set(schema["components"]["schemas"]["RefusalOut"]["properties"]) == set(RefusalOut.model_fields)


def test_no_two_schemas_share_a_name() -> None:
    """Ninja keeps one schema per class name: of two classes with one name, an operation would show the other's."""
    found: dict[str, set[str]] = {}

    class Watched(OpenAPISchema):
        def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
            for name, definition in definitions.items():
                found.setdefault(name, set()).add(json.dumps(definition, sort_keys=True))
            super().add_schema_definitions(definitions)

    Watched(api, "")
    assert {name for name, kinds in found.items() if len(kinds) > 1} == set()
    assert len(found) > 200


def test_a_key_that_the_shape_does_not_name_is_a_fault() -> None:
    class Named(Shape):
        id: int

    with pytest.raises(ValueError, match="name"):
        Named.model_validate({"id": 1, "name": "多出来的"})
    # A client still takes keys that a later release adds.
    assert "additionalProperties" not in Named.model_json_schema()
