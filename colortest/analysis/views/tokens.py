"""The page where a researcher makes and revokes tokens for the read interface."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from colortest.access import AccountRequest, researcher_required
from colortest.analysis import services
from colortest.analysis.models import ApiToken
from colortest.analysis.sharing_forms import TokenForm


@never_cache
@researcher_required
@require_http_methods(["GET", "POST"])
def tokens(request: AccountRequest) -> HttpResponse:
    """One's tokens. A new one is in the reply to the form that asked for it, and on no page after."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    made = ""
    if request.method == "POST" and form.is_valid():
        made = services.make_token(account=request.user, name=form.cleaned_data["name"])
        form = TokenForm()
    context = {
        "form": form,
        "made": made,
        "tokens": ApiToken.objects.filter(account=request.user),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "analysis/tokens.html", context)


@require_POST
@researcher_required
def revoke_token(request: AccountRequest, pk: int) -> HttpResponse:
    """A token opens nothing any more."""
    token = get_object_or_404(ApiToken, account=request.user, pk=pk)
    services.revoke_token(token=token)
    messages.success(request, f"The token “{token.name}” opens nothing any more.")
    return redirect("tokens")
