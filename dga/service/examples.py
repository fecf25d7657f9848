"""Examples of requests and responses for the OpenAPI description."""

from __future__ import annotations

from typing import Any

VERDICT = {
    "given": "hxxp://xjpwkqzvbnt[.]ru/",
    "domain": "xjpwkqzvbnt.ru",
    "registered_name": "xjpwkqzvbnt.ru",
    "score": 0.998,
    "verdict": "dga",
    "family": "unknown",
    "family_score": 0.4,
    "problem": "",
}


def _response(description: str, example: object) -> dict[int | str, dict[str, Any]]:
    return {
        200: {
            "description": description,
            "content": {"application/json": {"example": example}},
        }
    }


def _request(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


LOOKUP = _response("The verdict; also for text that is no domain, with `problem` set.", VERDICT)
SCORE = _response(
    "A result for each name, in order.",
    {"run": "shipped", "threshold": 0.9, "results": [VERDICT]},
)
SCORE_REQUEST = _request(
    {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["domains"],
                "properties": {
                    "domains": {"type": "array", "items": {"type": "string"}},
                    "fpr": {"type": "number", "description": "a false-positive rate of the run"},
                    "threshold": {"type": "number"},
                },
            },
            "example": {"domains": ["example.com", "xjpwkqzvbnt.ru"], "fpr": 0.001},
        },
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": '"example.com"\n{"domain": "xjpwkqzvbnt.ru"}\n',
        },
    }
)
ATTRIBUTE = _response(
    "The generators that make this name; an empty list where none does.",
    {
        "given": "plvklpgwivery.com",
        "domain": "plvklpgwivery.com",
        "problem": "",
        "matches": [{"family": "ramnit", "seed": "0x1234", "first": None, "last": None}],
    },
)
HOSTS_REQUEST = _request(
    {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
)
HOSTS = _response(
    "A row a host of the log, the most suspicious first; the columns of `dga hosts`.",
    {
        "run": "shipped",
        "fpr": 0.001,
        "notes": [],
        "hosts": [{"client": "10.0.0.7", "verdict": "infected", "p_value": 1e-6, "names": 41}],
    },
)
