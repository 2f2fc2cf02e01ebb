"""The description of the engine's door, held against the running door by schemathesis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from open_door import TOKEN, Door, opened
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from photodouble.engine.server.openapi import described
from photodouble.engine.server.routes import TABLE
from photodouble.engine.server.table import Route

EXAMPLES = 12
CHECKED = [
    not_a_server_error,
    checks.allow_header_conformance,
    checks.content_type_conformance,
    checks.ignored_auth,
    checks.negative_data_rejection,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
]


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened() as found:
        found.reception.end = lambda: None  # type: ignore[method-assign]
        yield found
        del found.reception.end


@pytest.fixture(scope="module")
def schema(door: Door) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(
        door.origin + "/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}
    )


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route.method} {route.path}")
def test_the_door_does_what_its_description_says(
    door: Door, schema: schemathesis.BaseSchema, route: Route, mode: GenerationMode
) -> None:
    operation = schema[route.path][route.method]
    opens, answers = _key(door, route), []
    checked = [
        each for each in CHECKED if route.door == "token" or each is not checks.negative_data_rejection
    ]

    @seed(11)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def held(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(checks=checked, allow_redirects=False, timeout=20, **opens)
        answers.append(answer.status_code)

    held()
    assert answers


def test_every_address_of_the_table_is_described_and_no_other() -> None:
    paths = described("photodouble")["paths"]
    assert {(path, method.upper()) for path, methods in paths.items() for method in methods} == {
        (route.path, route.method) for route in TABLE
    }


def test_every_address_is_routed_and_those_with_a_token_want_it(door: Door) -> None:
    for route in TABLE:
        path = route.path.replace("{", "").replace("}", "")
        refused = door.ask(route.method, path, token=None)
        assert refused.status == (404 if route.door == "open" else 401), route.path
        assert door.ask("PATCH", path, Cookie="x").status in (401, 405), route.path


def test_a_description_that_lies_is_noticed(door: Door) -> None:
    lying = described("photodouble")
    answers = lying["paths"]["/hello"]["get"]["responses"]
    answers["200"]["content"]["application/json"]["schema"] = {"type": "array"}
    schema = schemathesis.openapi.from_dict(lying)
    schema.config.update(base_url=door.origin)
    case = schema["/hello"]["GET"].Case()
    with pytest.raises(FailureGroup):
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKED)


def _key(door: Door, route: Route) -> dict[str, dict[str, str]]:
    """Return what opens a route; for a page there is nothing else to get wrong, so that nothing is."""
    if route.door != "page":
        return {"headers": {"Authorization": f"Bearer {TOKEN}"}}
    url = door.ask("POST", "/links", {}).json["url"]
    given = door.ask("GET", url.removeprefix(door.origin), token=None).headers["set-cookie"]
    name, value = given.split(";")[0].split("=")
    return {"headers": {"Origin": door.origin}, "cookies": {name: value}}
