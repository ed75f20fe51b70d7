"""The measurements of `bench_photos`, in a process whose Django knows their database."""

import logging
import os
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from colortest.access import ADMINS, grant  # noqa: E402
from colortest.stimuli import made_elsewhere, services  # noqa: E402
from colortest.stimuli.models import Colorization, ForgottenFile, Photo, TestSet  # noqa: E402

PHOTOS = 100_000
MADE = "UPDATE stimuli_colorization SET status = 'READY', file = 'stimuli/none/' || id, psnr = 1, tries = 0"


def main() -> None:
    logging.disable(logging.WARNING)  # without Redis nobody can be rung for
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    test_set, client = fill(), admin()
    print(f"{PHOTOS:,} photos, load {os.getloadavg()[0]:.1f}")
    tell("accepted, two algorithms asked", lambda: post(client, "accept"))
    assert Colorization.objects.pending().count() == 2 * PHOTOS
    with connection.cursor() as cursor:
        cursor.execute(MADE)
        cursor.execute("VACUUM ANALYZE")
    names = list(test_set.photos.values_list("pk", "name"))
    fakes = [f"results/{name}" for _, name in names]
    tell("as many fakes matched by name", lambda: made_elsewhere.match(fakes, names))
    tell("deleted, with 200,000 colorizations", lambda: post(client, "delete"))
    assert not Photo.objects.exists()
    left = ForgottenFile.objects.count()
    tell(f"{left:,} files deleted by the clock", lambda: services.delete_forgotten(seconds=600))


def fill() -> TestSet:
    for name in ("grey", "other"):
        services.register_method(slug=name, name=name, kind="BASELINE", method="grey")
    test_set = services.create_test_set(name="large")
    test_set.status = TestSet.Status.CHECKED
    test_set.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stimuli_photo (test_set_id, split, name, file, sha256, byte_count, width, height)"
            " SELECT %s, 'test', n || '.jpg', 'stimuli/none/p' || n, md5(n::text), 1, 256, 256"
            " FROM generate_series(1, %s) n",
            [test_set.pk, PHOTOS],
        )
        cursor.execute("VACUUM ANALYZE")
    return test_set


def admin() -> Client:
    account = get_user_model().objects.create_user("bench")
    grant(account, ADMINS)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, what: str) -> None:
    reply = client.post(f"/test-sets/large/{what}/")
    assert reply.status_code == 302, reply.status_code


def tell(what: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    print(f"{what:42} {time.perf_counter() - started:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
