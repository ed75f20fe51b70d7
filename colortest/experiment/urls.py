from django.urls import path, register_converter
from django.urls.converters import StringConverter

from colortest.experiment import researcher_views as studies
from colortest.experiment import views
from colortest.experiment.models import CODE


class SecretConverter(StringConverter):
    """The code of a participant or the token of a trial."""

    regex = CODE


register_converter(SecretConverter, "secret")

urlpatterns = [
    path("s/<slug:slug>/", views.take_part, name="take_part"),
    path("take/<secret:code>/", views.take, name="take"),
    path("take/<secret:code>/begin/", views.begin, name="begin"),
    path("take/<secret:code>/trials/", views.trials, name="trials"),
    path("take/<secret:code>/trials/<secret:token>/", views.respond, name="respond"),
    path("stimuli/<secret:token>/<int:place>/", views.show_stimulus, name="stimulus"),
    path("studies/", studies.studies, name="studies"),
    path("studies/new/", studies.new_study, name="new_study"),
    path("studies/<slug:slug>/", studies.study, name="study"),
    path("studies/<slug:slug>/open/", studies.open_study, name="open_study"),
    path("studies/<slug:slug>/close/", studies.close_study, name="close_study"),
]
