"""Decrypts a backup folder with two unrelated readers: prints as JSON the SHA-256 of every file each of them got out.

The password is the first line of standard input.
"""

import contextlib
import hashlib
import io
import json
import sys
from pathlib import Path

from iphone_backup_decrypt import EncryptedBackup
from pyiosbackup.backup import Backup

folder, password = Path(sys.argv[1]), sys.stdin.readline().rstrip("\n")


def digest(content):
    return hashlib.sha256(content).hexdigest()


def iphone_backup_decrypt():
    backup = EncryptedBackup(backup_directory=str(folder), passphrase=password)
    with backup.manifest_db_cursor() as rows:
        files = list(rows.execute("SELECT domain, relativePath FROM Files WHERE flags = 1"))
    for domain, path in files:
        yield f"{domain}: {path}", digest(backup.extract_file_as_bytes(path, domain_like=domain))


def pyiosbackup():
    for entry in Backup.from_path(folder, password).iter_files():
        yield f"{entry.domain}: {entry.relative_path}", digest(entry.read_bytes())


found = {}
# Both print remarks among the answers.
with contextlib.redirect_stdout(io.StringIO()):
    for reader in (iphone_backup_decrypt, pyiosbackup):
        try:
            found[reader.__name__] = dict(reader())
        except Exception as wrong:
            found[reader.__name__] = f"{type(wrong).__name__}: {wrong}"
print(json.dumps(found))
