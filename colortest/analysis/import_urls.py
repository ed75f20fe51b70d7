"""Below /studies/import/, which would else be the address of a study."""

from django.urls import path

from colortest.analysis.views import imports

urlpatterns = [
    path("", imports.import_responses, name="import_responses"),
    path("<int:pk>/", imports.response_import, name="response_import"),
]
