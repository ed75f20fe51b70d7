"""Connections notice a cable that was pulled."""

import pytest
from django.conf import settings
from django.db import connection

from colortest.connections import patient_for


@pytest.mark.django_db
def test_the_database_was_asked_to_look_after_its_client() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        assert cursor.fetchone() == (f"{settings.DATABASE_SILENCE // 4}s",)


def test_both_ends_give_up_within_the_time() -> None:
    told = patient_for(20)
    assert told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"] <= 20
    assert told["tcp_user_timeout"] == 20_000
    assert "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3" in told["options"]
    assert "-c tcp_user_timeout=20000" in told["options"]
