"""The accounts of the demo: one admin, one researcher, with passwords made up on this machine."""

import json
import secrets
from pathlib import Path

from django.contrib.auth import get_user_model

from colortest.access import ADMINS, RESEARCHERS, common_team, grant

ROLES = {"admin": ADMINS, "researcher": RESEARCHERS}


def ensure_accounts(home: Path) -> dict[str, str]:
    """Make the accounts that are missing. Returns {name: password}, kept in a file that only its owner reads."""
    passwords = read_passwords(home)
    accounts = get_user_model().objects
    for name, role in ROLES.items():
        account, made = accounts.get_or_create(username=name, defaults={"is_staff": role == ADMINS})
        if made:
            passwords[name] = secrets.token_urlsafe(9)
            account.set_password(passwords[name])
            account.is_superuser = role == ADMINS
            account.save()
        grant(account, role)
        account.groups.add(common_team())  # whose the demo study is
    file = _file(home)
    file.touch(mode=0o600)
    file.write_text(json.dumps(passwords))
    return passwords


def read_passwords(home: Path) -> dict[str, str]:
    """{name: password} of the accounts that the demo made; empty before it ran."""
    file = _file(home)
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _file(home: Path) -> Path:
    return home / "demo-accounts.json"
