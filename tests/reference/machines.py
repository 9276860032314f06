"""The table of captured machines: what each comes out as, under the packs of two jurisdictions.

``PYTHONPATH=tests python -m reference.machines`` prints it; ``--expect`` writes what each machine
comes out as beside its capture, to be read before it is committed.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator

from reference.summary import DAY, MACHINES, RULES, Summary, names, summary

_HEAD = f"""# Captured machines, and what they come out as

Made by `PYTHONPATH=tests python -m reference.machines`; a test runs it and compares. Each machine
is a capture in `tests/fixtures/machines/`: one that was recorded on the machine, or one built from
values that were published of real machines (`origin.toml` beside each says which). Judged by the
law of {DAY}. Display chips and slices of a package are left out of the rows, and so are processors
far below every threshold.
"""
_WORDS = {"meets": "**meets**", "doesNotMeet": "no", "indeterminate": "*indeterminate*"}


def expected(name: str) -> Summary:
    """Return what machine ``name`` is expected to come out as."""
    path = MACHINES / name / "expected" / "accelerators.json"
    found: Summary = json.loads(path.read_text("utf-8"))
    return found


def table(found: dict[str, Summary]) -> str:
    """Return the page for these summaries, by machine."""
    parts = [_HEAD]
    for name, item in found.items():
        origin = tomllib.loads((MACHINES / name / "origin.toml").read_text("utf-8"))
        parts += [
            f"## {name}",
            "",
            f"{_sentence(origin['represents'])} Exit {item['exitCode']}.",
            "",
        ]
        rows = list(_rows(item))
        if rows:
            heads = ["device", "what the sources say", "TPP", *RULES, "open because"]
            parts += [_line(heads), _line("---" for _ in heads), *map(_line, rows), ""]
        parts += [f"- {text}" for text in _findings(item)]
        parts += [""] if item["doubts"] or item["unseen"] else []
    return "\n".join(parts).rstrip() + "\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _rows(item: Summary) -> Iterator[list[str]]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for device in item["accelerators"]:
        if device["parent"] is None and device["tpp"] != [0, 0, 0]:
            alike.setdefault(tuple(_cells(device)), []).append(device["id"])
    for cells, ids in alike.items():
        yield [ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} more", *cells]


def _cells(device: Summary) -> Iterator[str]:
    said = [f"{source}: {text}" for source, text in device["names"].items()]
    said += [f"{source}: {text}" for source, text in device["units"].items()]
    yield "; ".join(said) or "nothing"
    yield _tpp(device)
    for rule in RULES.values():
        yield _WORDS[device["verdicts"][rule]]
    yield _bounded("; ".join(device["open"]))


def _tpp(device: Summary) -> str:
    low, value, high = device["tpp"]
    if high is None:
        return "unknown"
    span = f"{low:,.0f} to {high:,.0f}" if low and high > low * 1.02 else f"{value or high:,.0f}"
    return f"at most {high:,.0f}" if not low else span


def _findings(item: Summary) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for doubt in item["doubts"]:
        said.setdefault(f"`{doubt['doubt']}` {doubt['explanation']}", []).append(doubt["subject"])
    for text, subjects in said.items():
        yield f"{text} ({subjects[0] if len(subjects) == 1 else f'{len(subjects)} devices'})"
    yield from (f"could hide: {text}" for text in item["unseen"])


def _bounded(text: str) -> str:
    return text.replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table, or write what is expected."""
    found = {name: summary(MACHINES / name / "tree") for name in names()}
    if sys.argv[1:] == ["--expect"]:
        for name, item in found.items():
            path = MACHINES / name / "expected" / "accelerators.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(item, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return
    sys.stdout.write(table(found))


if __name__ == "__main__":
    main()
