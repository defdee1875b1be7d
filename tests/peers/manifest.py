"""Looks over a backup folder with Python's own readers: prints as JSON what it counted and what it found wrong."""

import hashlib
import json
import plistlib
import sqlite3
import stat
import sys
from pathlib import Path

KINDS = {1: ("files", stat.S_ISREG), 2: ("folders", stat.S_ISDIR), 4: ("links", stat.S_ISLNK)}

folder = Path(sys.argv[1])
counted = {"files": 0, "folders": 0, "links": 0, "bytes": 0}
wrong = []


def look(name, domain, path, flags, blob):
    kind, has_mode = KINDS[flags]
    counted[kind] += 1
    archive = plistlib.loads(blob)
    objects = archive["$objects"]
    about = objects[archive["$top"]["root"].data]
    if objects[about["$class"].data]["$classname"] != "MBFile":
        yield "its record is no MBFile"
    if hashlib.sha1(f"{domain}-{path}".encode()).hexdigest() != name:
        yield "its name is not the SHA-1 of its place"
    if objects[about["RelativePath"].data] != path:
        yield "its record says another path"
    if not has_mode(about["Mode"]):
        yield f"its mode {about['Mode']:o} is of another kind"
    if kind == "links" and not objects[about["Target"].data]:
        yield "it leads nowhere"
    content = folder / name[:2] / name
    if content.exists() != (kind == "files"):
        yield "only files have content"
    elif kind == "files":
        counted["bytes"] += about["Size"]
        if content.stat().st_size != about["Size"]:
            yield f"it has {content.stat().st_size} bytes, its record says {about['Size']}"


database = sqlite3.connect(f"{(folder / 'Manifest.db').resolve().as_uri()}?immutable=1", uri=True)
for row in database.execute("SELECT fileID, domain, relativePath, flags, file FROM Files"):
    wrong += [f"{row[1]} {row[2]}: {problem}" for problem in look(*row)]
print(json.dumps({"counted": counted, "wrong": wrong}))
