"""Records what SQLite tells the disk: the VFS of the very library that Loket ships, its calls written down on the way.

The wheel's module exports SQLite's own functions; through ctypes the default VFS is changed in place, so that the calls
of the one SQLCipher library in this process are seen, at the last place before the operating system: nothing is built,
installed or traced for it (decision 014).
"""

import ctypes
import os
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any

from sqlcipher3 import _sqlite3

from tests.power.trace import Created, Cut, FolderSynced, Removed, Step, Synced, Written

OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
SET_CALL = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
GET_CALL = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
OPEN_FOLDER = CFUNCTYPE(c_int, c_char_p, c_void_p)


class Vfs(ctypes.Structure):
    """sqlite3_vfs, version 3 (sqlite3.h)."""

    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", OPEN),
        ("delete", DELETE),
        *((f"other_{number}", c_void_p) for number in range(10)),
        ("current_time_64", c_void_p),
        ("set_system_call", SET_CALL),
        ("get_system_call", GET_CALL),
    )


class Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3 (sqlite3.h)."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", WRITE),
        ("truncate", TRUNCATE),
        ("sync", SYNC),
        *((f"other_{number}", c_void_p) for number in range(13)),
    )


class File(ctypes.Structure):
    """sqlite3_file (sqlite3.h)."""

    _fields_ = (("methods", POINTER(Methods)),)


class Recorder:
    """Writes down every call on files of one folder from the moment it is made; for the life of the process."""

    def __init__(self, folder: Path, start: list[str]) -> None:
        self.steps: list[Step] = []
        self._folder = str(folder.resolve()) + os.sep
        self._numbers = {name: number for number, name in enumerate(start)}
        """the file that a name stands for now"""
        self._next = len(start)
        self._files: dict[int, int] = {}
        """address of an open sqlite3_file -> file"""
        self._methods: dict[int, Methods] = {}
        """address of SQLite's table -> ours, which calls it"""
        self._kept: list[Any] = []
        self._folder_opened = False
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = POINTER(Vfs)
        self._take_over(library.sqlite3_vfs_find(None).contents)

    def _take_over(self, vfs: Vfs) -> None:
        assert (vfs.version, vfs.name) == (3, b"unix")
        address = ctypes.addressof(vfs)
        self._open, self._delete = OPEN.from_buffer_copy(vfs.open), DELETE.from_buffer_copy(vfs.delete)
        self._open_folder = OPEN_FOLDER(vfs.get_system_call(address, b"openDirectory"))
        ours = OPEN(self._opened), DELETE(self._deleted), OPEN_FOLDER(self._opening_folder)
        self._kept += [vfs, *ours]
        vfs.open, vfs.delete = ours[:2]
        assert vfs.set_system_call(address, b"openDirectory", ctypes.cast(ours[2], c_void_p)) == 0

    # ------------------------------------------------------------------------------------------ names

    def _name(self, path: bytes | None) -> str | None:
        """The name of a file in the folder that is watched."""
        full = os.fsdecode(path or b"")
        return full.removeprefix(self._folder) if full.startswith(self._folder) else None

    def _opened(self, vfs: int, path: int | None, file: int, flags: int, out: int | None) -> int:
        # SQLite hides the file's settings behind the end of this text: the pointer itself is handed on.
        name = self._name(ctypes.string_at(path) if path else None)
        was_there = name is not None and (Path(self._folder) / name).exists()
        answer: int = self._open(vfs, path, file, flags, out)
        if answer == 0 and name is not None:
            if not was_there:
                self._numbers[name] = self._next
                self.steps.append(Created(name, self._next))
                self._next += 1
            self._files[file] = self._numbers[name]
            self._wrap(File.from_address(file))
        return answer

    def _deleted(self, vfs: int, path: bytes, sync: int) -> int:
        name = self._name(path)
        if name in self._numbers:
            self.steps.append(Removed(name))
            del self._numbers[name]
        return self._and_folder(lambda: self._delete(vfs, path, sync))

    def _opening_folder(self, path: bytes, out: int) -> int:
        """SQLite opens a folder only to sync it, which comes next."""
        self._folder_opened = True
        answer: int = self._open_folder(path, out)
        return answer

    def _and_folder(self, call: Callable[[], int]) -> int:
        """Do it; a sync of the folder within it counts when it has returned."""
        self._folder_opened = False
        answer = call()
        if answer == 0 and self._folder_opened:
            self.steps.append(FolderSynced())
        return answer

    # ------------------------------------------------------------------------------------------ contents

    def _wrap(self, file: File) -> None:
        theirs = file.methods.contents
        address = ctypes.addressof(theirs)
        if address not in self._methods:
            ours = Methods.from_buffer_copy(theirs)
            write, truncate, sync = theirs.write, theirs.truncate, theirs.sync

            def written(file: int, data: int, count: int, offset: int) -> int:
                self.steps.append(Written(self._files[file], offset, ctypes.string_at(data, count)))
                answer: int = write(file, data, count, offset)
                return answer

            def cut(file: int, size: int) -> int:
                self.steps.append(Cut(self._files[file], size))
                answer: int = truncate(file, size)
                return answer

            def synced(file: int, flags: int) -> int:
                answer = self._and_folder(lambda: sync(file, flags))
                if answer == 0:
                    self.steps.append(Synced(self._files[file]))
                return answer

            ours.write, ours.truncate, ours.sync = WRITE(written), TRUNCATE(cut), SYNC(synced)
            self._methods[address] = ours
        file.methods = ctypes.pointer(self._methods[address])
