"""How a process that cannot start says why: in one line of the log, not in a traceback that holds it somewhere."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from gunicorn.arbiter import Arbiter

from chassis.fault_facts import is_of_database
from chassis.settings import SettingsError
from chassis.terminal import why_unusable


class SaysWhyItCannotStart:
    """Mixed into a gunicorn worker: settings or a database that cannot be used end the server, with no other try."""

    log: Any

    def load_wsgi(self) -> None:
        """Load the application as gunicorn does; where it lacks something or cannot use it, say what and leave."""
        try:
            super().load_wsgi()  # type: ignore[misc]
        except SettingsError as error:
            self._give_up(str(error))
        except Exception as error:
            if not is_of_database(error):
                raise
            self._give_up(why_unusable(error))

    def _give_up(self, why: str) -> NoReturn:
        self.log.critical("%s", why)
        sys.exit(Arbiter.APP_LOAD_ERROR)
