"""The whole site on one machine with nothing installed: PostgreSQL and Redis from wheels, and what serves beside them.

`services` finds and runs the two servers, `unprivileged` lets root do so as somebody else, `supervisor` keeps children
from outliving their parent, `processes` are the site’s own, `preparation` is what must be there before they start.
"""

from colortest.embedded.services import (
    DATABASE,
    NOT_RUNNING,
    SUPERUSER,
    database_url,
    home,
    redis_url,
    running,
    serve,
    sockets,
)

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
