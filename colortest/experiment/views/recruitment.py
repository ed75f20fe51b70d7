"""Pages of researchers: the link for a study's recruiter, and what its participants are told at the end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from colortest.access import researcher_required
from colortest.experiment import recruiters, services
from colortest.experiment.models import Completion, Study
from colortest.experiment.passes import Pass, issue_pass
from colortest.experiment.recruitment_forms import RecruiterForm, completion_forms


def links(request: HttpRequest, study: Study) -> dict[str, str]:
    """For templates: `link`, which brings people to a study, and `test_link`, for researchers who try it."""
    address = request.build_absolute_uri(reverse("take_part", args=[study.slug]))
    test = f"{address}?{Pass.REHEARSAL.parameter}={issue_pass(study, Pass.REHEARSAL)}"
    return {"link": recruiters.link(recruiters.RECRUITERS[study.recruiter], address), "test_link": test}


@researcher_required
@require_http_methods(["GET", "POST"])
def recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """The link to paste into the recruiter's site, and the completion codes of each ending."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    forms = completion_forms(study, request.POST if request.method == "POST" else None)
    if request.method == "POST" and all(form.is_valid() for form in forms.values()):
        services.set_completions(study=study, completions={e: form.cleaned_data for e, form in forms.items()})
        messages.success(request, "Saved: from now on this is what participants are told at the end.")
        return redirect("recruitment", study.slug)
    context = {
        "study": study,
        "recruiter": recruiters.RECRUITERS[study.recruiter],
        "recruiter_form": RecruiterForm(initial={"recruiter": study.recruiter}),
        "endings": [(Completion.Ending(ending).label, form) for ending, form in forms.items()],
        **links(request, study),
    }
    return render(request, "experiment/recruitment.html", context)


@require_POST
@researcher_required
def set_recruiter(request: HttpRequest, slug: str) -> HttpResponse:
    """Where people come from; the link changes with it."""
    study = get_object_or_404(Study.objects.visible_to(request.user), slug=slug)
    form = RecruiterForm(request.POST)
    if form.is_valid():
        services.set_recruiter(study=study, recruiter=form.cleaned_data["recruiter"])
    else:
        messages.error(request, "Please choose one of the places that people may come from.")
    return redirect("recruitment", study.slug)
