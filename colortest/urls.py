"""The site map."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.i18n import set_language

from colortest import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("health/", views.health, name="health"),
    path("login/", auth.LoginView.as_view(), name="login"),
    path("language/", set_language, name="set_language"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("studies/import/", include("colortest.analysis.import_urls")),
    path("", include("colortest.experiment.urls")),
    path("", include("colortest.analysis.urls")),
    path("", include("colortest.stimuli.urls")),
    path("", include("colortest.operating.urls")),
    path("admin/", admin.site.urls),
]
