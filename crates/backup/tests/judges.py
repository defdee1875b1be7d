"""Reads files of an encrypted backup with two unrelated readers; prints their SHA-256 as JSON.

Standard input: the password, then a JSON list of [domain, path].
"""

import contextlib
import functools
import hashlib
import io
import json
import sys
from pathlib import Path

from iphone_backup_decrypt import EncryptedBackup
from pyiosbackup.backup import Backup

folder = Path(sys.argv[1])
password = sys.stdin.readline().rstrip("\n")
files = json.loads(sys.stdin.readline())


@functools.cache
def iphone_backup_decrypt():
    backup = EncryptedBackup(backup_directory=str(folder), passphrase=password)
    return lambda domain, path: backup.extract_file_as_bytes(path, domain_like=domain)


@functools.cache
def pyiosbackup():
    backup = Backup.from_path(folder, password)
    return lambda domain, path: backup.get_entry_by_domain_and_path(domain, path).read_bytes()


def digest(reader, domain, path):
    try:
        return hashlib.sha256(reader()(domain, path)).hexdigest()
    except Exception as wrong:
        return f"{type(wrong).__name__}: {wrong}"


answers = {}
# Both print remarks among the answers.
with contextlib.redirect_stdout(io.StringIO()):
    for reader in (iphone_backup_decrypt, pyiosbackup):
        answers[reader.__name__] = [digest(reader, domain, path) for domain, path in files]
print(json.dumps(answers))
