"""What becomes of a run: a participant withdraws; a researcher hands out or erases what somebody asks for."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from colortest.access import AccountRequest, researcher_required
from colortest.experiment import services
from colortest.experiment.disclosure import everything_about
from colortest.experiment.models import Participant, Response, Study
from colortest.experiment.passes import Pass, issue_pass
from colortest.experiment.recruitment_forms import CodeForm
from colortest.experiment.views import cookies
from colortest.experiment.views.pages import participant_with
from colortest.refusal import Refused

UNKNOWN = "Nothing is stored under this code in a study of your teams: it is mistyped, or the run was erased."


@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once, then erase the run at once. The form says where to go on: sent twice, it finds no run any more."""
    after = request.POST.get("after", "")
    if request.method == "POST" and not Participant.objects.filter(code=code).exists() and _is_farewell(after):
        return redirect(after)
    participant = participant_with(code)
    study = participant.study
    farewell = (
        f"{reverse('withdrawn', args=[study.slug])}?{Pass.WITHDRAWN.parameter}={issue_pass(study, Pass.WITHDRAWN)}"
    )
    if request.method == "GET":
        context = {"participant": participant, "study": study, "after": farewell}
        return render(request, "experiment/withdraw.html", context)
    services.withdraw(participant=participant)
    response = redirect(farewell)
    cookies.forget_run(response, study)
    return response


def _is_farewell(address: str) -> bool:
    """Whether this is a path of our own to the page of who has withdrawn; that page checks its pass."""
    try:
        ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
        return ours and resolve(urlsplit(address).path).url_name == "withdrawn"
    except (Resolver404, ValueError):
        return False


@never_cache
@researcher_required
@require_http_methods(["GET", "POST"])
def participants(request: HttpRequest) -> HttpResponse:
    """What is stored under a participant's code. It is sent as a form, so that it stands in no address."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    found = _asked_for(form, request)
    if form.is_bound and form.is_valid() and found is None:
        form.add_error("code", UNKNOWN)
    responses = Response.objects.filter(trial__participant=found).count() if found else 0
    context = {"form": form, "found": found, "responses": responses}
    return render(request, "experiment/participants.html", context)


@require_POST
@researcher_required
def download_run(request: HttpRequest) -> HttpResponse:
    """Everything about one run as JSON."""
    found = _asked_for(CodeForm(request.POST), request)
    if found is None:
        return _nothing(request)
    name = f"{found.study.slug}-participant-{found.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(everything_about(found), json_dumps_params={"indent": 1}, headers=headers)


@require_POST
@researcher_required
def erase_run(request: AccountRequest) -> HttpResponse:
    """Erase a run for good, once the researcher has ticked that they mean it."""
    found = _asked_for(CodeForm(request.POST), request)
    if found is None:
        return _nothing(request)
    if "sure" not in request.POST:
        messages.error(request, "Nothing was erased: please tick that you are sure.")
        return redirect("participants")
    try:
        services.erase_run(participant=found, by=request.user)
        messages.success(request, f"Participant {found.number} of “{found.study}” is erased for good.")
    except Refused as error:
        messages.error(request, str(error))
    return redirect("participants")


def _asked_for(form: CodeForm, request: HttpRequest) -> Participant | None:
    """Whose code it is, in a study that the researcher may see."""
    if not form.is_valid():
        return None
    known = Participant.objects.filter(study__in=Study.objects.visible_to(request.user))
    return known.select_related("study").filter(code=form.cleaned_data["code"]).first()


def _nothing(request: HttpRequest) -> HttpResponse:
    messages.error(request, UNKNOWN)
    return redirect("participants")
