"""The site map."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from colortest import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("health/", views.health, name="health"),
    path("login/", auth.LoginView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("", include("colortest.experiment.urls")),
    path("", include("colortest.analysis.urls")),
    path("", include("colortest.stimuli.urls")),
    path("admin/", admin.site.urls),
]
