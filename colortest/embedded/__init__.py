"""The whole site on one machine with nothing installed: PostgreSQL and Redis from wheels, and what serves beside them.

`addresses` says where they are, `services` runs the two, `postgres` by its own programs, `unprivileged` lets root do so
as somebody else, `supervisor` keeps children from outliving their parent, `processes` are the site’s own, `preparation`
is what must be there before they start, `backups` puts a site into one file and back.
"""

from colortest.embedded.addresses import (
    DATABASE,
    NOT_RUNNING,
    SUPERUSER,
    database_url,
    home,
    redis_url,
    running,
    sockets,
)
from colortest.embedded.services import serve

__all__ = [
    "DATABASE",
    "NOT_RUNNING",
    "SUPERUSER",
    "database_url",
    "home",
    "redis_url",
    "running",
    "serve",
    "sockets",
]
