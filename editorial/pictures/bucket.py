"""Pictures in a store that speaks S3: at Amazon, or any other that is compatible.

Needs the extra ``scale``. An object appears under its name as a whole or not at all, so that nothing is renamed. The
bucket may be private, and should: the site alone reads it, with its own headers around what it sends.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, ClassVar
from urllib.parse import quote, urljoin

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from storages.backends.s3 import S3Storage

from .stores import Listed, Opened, StoreAway

MISSING = {"404", "NoSuchKey", "NotFound"}


class BucketStore(S3Storage):  # type: ignore[misc] # untyped
    is_on_disk: ClassVar = False

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Of the site, which serves it: addresses outlast the place where a file is kept."""
        return urljoin(settings.MEDIA_URL, quote(name))

    def put(self, name: str, data: IO[bytes]) -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        with _answering():
            self._client.put_object(Bucket=self.bucket_name, Key=self._key(name), Body=data, ContentType=kind)

    def opened(self, name: str) -> Opened | None:
        if name.endswith("/"):
            return None
        try:
            with _answering():
                found = self._client.get_object(Bucket=self.bucket_name, Key=self._key(name))
        except FileNotFoundError:
            return None
        return Opened(_Body(found["Body"]), found["ContentLength"], found["LastModified"].timestamp())

    def remove(self, name: str) -> None:
        with _answering():
            self._client.delete_object(Bucket=self.bucket_name, Key=self._key(name))

    def listed(self, folder: str) -> Iterator[Listed]:
        place = self._key("")
        with _answering():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=f"{place}{folder}/"
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    yield Listed(found["Key"].removeprefix(place), found["LastModified"].timestamp())

    def exists(self, name: str) -> bool:
        try:
            with _answering():
                self._client.head_object(Bucket=self.bucket_name, Key=self._key(name))
        except FileNotFoundError:
            return False
        return True

    def check(self) -> None:
        try:
            with _answering():
                self._client.head_bucket(Bucket=self.bucket_name)
        except FileNotFoundError:
            raise StoreAway(f"The bucket {self.bucket_name} does not exist.") from None

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _key(self, name: str) -> str:
        # A store takes any name; what leads out of a folder is none of ours.
        if name.startswith("/") or any(part in {".", ".."} for part in name.split("/")):
            raise SuspiciousFileOperation(f"{name!r} is no name of a file.")
        return f"{self.location}/{name}" if self.location else name


class _Body:
    """What is being received, as a file; what is lost on the way is the store’s failure."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1, /) -> bytes:
        with _answering():
            data: bytes = self._body.read(None if size < 0 else size)
            return data

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> _Body:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


@contextmanager
def _answering() -> Iterator[None]:
    """Raises FileNotFoundError for what is not there, and StoreAway for all else that goes wrong."""
    try:
        yield
    except ClientError as error:
        answer = error.response.get("Error", {})
        if str(answer.get("Code")) in MISSING:
            raise FileNotFoundError("no such object") from None
        raise StoreAway(f"The store of pictures refuses: {answer.get('Code')} {answer.get('Message', '')}") from error
    except (BotoCoreError, HTTPClientError, Boto3Error) as error:
        raise StoreAway(f"The store of pictures does not answer: {error}") from error
