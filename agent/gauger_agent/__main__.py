"""``python -m gauger_agent`` is ``gauger``."""

from gauger_agent.cli.main import entry

entry()
