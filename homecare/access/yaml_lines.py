"""YAML as plain data together with the line each value stands on. No aliases, no tags, no surprises."""

from __future__ import annotations

from typing import Any

import yaml

Lines = dict[tuple[str | int, ...], int]
LONGEST_TEXT = 1_000_000

_WORDS = {"true": True, "false": False}


class YamlError(ValueError):
    """The text is not YAML that we take; `line` counts from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        # An alias can make a page of text into gigabytes.
        if self.check_event(yaml.AliasEvent):
            raise YamlError(self.peek_event().start_mark.line + 1, "Aliases (*name) are not taken here.")
        return super().compose_node(parent, index)


def load_yaml(text: str) -> tuple[Any, Lines]:
    """The data, and the line of each value by its path of keys and positions. Raises YamlError."""
    if len(text) > LONGEST_TEXT:
        raise YamlError(0, f"A file takes at most {LONGEST_TEXT:,} characters; this has {len(text):,}.")
    try:
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise YamlError(line, f"This is not YAML: {error.problem or error.context}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlError(0, "This is not YAML. Bring it to the form of an exported file.") from error
    lines: Lines = {}
    return (None if node is None else _plain(node, (), lines)), lines


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
                raise YamlError(line, f"{key.value!r} stands here twice.")
            found[key.value] = _plain(value, (*path, key.value), lines)
            # Of a name with values below it, the line of the name itself.
            lines[*path, key.value] = line
        return found
    return _scalar(node)


def _scalar(node: Any) -> Any:
    """Text, a whole number, true, false or nothing. `no` and `on` are words: the roles of a care company use them."""
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
