"""Files in an object store, by fsspec URL: what the archive and the staging folder need where workers share no disk.

An object appears whole or not at all. So it is uploaded from a finished local file: a stream that is closed by an
error would be stored as far as it came. Listings are never taken from a cache: other machines write here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from include.errors import ConfigError, RetryLater

# A record of the archive is some 50 kB; the default of 50 MB would fetch the whole file for each of its records.
_READ_BYTES = 256 * 1024


def is_remote(root: str) -> bool:
    """Whether a root is a URL of an object store rather than a folder."""
    return "://" in root


class ObjectStore:
    """The few operations on objects below one URL, such as `s3://bucket/archive`. Names are relative, with slashes.

    Every operation raises ConfigError where a person must mend something (address, rights, a package that is not
    installed) and RetryLater where the store does not answer; short failures are repeated by the client.
    """

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        import fsspec  # only installations with an object store pay for the import

        try:
            self._fs, self._base = fsspec.core.url_to_fs(self.root, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"{_mask(root)}: {error}; install the package of this store, or correct the URL"
            ) from None

    def upload(self, local: Path, name: str) -> None:
        """Store a finished local file under `name`, in place of what was there."""
        try:
            with self.explained():
                self._fs.put_file(str(local), self._path(name))
        except FileNotFoundError as error:
            raise ConfigError(f"{_mask(self.root)}: there is no such bucket; make it, or correct the URL") from error

    def read(self, name: str) -> bytes:
        """The whole object. Raises FileNotFoundError where there is none."""
        with self.explained():
            return bytes(self._fs.cat_file(self._path(name)))

    def open(self, name: str) -> BinaryIO:
        """Open an object for reading parts of it. Raises FileNotFoundError where there is none."""
        with self.explained():
            return BufferedReader(_Reader(self._fs.open(self._path(name), "rb", block_size=_READ_BYTES), self))

    def exists(self, name: str) -> bool:
        """Whether there is an object of this name, or one below it."""
        with self.explained():
            return bool(self._fs.exists(self._path(name)))

    def list_names(self, folder: str) -> list[str]:
        """Last parts of the names that are one level below `folder`, sorted; none where there is nothing."""
        with self.explained():
            try:
                paths = self._fs.ls(self._path(folder), detail=False, refresh=True)
            except FileNotFoundError:
                return []
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in paths)

    def remove(self, folder: str) -> None:
        """Remove everything below `folder`."""
        with self.explained():
            if self._fs.exists(self._path(folder)):
                self._fs.rm(self._path(folder), recursive=True)

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}".rstrip("/")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what a client raises into the errors that this class promises."""
        try:
            yield
        except FileNotFoundError:
            raise
        except PermissionError as error:
            raise ConfigError(
                f"{_mask(self.root)}: access is refused ({_shorten(error)}); check the credentials of this process"
            ) from error
        except Exception as error:  # every client has errors of its own: botocore's are neither OSError nor aiohttp's
            raise RetryLater(f"{_mask(self.root)}: the store does not answer ({_shorten(error)})") from error


class _Reader(RawIOBase):
    """An object that is read part by part, with the store's errors explained."""

    def __init__(self, file: Any, store: ObjectStore) -> None:
        self._file, self._store = file, store

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:
        with self._store.explained():
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _shorten(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _mask(url: str) -> str:
    """The URL without what may be a password."""
    parts = urlsplit(url)
    return url if "@" not in parts.netloc else url.replace(parts.netloc, f"…@{parts.netloc.rpartition('@')[2]}")
