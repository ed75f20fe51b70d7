"""How long the two ends of a database connection believe in each other after a cable was pulled.

Without these a lost worker holds its rows for two hours, the operating system's own limit.
"""

from typing import Any


def patient_for(seconds: int) -> dict[str, Any]:
    """Options of psycopg2: both ends give a silent connection up after about so many seconds.

    The first half tells this end: libpq asks again and again whether the other is there, and does not wait for longer
    than that for what it sent to arrive. `options` tells the server to do the same: a session whose client is gone is
    rolled back, and its locks are free; `client_connection_check_interval` also ends the query that nobody waits for.
    """
    interval = max(1, seconds // 4)
    return {
        "connect_timeout": max(2, seconds // 2),
        "keepalives": 1,
        "keepalives_idle": interval,
        "keepalives_interval": interval,
        "keepalives_count": 3,
        "tcp_user_timeout": seconds * 1000,
        "options": (
            f"-c tcp_keepalives_idle={interval} -c tcp_keepalives_interval={interval} -c tcp_keepalives_count=3 "
            f"-c tcp_user_timeout={seconds * 1000} -c client_connection_check_interval={interval}s"
        ),
    }
