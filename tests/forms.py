"""The forms of a page as a browser would send them back."""

from __future__ import annotations

from html.parser import HTMLParser


class Forms(HTMLParser):
    """`forms` holds the names and values of the fields of each form, without files and buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []
        self.text: list[str] | None = None
        self.name = ""
        self.options: list[str] = []
        self.option: str | None = None
        self.chosen: str | None = None
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append([])
            self.open = True
        elif tag == "input" and found.get("name"):
            unticked = found.get("type") in ("checkbox", "radio") and "checked" not in found
            if unticked or found.get("type") == "file":
                return
            self._add(found["name"], found.get("value", "on" if found.get("type") == "checkbox" else ""))
        elif tag == "textarea":
            self.name, self.text = found.get("name", ""), []
        elif tag == "select":
            self.name, self.options, self.chosen = found.get("name", ""), [], None
        elif tag == "option":
            self._end_option()
            self.text, self.option = [], found.get("value")
            if "selected" in found:
                self.chosen = found.get("value", "\0text")

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The first line break of a textarea is not part of its value.
            self._add(self.name, "".join(self.text or []).removeprefix("\n"))
            self.text = None
        elif tag == "option":
            self._end_option()
        elif tag == "select":
            self._add(self.name, self.chosen if self.chosen is not None else next(iter(self.options), ""))
        elif tag == "form":
            self.open = False

    def _end_option(self) -> None:
        if self.text is None:
            return
        words = " ".join("".join(self.text).split())
        self.options.append(words if self.option is None else self.option)
        if self.chosen == "\0text":
            self.chosen = words
        self.text = None

    def _add(self, name: str, value: str) -> None:
        if self.open and name:
            self.forms[-1].append((name, value))


def form_with(page: str, name: str) -> dict[str, str]:
    """The first form of the page that has a field `name`. Raises LookupError."""
    parser = Forms()
    parser.feed(page)
    parser.close()
    for form in parser.forms:
        if any(key == name for key, _ in form):
            return dict(form)
    raise LookupError(f"The page has no form with a field {name!r}: {page[:300]}")
