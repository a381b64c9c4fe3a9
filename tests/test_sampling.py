"""The sample of `make test` leaves out no role, no table and no look, and all that it leaves out is in `make walk`."""

from __future__ import annotations

import pytest
import sampling
from permission_table import cells, roles, tables
from sampling import EVERY_LOOK, at_most, some, some_of_each


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "whole", False)


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "whole", True)


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("granted", [True, False])
def test_a_sample_of_roles_and_tables_meets_each_of_both(granted: bool) -> None:
    of_kind = [pytest.param(*key) for key, cell in cells().items() if cell.may("create") is granted]

    met = some_of_each(of_kind, 3)

    assert len(met) < len(of_kind) / 2
    for number in (0, 1):
        assert {param.values[number] for param in met} == {param.values[number] for param in of_kind}


@pytest.mark.usefixtures("sample")
def test_what_begins_elsewhere_in_each_turn_meets_everything() -> None:
    assert {thing for turn in range(len(roles())) for thing in some(tables(), 5, turn)} == {*tables()}


@pytest.mark.usefixtures("sample")
def test_the_looks_of_the_sample_have_each_width_and_each_theme() -> None:
    looks = some(EVERY_LOOK, 3)

    assert len(looks) == 2
    assert [{*parts} for parts in zip(*looks, strict=True)] == [{*parts} for parts in zip(*EVERY_LOOK, strict=True)]


@pytest.mark.usefixtures("everything")
def test_a_whole_run_leaves_nothing_out() -> None:
    everywhere = [pytest.param(*key) for key in cells()]

    assert some(everywhere, 3, 2) == some_of_each(everywhere, 3) == everywhere
    assert at_most(3, 6) == 6
