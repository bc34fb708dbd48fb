"""`python3 -m tools.compose_env`: the secrets of docker-compose.yaml, made once and kept out of version control.

Needs the standard library alone, so that it runs on a machine that has Docker and nothing else.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ".compose"


def make_secrets() -> dict[str, str]:
    """Fresh contents of the files that docker-compose.yaml names under `secrets`."""
    database, broker = secrets.token_hex(24), secrets.token_hex(24)
    return {
        "postgres_password": database,
        "sql_alchemy_conn": f"postgresql+psycopg2://airflow:{database}@postgres:5432/airflow",
        "redis.conf": f"requirepass {broker}\n",
        "broker_url": f"redis://:{broker}@redis:6379/0",
        "result_backend": f"redis://:{broker}@redis:6379/1",
        "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "api_secret_key": secrets.token_hex(32),
        "jwt_secret": secrets.token_hex(48),
        "passwords.json": json.dumps({"admin": secrets.token_urlsafe(18)}),
    }


def write_secrets(root: Path) -> bool:
    """Write a file a secret into `.compose` below `root`; False where they are there already, and nothing is changed.

    The folder is closed to other users of the machine; the files in it are readable for the users that the containers
    run as. Raises SystemExit where only some are there.
    """
    folder = root / FOLDER
    made = make_secrets()
    missing = [name for name in made if not (folder / name).is_file()]
    if not missing:
        return False
    if folder.exists():
        raise SystemExit(f"{folder}: without {', '.join(missing)}; restore them, or move the folder away for new ones")
    partial = root / f"{FOLDER}.tmp"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    for name, content in made.items():
        (partial / name).write_text(content, encoding="utf-8")
        (partial / name).chmod(0o644)
    partial.rename(folder)
    return True


def main() -> int:
    """Write the files and say where they are."""
    made = write_secrets(ROOT)
    print(f"{ROOT / FOLDER}: {'written' if made else 'is there already, unchanged'}")
    print(f"Login: admin, with the password in {ROOT / FOLDER / 'passwords.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
