from django.urls import path, register_converter
from django.urls.converters import StringConverter

from colortest.experiment.models import CODE
from colortest.experiment.views import checks, designs, drafts, ethics, landing, previews, recruitment, run


class SecretConverter(StringConverter):
    """The code of a participant or the token of a trial."""

    regex = CODE


register_converter(SecretConverter, "secret")

urlpatterns = [
    path("s/<slug:slug>/", landing.take_part, name="take_part"),
    path("s/<slug:slug>/withdrawn/", landing.withdrawn, name="withdrawn"),
    path("take/<secret:code>/", run.take, name="take"),
    path("take/<secret:code>/screen/", checks.screen, name="screen"),
    path("take/<secret:code>/no-room/", checks.no_room, name="no_room"),
    path("take/<secret:code>/vision/", checks.vision, name="vision"),
    path("take/<secret:code>/plates/<int:number>/", checks.plate, name="plate"),
    path("take/<secret:code>/begin/", run.begin, name="begin"),
    path("take/<secret:code>/trials/", run.trials, name="trials"),
    path("take/<secret:code>/trials/<secret:token>/", run.respond, name="respond"),
    path("take/<secret:code>/stimuli/<secret:token>/<int:place>/", run.show_stimulus, name="stimulus"),
    path("take/<secret:code>/heartbeat/", run.heartbeat, name="heartbeat"),
    path("take/<secret:code>/withdraw/", ethics.withdraw, name="withdraw"),
    path("participants/", ethics.participants, name="participants"),
    path("participants/download/", ethics.download_run, name="download_run"),
    path("participants/erase/", ethics.erase_run, name="erase_run"),
    path("studies/new/", designs.new_study, name="new_study"),
    path("studies/<slug:slug>/", designs.study, name="study"),
    path("studies/<slug:slug>/design/", drafts.design, name="design"),
    path("studies/<slug:slug>/design/fill-in/", drafts.fill_in, name="fill_in"),
    path("studies/<slug:slug>/design/words/", drafts.words, name="words"),
    path("studies/<slug:slug>/preview/", previews.preview, name="preview"),
    path("studies/<slug:slug>/copy/", designs.copy_study, name="copy_study"),
    path("studies/<slug:slug>/delete/", designs.delete_draft, name="delete_draft"),
    path("studies/<slug:slug>/missing/", designs.request_missing, name="request_missing"),
    path("studies/<slug:slug>/open/", designs.open_study, name="open_study"),
    path("studies/<slug:slug>/pause/", designs.pause_study, name="pause_study"),
    path("studies/<slug:slug>/close/", designs.close_study, name="close_study"),
    path("studies/<slug:slug>/recruitment/", recruitment.recruitment, name="recruitment"),
    path("studies/<slug:slug>/recruiter/", recruitment.set_recruiter, name="set_recruiter"),
]
