"""How many functions of ours a request walks through, from the view's method to its answer: `python -m bench.calls`.

Counted are calls of named functions of homecare/ (no lambdas, no comprehensions), with everything that is kept per
version of the policy kept already. Calls grow with the rows of a page, so the length of a path is its distinct
functions: all of them, and those that only pass table, person and request on, without what every value and every
element of a page goes through (LEAVES). `visits` are the calls into access/acting.py.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import homecare
from bench.__main__ import signed_in
from bench.company import demo_company
from homecare import create_app

PACKAGE = Path(homecare.__file__).parent
TABLE, COLUMN, VALUES = "invoices", "status", ("Paid", "Overdue")
ROWS = 3

# Files and folders that are asked of one value, one cell, one address or one connection, now and before.
LEAVES = (
    "kinds/", "models/", "web/", "clock.py", "calendars.py", "db.py", "deadline.py", "assets.py", "urls.py",
    "admin/cells.py", "access/shown.py", "audit/",
)  # fmt: skip

Calls = Counter[tuple[str, str]]


def walked(view: str, ask: Callable[[], Any]) -> Calls:
    """The calls by file and function between the view's method `view` and its answer."""
    found: Calls = Counter()
    inside: list[FrameType] = []

    def note(frame: FrameType, event: str, _arg: Any) -> None:
        if event == "return" and inside and frame is inside[0]:
            inside.clear()
        if event != "call" or not Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
            return
        if not inside and frame.f_code.co_name == view:
            inside.append(frame)
        if inside and not frame.f_code.co_name.startswith("<"):
            name = Path(frame.f_code.co_filename).relative_to(PACKAGE).as_posix()
            found[name, frame.f_code.co_qualname] += 1

    sys.setprofile(note)
    try:
        ask()
    finally:
        sys.setprofile(None)
    return found


def tell(path: str, calls: Calls, whole: bool) -> None:
    visits = sum(number for (file, _), number in calls.items() if file == "access/acting.py")
    passing = [function for file, function in calls if not file.startswith(LEAVES)]
    print(
        f"{path:22} {len(calls):4} functions, {len(passing):3} of them passing on, {calls.total():5} calls, "
        f"access/acting.py visited {visits} times"
    )
    for (file, function), number in sorted(calls.items()) if whole else ():
        print(f"    {number:5}  {file}  {function}")


def main() -> None:
    whole = "--whole" in sys.argv
    with demo_company() as config:
        client = signed_in(create_app(config))
        page = ""

        def opened() -> None:
            nonlocal page
            page = client.get(f"/admin/{TABLE}/").get_data(as_text=True)

        opened()
        tell("list to page", walked("index_view", opened), whole)
        for value in VALUES:
            opened()
            rows = re.findall(r'<tr[^>]*data-id="(\d+)"[^>]*data-version="(\d+)"', page)[:ROWS]
            token = re.search(r'name="csrf_token"[^>]*?value="([^"]+)"', page)
            assert token is not None
            assert len(rows) == ROWS
            form = {
                "csrf_token": token[1], "action": "set", "confirmed": "1", "field": COLUMN, "value": value,
                "rowid": [row_id for row_id, _ in rows], "versions": ",".join(map(":".join, rows)),
            }  # fmt: skip

            def changed(form: dict[str, Any] = form) -> None:
                assert client.post(f"/admin/{TABLE}/action/", data=form).status_code == 302

            calls = walked("action_view", changed)
        tell(f"{ROWS} rows set, with undo", calls, whole)
        opened()
        undo = re.search(r'name="token"[^>]*?value="([^"]+)"', page)
        assert undo is not None

        def taken_back() -> None:
            data = {"csrf_token": token[1], "token": undo[1]} if token and undo else {}
            assert client.post(f"/admin/{TABLE}/undo/", data=data).status_code == 302

        tell("the same undone", walked("undo_view", taken_back), whole)


if __name__ == "__main__":
    main()
