"""A bucket on a real HTTP server of this process, for tests that keep files there."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import boto3
import httpx
from django.conf import settings
from django.test import override_settings
from moto.server import ThreadedMotoServer

NAME, REGION, KEY, SECRET = "colortest", "eu-central-1", "a key", "its secret"


@contextmanager
def bucket_server() -> Iterator[str]:
    """The address of a store that speaks S3 and holds an empty bucket, for the block."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    httpx.post(f"{address}/moto-api/reset").raise_for_status()  # what it holds outlives it, in this process
    client = boto3.client(
        "s3", endpoint_url=address, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    try:
        yield address
    finally:
        server.stop()


@contextmanager
def kept_in_a_bucket(address: str) -> Iterator[None]:
    """The site as settings with S3_BUCKET and its fellows make it."""
    storages = deepcopy(settings.STORAGES)
    options = {"bucket_name": NAME, "endpoint_url": address, "region_name": REGION}
    storages["default"] = deepcopy(settings.BUCKET)
    storages["default"]["OPTIONS"] |= {**options, "access_key": KEY, "secret_key": SECRET}
    with override_settings(STORAGES=storages, S3_BUCKET=NAME):
        yield
