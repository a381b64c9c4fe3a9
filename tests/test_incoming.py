"""Requests that are not forms, or are forms with millions of fields, are refused before they cost anything."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from conftest import Visitor
from flask import Flask
from test_fuzz import BEHIND, HOSTILE, TYPES, encoded
from test_shape import OPEN_TO_STRANGERS, rules

from homecare.access.stored.yaml_lines import LONGEST_TEXT, YamlError, load_yaml

FORM = "application/x-www-form-urlencoded"
JSON = [
    "{}",
    "[]",
    "null",
    "1",
    '"x"',
    '{"email": "a", "password": "b"}',
    '{"email": ["a"]}',
    "[1, 2]",
    "[[1, 2]]",
    "{",
    "",
]
OTHER = ["application/json", "application/vnd.api+json", "text/plain", "application/xml", "image/png", "nonsense"]
BODIES = [
    "a=b&" * 5000, "{", "[]", "null", '{"email": 1}', "\x00\x01", "csrf_token=x", "",
    "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb", "--x\r\n\r\n--x--",
    "email=%00&password=%ff", "email=" + "x" * 100_000,
]  # fmt: skip
BOMBS = {
    "aliases": "a: &a [x]\nb: [*a, *a]",
    "deep-lists": "[" * (LONGEST_TEXT - 1),
    "deep-names": "{" * (LONGEST_TEXT - 1),
    "deep-dashes": "- " * (LONGEST_TEXT // 2),
    "deep-lines": "".join(" " * depth + "a:\n" for depth in range(1400)),
    "many-values": "- a\n" * (LONGEST_TEXT // 4),
    "many-names": "".join(f"{number}: 1\n" for number in range(90_000)),
    "many-anchors": "- &a x\n" * (LONGEST_TEXT // 7),
    "too-long": "#" * (LONGEST_TEXT + 1),
}


@pytest.mark.parametrize("body", JSON)
def test_a_sign_in_that_is_no_form_is_refused(client: Visitor, body: str) -> None:
    headers = {"X-CSRFToken": client.token("/login")}

    answer = client.post("/login", data=body, content_type="application/json", headers=headers)

    assert answer.status_code == 415
    assert "Only forms are accepted here" in answer.text


@pytest.mark.parametrize("kind", OTHER)
def test_no_address_takes_anything_but_forms(app: Flask, as_role: Callable[..., Visitor], kind: str) -> None:
    admin = as_role("Admin")
    headers = {"X-CSRFToken": admin.token("/admin/")}
    posted = sorted({rule.rule for rule in rules(app) if "POST" in (rule.methods or ()) and "<" not in rule.rule})

    answers = {url: admin.post(url, data="{}", content_type=kind, headers=headers).status_code for url in posted}

    assert answers
    assert {url: status for url, status in answers.items() if status != 415} == {}


def test_a_body_without_a_type_is_refused_and_an_empty_one_is_not(as_role: Callable[..., Visitor]) -> None:
    admin = as_role("Admin")
    headers = {"X-CSRFToken": admin.token("/admin/")}

    assert admin.post("/session", headers=headers).status_code == 200
    assert admin.post("/session", data=b"a=b", headers=headers).status_code == 415


@pytest.mark.parametrize("fields", ["a&", "a=b&", "&", "a=1&b="])
def test_a_form_of_a_million_fields_is_refused(client: Visitor, fields: str) -> None:
    sent = fields * (1_900_000 // len(fields))

    answer = client.post("/login", data=sent, content_type=FORM)

    assert (answer.status_code, "more than 5,000 fields" in answer.text) == (413, True)


def test_a_multipart_form_of_thousands_of_fields_is_refused(client: Visitor) -> None:
    part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n"

    sent = part * 5001 + "--x--"
    assert client.post("/login", data=sent, content_type="multipart/form-data; boundary=x").status_code == 413


@pytest.mark.parametrize("path", ["/login", "/admin/patients/", "/session", "/healthz"])
def test_an_address_of_thousands_of_names_is_refused(as_role: Callable[..., Visitor], path: str) -> None:
    assert as_role("Admin").get(f"{path}?{'a&' * 3000}").status_code == 400


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_would_grow_is_refused_by_its_line(bomb: str) -> None:
    with pytest.raises(YamlError, match=r"Aliases|levels deep|takes at most") as refused:
        load_yaml(BOMBS[bomb])

    assert (refused.value.line > 0) is (bomb != "too-long")


@pytest.mark.parametrize("address", sorted(OPEN_TO_STRANGERS))
def test_nothing_a_stranger_sends_to_an_open_address_makes_a_fault(client: Visitor, address: str) -> None:
    dice, (method, path) = random.Random(address), address.split()
    token = client.token("/login")
    for _ in range(150):
        place = path.replace(
            "<…>", dice.choice(HOSTILE).replace("\ud800", "x").replace("\udfff", "x").strip("/") or "x"
        )
        url = f"{place}?{encoded([(dice.choice(['next', 'email', 'id']), dice.choice(HOSTILE))])}"
        headers = {"Accept": dice.choice(["*/*", "application/json"]), "X-CSRFToken": dice.choice([token, "x", ""])}
        sent = {"data": dice.choice(BODIES), "content_type": dice.choice([*TYPES, *OTHER])} if method == "POST" else {}

        answer = client.open(url, method=method, headers=headers, buffered=True, **sent)

        assert (answer.status_code < 500, BEHIND.search(answer.get_data(as_text=True))) == (True, None), (url, sent)
