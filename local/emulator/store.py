"""Documents that survive a restart."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]
Rows = tuple[tuple[str, str, str], ...]
"""Everything a store holds at one moment: collection, id and body of each document, in order."""

_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (collection, id)
)
"""


class StoreError(RuntimeError):
    """The file on disk cannot be used as a store."""


class Store:
    """Named collections of JSON documents in one SQLite file, or in memory when `path` is None.

    Every write is on disk when the call returns, so a killed process loses nothing. Safe to use
    from several threads; `transaction()` makes several writes one.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        try:
            self._open(path)
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise StoreError(
                f"{path} is not a readable store ({error}). "
                "Run `python -m local reset` to begin anew."
            ) from error
        except StoreError:
            self._database.close()
            raise

    def _open(self, path: Path | None) -> None:
        # WAL with NORMAL survives a killed process without waiting for the disk at every write.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        (found,) = self._database.execute("PRAGMA user_version").fetchone()
        if found not in (0, _FORMAT):
            raise StoreError(
                f"{path} has format {found}, this version reads {_FORMAT}. "
                "Run `python -m local reset` to begin anew."
            )
        self._database.execute(_SCHEMA)
        self._database.execute(f"PRAGMA user_version = {_FORMAT}")

    def collection(self, name: str) -> Collection:
        """Return the collection of that name; it need not exist before."""
        return Collection(self, name)

    def is_empty(self) -> bool:
        """Tell whether nothing was ever written since the last clear."""
        return self.query("SELECT 1 FROM documents LIMIT 1") == []

    def clear(self) -> None:
        """Forget everything."""
        self.change("DELETE FROM documents")

    def rows(self) -> Rows:
        """Return everything, for `replace`."""
        found = self.query("SELECT collection, id, body FROM documents ORDER BY position")
        return tuple((row[0], row[1], row[2]) for row in found)

    def replace(self, rows: Rows) -> None:
        """Hold exactly what `rows` has returned, of this store or another one."""
        with self.transaction():
            self.clear()
            for row in rows:
                self.change("INSERT INTO documents (collection, id, body) VALUES (?, ?, ?)", *row)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside the block one: on an exception none of them has happened."""
        with self._lock:
            if self._database.in_transaction:
                yield
                return
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def query(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        """Run a reading statement and return all rows."""
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def change(self, statement: str, *values: str) -> int:
        """Run a writing statement and return the number of rows it touched."""
        with self._lock:
            return self._database.execute(statement, values).rowcount


class Collection(MutableMapping[str, Document]):
    """Documents by id, in the order in which they were first written.

    What is read is a copy: a change counts only when it is written back.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def __getitem__(self, key: str) -> Document:
        rows = self._store.query(
            "SELECT body FROM documents WHERE collection = ? AND id = ?", self._name, key
        )
        if not rows:
            raise KeyError(key)
        document: Document = json.loads(rows[0][0])
        return document

    def __setitem__(self, key: str, document: Document) -> None:
        self._store.change(
            "INSERT INTO documents (collection, id, body) VALUES (?, ?, ?) "
            "ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
            self._name,
            key,
            json.dumps(document, separators=(",", ":")),
        )

    def __delitem__(self, key: str) -> None:
        if not self._store.change(
            "DELETE FROM documents WHERE collection = ? AND id = ?", self._name, key
        ):
            raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        rows = self._store.query(
            "SELECT id FROM documents WHERE collection = ? ORDER BY position", self._name
        )
        return iter([row[0] for row in rows])

    def __len__(self) -> int:
        rows = self._store.query("SELECT count(*) FROM documents WHERE collection = ?", self._name)
        return int(rows[0][0])

    def documents(self) -> list[Document]:
        """Return all documents in order; one query, unlike walking `values()`."""
        rows = self._store.query(
            "SELECT body FROM documents WHERE collection = ? ORDER BY position", self._name
        )
        return [json.loads(row[0]) for row in rows]
