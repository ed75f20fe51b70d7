"""Who may do what: participants need no account, researchers and admins belong to a group of that name."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser, Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

RESEARCHERS = "researchers"
ADMINS = "admins"


class AccountRequest(HttpRequest):
    """A request behind one of the checks below: somebody is logged in."""

    user: User


View = Callable[..., HttpResponseBase]


def is_admin(account: Any) -> bool:
    """Admins upload test sets and register algorithms; a superuser is one."""
    return bool(account.is_superuser or account.groups.filter(name=ADMINS).exists())


def is_researcher(account: Any) -> bool:
    """Researchers run studies; admins may do what researchers may."""
    return bool(account.is_superuser or account.groups.filter(name__in=[RESEARCHERS, ADMINS]).exists())


def admin_required(view: View) -> View:
    """Let admins through, ask strangers to log in, refuse everybody else (403)."""
    return _required(is_admin, view)


def researcher_required(view: View) -> View:
    """Let researchers and admins through, ask strangers to log in, refuse everybody else (403)."""
    return _required(is_researcher, view)


def grant(account: AbstractUser, role: str) -> None:
    """Put an account into the group of a role, which is made when it is not there yet."""
    account.groups.add(Group.objects.get_or_create(name=role)[0])


def roles(request: HttpRequest) -> dict[str, bool]:
    """Template context: what the navigation shows to whoever asks."""
    account = getattr(request, "user", None)
    known = account is not None and account.is_authenticated
    return {"is_admin": known and is_admin(account), "is_researcher": known and is_researcher(account)}


def _required(allowed: Callable[[Any], bool], view: View) -> View:
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allowed(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.__name__ = view.__name__
    guarded.__doc__ = view.__doc__
    return login_required(guarded)
