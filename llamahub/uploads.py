"""How much may be attached to a form, whoever sends it.

Files are written to the disk as they arrive, before it is known who sends them and whether any form wants them.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class LimitedUpload(FileUploadHandler):
    """Counts what arrives, over all files of a request, and ends it when it is too much."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.FILES_MAX_SIZE:
            raise RequestDataTooBig("The attached files are larger than FILES_MAX_SIZE.")
        return raw_data  # for the next handler, which keeps it

    def file_complete(self, file_size: int) -> Any:
        return None
