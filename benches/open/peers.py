"""What another program takes to open a backup: prints seconds as JSON.

    peers.py openssl OUTER INNER
    peers.py READER FOLDER DOMAIN PATH

READER is iphone_backup_decrypt or pyiosbackup. The password is the first line of standard input.
"""

import contextlib
import hashlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

password = sys.stdin.readline().rstrip("\n")
took = {}


@contextlib.contextmanager
def phase(name):
    started = perf_counter()
    yield
    took[name] = perf_counter() - started


def openssl(outer, inner):
    with phase("unlock"):
        once = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes(20), int(outer), 32)
        hashlib.pbkdf2_hmac("sha1", once, bytes(20), int(inner), 32)


def iphone_backup_decrypt(folder, domain, path):
    from iphone_backup_decrypt import EncryptedBackup

    backup = EncryptedBackup(backup_directory=folder, passphrase=password)
    with phase("unlock"):
        backup._read_and_unlock_keybag()
    with phase("open"):
        backup.test_decryption()
    with phase("list"), backup.manifest_db_cursor() as rows:
        query = "SELECT fileID, domain, relativePath FROM Files WHERE flags = 1 ORDER BY domain, relativePath"
        took["rows"] = len(rows.execute(query).fetchall())
    if path:
        with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as to, phase("decrypt"):
            backup.extract_file(relative_path=path, domain_like=domain, output_filename=os.path.join(to, "out"))


def pyiosbackup(folder, domain, path):
    from pyiosbackup.backup import Backup
    from pyiosbackup.keybag import Keybag
    from pyiosbackup.manifest_dbs.factory import from_path
    from pyiosbackup.manifest_plist import ManifestPlist

    folder = Path(folder)
    manifest = ManifestPlist.from_path(folder / ManifestPlist.NAME)
    with phase("unlock"):
        keybag = Keybag.from_manifest(manifest, password)
    with phase("open"):
        database = from_path(folder, manifest, keybag)
    backup = Backup(folder, database, manifest, {}, {}, keybag)
    with phase("list"):
        took["rows"] = sum(1 for _ in backup.iter_files())
    if path:
        entry = backup.get_entry_by_domain_and_path(domain, path)
        with phase("decrypt"):
            entry.read_bytes()


# They print remarks.
with contextlib.redirect_stdout(io.StringIO()):
    {"openssl": openssl, "iphone_backup_decrypt": iphone_backup_decrypt, "pyiosbackup": pyiosbackup}[sys.argv[1]](
        *sys.argv[2:]
    )
print(json.dumps(took))
