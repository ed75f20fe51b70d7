from django.urls import path, re_path

from colortest.analysis import views

urlpatterns = [
    path("power/", views.show_power, name="power"),
    path("power.svg", views.power_chart, name="power_chart"),
    path("studies/<slug:slug>/live/", views.show_live, name="live"),
    path("studies/<slug:slug>/results/", views.results, name="results"),
    path("studies/<slug:slug>/results.csv", views.tidy, name="tidy_csv"),
    path("studies/<slug:slug>/machine-fool-rates.csv", views.machine, name="machine_csv"),
    re_path(r"^studies/(?P<slug>[-\w]+)/results/(?P<of>people|simulated)\.svg$", views.chart, name="results_chart"),
]
