#!/usr/bin/env python3
"""Reads a Heirloom store without Heirloom. Written from docs/store-format.md; needs Python 3.8, blake3 and zstandard,
and for sealed versions pynacl:

    pip install blake3 zstandard pynacl
    reader.py LOCATION                                list the versions of every device
    reader.py LOCATION DEVICE NUMBER                  list the files of a version
    reader.py LOCATION DEVICE NUMBER FOLDER           write the files of a version to a new folder

LOCATION is the folder that holds "Heirloom". Before it, --key FILE opens sealed versions with the recovery keys in FILE, one
a line; - asks for one. All is compared with its checksum. Ends with 1 when something was damaged or needs a key, and says what.
"""
import base64
import datetime
import getpass
import io
import json
import os
import re
import struct
import sys

import blake3
import zstandard

RECORD = re.compile(r"^(\d{6,18})-[0-9A-Za-z]+\.ver$")


class Damaged(Exception):
    """Something is not what was stored."""


def b3(data):
    return blake3.blake3(data).digest()


def unpack(packed, size):
    """One zstd frame that must unpack to exactly `size` bytes."""
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(io.BytesIO(packed))
        data = reader.read(size + 1)
    except zstandard.ZstdError as error:
        raise Damaged(f"cannot be unpacked: {error}")
    if len(data) != size:
        raise Damaged("unpacks to a wrong length")
    return data


def derive(key, what):
    return blake3.blake3(key, derive_key_context=f"Heirloom 2026 store key: {what}").digest()


def parse_key(written):
    """The key in its written form: 56 letters, the last of them a check."""
    letters = re.sub(r"[\s-]", "", written).upper().translate(str.maketrans("OIL", "011"))
    rfc = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    data = base64.b32decode(letters.translate(rfc)) if re.fullmatch("[0-9A-HJKMNP-TV-Z]{56}", letters) else b""
    if not data or derive(data[:32], "id")[:3] != data[32:]:
        sys.exit("this is not a recovery key, or a letter of it is wrong")
    return data[:32]


def opener(key, nonce, header):
    """What opens the parts of one sealed record."""
    from nacl import bindings, exceptions

    def part(number, sealed):
        try:
            whole = nonce + struct.pack("<Q", number)
            return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, header, whole, derive(key, "records"))
        except exceptions.CryptoError:
            raise Damaged("has a broken seal")

    return part


class Version:
    """A record: its head, and on demand its list of files."""

    def __init__(self, path, device, keys):
        self.path, self.name = path, os.path.basename(path)
        with open(path, "rb") as file:
            front = file.read(128)
            if len(front) < 128 or front[:8] != b"\x89HLV\r\n\x1a\n":
                raise Damaged("is not a record")
            format_, header, flags, self.number, self.base = struct.unpack_from("<HHIQQ", front, 8)
            head_length, head_codec, list_codec, zero = struct.unpack_from("<IBBH", front, 64)
            if (format_, header, zero, flags, head_codec, list_codec) not in ((1, 128, 0, 0, 0, 1), (1, 128, 0, 1, 1, 2)):
                raise Damaged("was written by a newer release")
            self.packed, self.unpacked, self.entries = struct.unpack_from("<QQQ", front, 72)
            if head_length > 1 << 20 or max(self.packed, self.unpacked) > 1 << 30:
                raise Damaged("asks for too much")
            head = file.read(head_length)
            if b3(front[:96] + head) != front[96:128]:
                raise Damaged("has a damaged head")
            if os.path.getsize(path) != 128 + head_length + self.packed + 32:
                raise Damaged("is cut short")
        self.open_part = None
        if flags:
            if head[:32] not in keys:
                raise Damaged(f"is sealed with the key {head[:4].hex()}, which is needed to read it")
            self.open_part = opener(keys[head[:32]], head[32:48], front[:96])
            head = self.open_part(0, head[48:])
        self.head, self.start = json.loads(head), 128 + head_length
        if self.head["udid"] != device or int(RECORD.match(self.name)[1]) != self.number:
            raise Damaged("belongs to another place")

    def files(self):
        """Every entry as (path, is folder, codec, size, modified, hash, carried bytes)."""
        record = open(self.path, "rb").read()
        if b3(record[:-32]) != record[-32:]:
            raise Damaged("has changed")
        packed = record[self.start : self.start + self.packed]
        if self.open_part:
            parts = [packed[at : at + 65552] for at in range(0, len(packed), 65552)]
            packed = b"".join(map(self.open_part, [*range(1, len(parts)), len(parts) | 1 << 63], parts))
        data, at = unpack(packed, self.unpacked), 0
        for _ in range(self.entries):
            path_length, kind, codec, carried, size, modified, _born = struct.unpack_from("<HBBIQqQ", data, at)
            path = data[at + 64 : at + 64 + path_length].decode()
            if not path or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
                raise Damaged(f"names a path that is none: {path!r}")
            end = at + 64 + path_length + carried
            yield path, kind == 1, codec, size, modified, data[at + 32 : at + 64], data[end - carried : end]
            at = end


class Store:
    def __init__(self, location, keys):
        self.keys = {derive(key, "id"): key for key in keys}
        self.root = os.path.join(location, "Heirloom")
        if json.loads(open(os.path.join(self.root, "STORE.json"), "rb").read())["format"] != 1:
            sys.exit("this store needs a newer reader")

    def versions(self, device):
        """Every whole version by number, and what is wrong with the others."""
        folder, found, wrong = os.path.join(self.root, "devices", device, "versions"), {}, []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if RECORD.match(name):
                try:
                    version = Version(os.path.join(folder, name), device, self.keys)
                    found[version.number] = version
                except (Damaged, OSError, ValueError) as error:
                    wrong.append(f"{device}: {name} {error}")
        return found, wrong

    def object(self, hash_):
        return os.path.join(self.root, "objects", hash_.hex()[:3], hash_.hex())

    def raw(self, hash_, depth=0):
        """The bytes of an object, whole or put together from deltas; a caller compares them with the hash."""
        path = self.object(hash_)
        if os.path.exists(path):
            return open(path, "rb").read()
        if depth > 32 or not os.path.exists(path + ".delta"):
            raise Damaged("is missing")
        delta = open(path + ".delta", "rb").read()
        if delta[:8] != b"\x89HLD\r\n\x1a\n" or b3(delta[:80]) != delta[80:112]:
            raise Damaged("has a damaged delta")
        format_, header, flags, size = struct.unpack_from("<HHIQ", delta, 8)
        if (format_, header, flags) != (1, 112, 0):
            raise Damaged("was written by a newer release")
        base = self.raw(delta[32:64], depth + 1)[:size].ljust(size, b"\0")
        difference = unpack(delta[112:], size)
        return (int.from_bytes(difference, "little") ^ int.from_bytes(base, "little")).to_bytes(size, "little")

    def content(self, entry):
        """The content in pieces; the last step raises when they were not what was stored."""
        _path, _folder, codec, size, _modified, hash_, carried = entry
        if codec not in (0, 1):
            raise Damaged("is kept in a way only a newer release knows")
        hasher, length = blake3.blake3(), 0
        if codec == 0 and os.path.exists(self.object(hash_)):
            with open(self.object(hash_), "rb") as file:
                for piece in iter(lambda: file.read(1 << 20), b""):
                    hasher.update(piece)
                    length += len(piece)
                    yield piece
        else:
            whole = carried if codec == 1 else self.raw(hash_)
            hasher, length = blake3.blake3(whole), len(whole)
            yield whole
        if length != size or hasher.digest() != hash_:
            raise Damaged("has changed")


def when(milliseconds):
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")


def rebuild(store, version, folder):
    """Writes every file of a version; returns what is wrong with those that could not be."""
    os.makedirs(folder)
    wrong = []
    for entry in version.files():
        path, is_folder, _codec, _size, modified, _hash, _carried = entry
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(target if is_folder else os.path.dirname(target), exist_ok=True)
        if is_folder:
            continue
        try:
            with open(target, "xb") as file:
                file.writelines(store.content(entry))
            os.utime(target, (modified / 1000, modified / 1000))
        except Damaged as error:
            os.remove(target)
            wrong.append(f"{path} {error}")
    return wrong


def main(keys, location, device=None, number=None, folder=None):
    store, wrong = Store(location, keys), []
    if number is None:
        for name in [device] if device else sorted(os.listdir(os.path.join(store.root, "devices"))):
            versions, damaged = store.versions(name)
            wrong += damaged
            for version in versions.values():
                head, label = version.head, version.head["notes"].get("device-name", "")
                print(f"{name} {version.number:>6} {when(head['made'])} {head['files']:>8} files {head['bytes']:>14} bytes {label}")
    else:
        versions, wrong = store.versions(device)
        version = versions.get(int(number)) or sys.exit(f"{device} has no whole version {number}")
        if folder:
            wrong = rebuild(store, version, folder)
        else:
            for path, is_folder, _codec, size, modified, hash_, _carried in version.files():
                print(f"{'folder' if is_folder else hash_.hex()} {size:>12} {when(modified)} {path}")
    for line in wrong:
        print(f"unreadable: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    given, keys = sys.argv[1:], []
    if given[:1] == ["--key"] and len(given) > 1:
        lines = [getpass.getpass("Recovery key: ")] if given[1] == "-" else open(given[1])
        keys, given = [parse_key(line) for line in lines if line.strip()], given[2:]
    if not 1 <= len(given) <= 4:
        sys.exit(__doc__)
    sys.exit(main(keys, *given))
