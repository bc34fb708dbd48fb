"""`python3 -m tools.compose_env`: secrets for docker-compose.yaml, made once and kept out of version control.

Needs the standard library alone, so that it runs on a machine that has Docker and nothing else.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make_secrets() -> dict[str, str]:
    """Fresh values for the variables that docker-compose.yaml asks for."""
    return {
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW_API_SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(48),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(18),
        "POSTGRES_PASSWORD": secrets.token_hex(24),
        "REDIS_PASSWORD": secrets.token_hex(24),
    }


def write_environment(root: Path) -> bool:
    """Write `.env` and the login file below `root`; False where they are there already and nothing was changed."""
    target, passwords = root / ".env", root / ".compose" / "passwords.json"
    if target.exists() and passwords.exists():
        return False
    if target.exists():
        raise SystemExit(f"{target}: there is one without {passwords}; move it away to have new secrets made")
    made = make_secrets()
    passwords.parent.mkdir(exist_ok=True)
    passwords.write_text(json.dumps({"admin": made["AIRFLOW_ADMIN_PASSWORD"]}), encoding="utf-8")
    passwords.chmod(0o644)  # read by the container's user; the folder is closed to others on this machine
    passwords.parent.chmod(0o700)
    target.touch(mode=0o600)
    target.write_text("".join(f"{name}={value}\n" for name, value in made.items()), encoding="utf-8")
    return True


def main() -> int:
    """Write the files and say where they are."""
    made = write_environment(ROOT)
    print(f"{ROOT / '.env'}: {'written' if made else 'is there already, unchanged'}; login admin, password in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
