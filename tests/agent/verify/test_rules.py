"""The rules in the docstring of the core, in its code and in the attacks are the same."""

from __future__ import annotations

import re

from gauger_agent.verify import core
from gauger_agent.verify.ledger import RULES
from support.attacks import ATTACKS


def test_the_docstring_lists_the_rules_that_are_checked_in_their_order() -> None:
    listed = re.findall(r"^\d+\. ``(\w+)``:", core.__doc__ or "", re.MULTILINE)
    assert listed == list(RULES)


def test_every_rule_has_an_attack_that_it_stops_with_the_code_of_the_rule() -> None:
    stopped = {attack.check: attack.code for attack in ATTACKS}
    assert stopped == dict(RULES)
