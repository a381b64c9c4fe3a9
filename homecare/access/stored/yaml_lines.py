"""YAML as plain data with the line of each value. No aliases and no tags."""

from __future__ import annotations

from typing import Any

import yaml

Lines = dict[tuple[str | int, ...], int]
LONGEST_TEXT = 1_000_000

_WORDS = {"true": True, "false": False}


class YamlError(ValueError):
    """The text is not YAML that is accepted here. `line` counts from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


# The largest possible policy has fewer values. The deepest is a column of a table of a role.
MOST_VALUES = 100_000
DEEPEST = 20


def load_yaml(text: str) -> tuple[Any, Lines]:
    """The data, and the line of each value by its path of keys and positions. Raises YamlError."""
    if len(text) > LONGEST_TEXT:
        raise YamlError(0, f"A file takes at most {LONGEST_TEXT:,} characters; this has {len(text):,}.")
    try:
        _refuse_bombs(text)
        node = yaml.compose(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise YamlError(line, f"This is not YAML: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise YamlError(0, "This is not YAML. Bring it to the form of an exported file.") from error
    lines: Lines = {}
    return (None if node is None else _plain(node, (), lines)), lines


def _refuse_bombs(text: str) -> None:
    """Reads the text once without building anything. libyaml parses 1 MB in about a second."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, yaml.CSafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            # An alias can expand a page of text to gigabytes.
            raise YamlError(line, "Aliases (*name) are not allowed here.")
        if number > MOST_VALUES:
            raise YamlError(line, f"A file takes at most {MOST_VALUES:,} values.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise YamlError(line, f"Values can be at most {DEEPEST} levels deep.")


def _plain(node: Any, path: tuple[str | int, ...], lines: Lines) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, number), lines) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlError(line, "A name must be a word.")
            if key.value in found:
                raise YamlError(line, f"{key.value!r} appears twice here.")
            found[key.value] = _plain(value, (*path, key.value), lines)
            # For a name with values below it, the line of the name itself.
            lines[*path, key.value] = line
        return found
    return _scalar(node)


def _scalar(node: Any) -> Any:
    """Text, a whole number, true, false or None. `no` and `on` stay text: roles of a care company use these words."""
    if node.style in ("'", '"', "|", ">"):
        return node.value
    if node.value in ("", "~", "null"):
        return None
    if node.value in _WORDS:
        return _WORDS[node.value]
    text = node.value
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump_yaml(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
