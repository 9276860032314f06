"""Where the state folder is."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.errors import UsageError
from gauger_agent.state import locate


@pytest.mark.parametrize(
    ("environment", "root"),
    [
        ({"HOME": "/h"}, "/h/.local/state/gauger"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/x"}, "/x/gauger"),
        ({"HOME": "/h", "XDG_STATE_HOME": ""}, "/h/.local/state/gauger"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/x", "GAUGER_HOME": "/g"}, "/g"),
        ({"HOME": "/h", "GAUGER_HOME": ""}, "/h/.local/state/gauger"),
        ({"STATE_DIRECTORY": "/var/lib/gauger"}, "/var/lib/gauger"),
        ({"STATE_DIRECTORY": "/var/lib/gauger:/var/lib/b", "HOME": "/h"}, "/var/lib/gauger"),
        ({"STATE_DIRECTORY": "/var/lib/gauger", "GAUGER_HOME": "/g"}, "/g"),
    ],
)
def test_the_state_folder_is_where_the_environment_says(
    environment: dict[str, str], root: str
) -> None:
    assert locate(environment).root == Path(root)


def test_the_names_inside_are_those_that_scripts_rely_on() -> None:
    state = locate({"GAUGER_HOME": "/g"})
    places = (state.default_key, state.trusted, state.revoked, state.packs, state.seen)
    expected = ("keys/default.pem", "trusted.d", "revoked.d", "packs", "seen.json")
    assert tuple(str(place.relative_to("/g")) for place in places) == expected


def test_an_environment_without_a_home_is_told_what_to_set() -> None:
    with pytest.raises(UsageError) as refused:
        locate({})
    assert "GAUGER_HOME" in refused.value.advice
