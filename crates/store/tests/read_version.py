#!/usr/bin/env python3
"""Reads a Heirloom version record, written from docs/store-format.md alone.

usage: read_version.py STORE DEVICE RECORD
Prints the head as one JSON line, then one JSON line for each entry: path, kind, size, modified, born, hash, content length.
Needs the zstd program; checks BLAKE3 only where the b3sum program or the blake3 module is installed.
"""
import json, os, shutil, struct, subprocess, sys


try:
    import blake3
except ImportError:
    blake3 = None


def b3(data):
    if blake3:
        return blake3.blake3(data).hexdigest()
    if not shutil.which("b3sum"):
        return None
    return subprocess.run(["b3sum", "--no-names"], input=data, capture_output=True, check=True).stdout.decode().strip()


def main(store, device, name):
    root = os.path.join(store, "Heirloom")
    with open(os.path.join(root, "devices", device, "versions", name), "rb") as file:
        record = file.read()
    assert record[:8] == b"\x89HLV\r\n\x1a\n", "not a record"
    format_, header, flags, seq, base = struct.unpack_from("<HHIQQ", record, 8)
    assert (format_, header, flags) == (1, 128, 0), "made by a newer release"
    head_length, head_codec, list_codec, zero = struct.unpack_from("<IBBH", record, 64)
    assert (head_codec, list_codec, zero) == (0, 1, 0), "made by a newer release"
    packed, unpacked, entries = struct.unpack_from("<QQQ", record, 72)
    assert len(record) == 128 + head_length + packed + 32, "torn"
    for data, want in [(record[:96] + record[128 : 128 + head_length], record[96:128]), (record[:-32], record[-32:])]:
        found = b3(data)
        assert found is None or found == want.hex(), "damaged"
    head = json.loads(record[128 : 128 + head_length])
    assert head["udid"] == device and int(name.split("-")[0]) == seq
    print(json.dumps({"seq": seq, "base": base, **head}))

    start = 128 + head_length
    listed = subprocess.run(["zstd", "-dcq"], input=record[start : start + packed], capture_output=True, check=True).stdout
    assert len(listed) == unpacked
    at, last = 0, b""
    for _ in range(entries):
        path_length, kind, codec, carried, size, modified, born = struct.unpack_from("<HBBIQqQ", listed, at)
        hash_ = listed[at + 32 : at + 64].hex()
        path = listed[at + 64 : at + 64 + path_length]
        content = listed[at + 64 + path_length : at + 64 + path_length + carried]
        at += 64 + path_length + carried
        assert path > last, "not sorted"
        last = path
        if kind == 0 and codec == 0:
            with open(os.path.join(root, "objects", hash_[:3], hash_), "rb") as file:
                content = file.read()
        if kind == 0:
            assert len(content) == size, "object damaged"
            found = b3(content)
            assert found is None or found == hash_, "object damaged"
        print(json.dumps({"path": path.decode(), "kind": ["file", "folder"][kind], "size": size, "modified": modified,
                          "born": born, "hash": hash_, "content": content.hex()}))
    assert at == unpacked


main(*sys.argv[1:])
