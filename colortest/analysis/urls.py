from django.urls import path, re_path

from colortest.analysis.views import exports, live, power, results

urlpatterns = [
    path("power/", power.show_power, name="power"),
    path("power.svg", power.power_chart, name="power_chart"),
    path("studies/<slug:slug>/live/", live.show_live, name="live"),
    path("studies/<slug:slug>/results/", results.results, name="results"),
    path("studies/<slug:slug>/results.csv", exports.tidy, name="tidy_csv"),
    path("studies/<slug:slug>/machine-fool-rates.csv", exports.machine, name="machine_csv"),
    re_path(r"^studies/(?P<slug>[-\w]+)/results/(?P<of>people|simulated)\.svg$", results.chart, name="results_chart"),
]
