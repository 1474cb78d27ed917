"""How a process that cannot start says why: in one line of the log, not in a traceback that holds it somewhere."""

from __future__ import annotations

import sys
from typing import Any

from gunicorn.arbiter import Arbiter

from chassis.settings import SettingsError


class SaysWhyItCannotStart:
    """Mixed into a gunicorn worker: settings that cannot be used end the server, and no other try is made."""

    log: Any

    def load_wsgi(self) -> None:
        """Load the application as gunicorn does; where a setting is missing or unusable, say which and leave."""
        try:
            super().load_wsgi()  # type: ignore[misc]
        except SettingsError as error:
            self.log.critical("%s", error)
            sys.exit(Arbiter.APP_LOAD_ERROR)
