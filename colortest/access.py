"""Who may do what: participants need no account, researchers and admins belong to a group of that name.

Every other group is a team: researchers see the studies of their teams, admins see all.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractUser, Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

RESEARCHERS = "researchers"
ADMINS = "admins"
ROLES = (RESEARCHERS, ADMINS)
# Of studies that nobody in particular makes: the demo, those of commands, and all that were there before teams were.
COMMON_TEAM = "everyone"
LONGEST_NAME = 150  # of a group


class AccountRequest(HttpRequest):
    """A request behind one of the checks below: somebody is logged in."""

    user: User


View = Callable[..., HttpResponseBase]


def is_admin(account: Any) -> bool:
    """Admins upload test sets and register algorithms; a superuser is one."""
    return bool(account.is_superuser or account.groups.filter(name=ADMINS).exists())


def is_researcher(account: Any) -> bool:
    """Researchers run studies; admins may do what researchers may."""
    return bool(account.is_superuser or account.groups.filter(name__in=ROLES).exists())


def admin_required(view: View) -> View:
    """Let admins through, ask strangers to log in, refuse everybody else (403)."""
    return _required(is_admin, view)


def researcher_required(view: View) -> View:
    """Let researchers and admins through, ask strangers to log in, refuse everybody else (403)."""
    return _required(is_researcher, view)


def hashed_address(request: HttpRequest) -> str:
    """Where a request comes from, as a keyed hash: enough to count failed logins by, and no network address."""
    return salted_hmac("colortest.address", request.META.get("REMOTE_ADDR", ""), algorithm="sha256").hexdigest()


def grant(account: AbstractUser, role: str) -> None:
    """Put an account into the group of a role, which is made when it is not there yet."""
    account.groups.add(Group.objects.get_or_create(name=role)[0])


def teams() -> QuerySet[Group]:
    """All teams, by name."""
    return Group.objects.exclude(name__in=ROLES).order_by("name")


def teams_of(account: Any) -> QuerySet[Group]:
    """The teams that an account belongs to."""
    return teams().filter(user=account.pk)


def teams_to_choose(account: Any) -> QuerySet[Group]:
    """Those to which an account may give a study."""
    return teams() if is_admin(account) else teams_of(account)


def common_team() -> Group:
    """The team of studies that nobody in particular makes."""
    return Group.objects.get_or_create(name=COMMON_TEAM)[0]


@transaction.atomic
def team_for(account: AbstractUser) -> Group:
    """Whose an account's new study is: the first of its teams, or a new one that is named after it."""
    # One at a time, so that two studies at once make one team.
    account = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    return teams_of(account).first() or _own_team(account)


def _own_team(account: AbstractUser) -> Group:
    """A new team: one that has the name already is other people's, and that of a role is no team's."""
    for number in count(1):
        ending = "" if number == 1 else f" ({number})"
        name = f"{account.get_username()[: LONGEST_NAME - len(ending)]}{ending}"
        if name in ROLES:  # also where nobody has the role yet
            continue
        team, made = Group.objects.get_or_create(name=name)
        if made:
            account.groups.add(team)
            return team
    raise AssertionError("numbers do not end")


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
