"""Whether the queue answers."""

from kombu.exceptions import OperationalError

from colortest.celery import app


def broker_answers() -> bool:
    """Within two seconds; a queue that is away costs no more, and loses nothing that the rows do not know."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    except (OperationalError, OSError):
        return False
    return True
