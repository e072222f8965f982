"""The description of the interface: it is valid, complete, and answers are as it says."""

import re
from typing import Any

import jsonschema
import pytest

from bot.web.app import application
from tests.bot.web.web_fixture import VIDEO, Browser

#: What is a page, or this description itself.
NOT_DESCRIBED = {"/", "/app", "/app/{name}", "/api/openapi.json"}
NOT_DESCRIBED |= {"/mixer", "/mixer/{mark}"}


def schema_of(description: Any, path: str, method: str, code: str = "200") -> Any:
    content = description["paths"][path][method]["responses"][code]["content"]
    (kind,) = content.values()
    return kind["schema"] | {"components": description["components"]}


async def test_every_address_is_described_and_none_more(browser: Browser) -> None:
    description = await browser.get("/api/openapi.json")
    described = {(path, method.upper()) for path, calls in description["paths"].items() for method in calls} - {
        (path, "PARAMETERS") for path in description["paths"]
    }
    routes = application(browser.rig.site).router.routes()
    served = {
        (route.resource.canonical, route.method)
        for route in routes
        if route.resource is not None and route.method != "HEAD" and route.resource.canonical not in NOT_DESCRIBED
    }
    assert described == served


async def test_parameters_are_those_of_the_addresses(browser: Browser) -> None:
    description = await browser.get("/api/openapi.json")
    for path, about in description["paths"].items():
        named = {one["name"] for one in about.get("parameters", ()) if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path


async def test_answers_are_as_described(browser: Browser) -> None:
    description = await browser.get("/api/openapi.json")
    submitted = await browser.post(f"/api/submit/{VIDEO}")
    jsonschema.validate(submitted, schema_of(description, "/api/submit/{video_id}", "post"))
    await browser.rig.worker.finish(await browser.rig.worker.take())
    task = await browser.finished(submitted["task_id"])
    jsonschema.validate(task, schema_of(description, "/api/tasks/{task}", "get"))
    jsonschema.validate(await browser.get("/api/tasks"), schema_of(description, "/api/tasks", "get"))
    said = await browser.post("/api/say", json={"text": "https://example.com"})
    jsonschema.validate(said, schema_of(description, "/api/say", "post"))
    refused = await browser.get("/api/status/abc", 404)
    jsonschema.validate(refused, schema_of(description, "/api/status/{task}", "get", "404"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"status": "DONE"}, schema_of(description, "/api/status/{task}", "get"))


async def test_nothing_is_loaded_from_elsewhere(browser: Browser) -> None:
    assert "://" not in str(await browser.get("/api/openapi.json"))
