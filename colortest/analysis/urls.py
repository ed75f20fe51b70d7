from django.urls import path, re_path

from colortest.analysis.views import (
    api,
    charts,
    compare,
    definitions,
    exports,
    live,
    photos,
    power,
    results,
    sharing,
    studies,
    tokens,
)

urlpatterns = [
    path("compare/", compare.compare, name="compare"),
    re_path(
        r"^compare/(?P<slug>[-\w]+)/(?P<beside>[-\w]+)\.(?P<form>svg|png|json)$",
        compare.compare_chart,
        name="compare_chart",
    ),
    path("definitions/", definitions.definitions, name="definitions"),
    path("power/", power.show_power, name="power"),
    path("power.svg", power.power_chart, name="power_chart"),
    path("studies/<slug:slug>/live/", live.show_live, name="live"),
    path("studies/", studies.studies, name="studies"),
    path("studies/<slug:slug>/results/", results.results, name="results"),
    path("studies/<slug:slug>/photos/", photos.photo_rates, name="photo_rates"),
    re_path(r"^studies/(?P<slug>[-\w]+)/charts/(?P<name>[-\w]+)\.(?P<form>svg|png|json)$", charts.chart, name="chart"),
    path("studies/<slug:slug>/results.csv", exports.tidy, name="tidy_csv"),
    path("studies/<slug:slug>/export/<slug:form>/", exports.export, name="export"),
    path("studies/<slug:slug>/methods/", exports.methods, name="methods"),
    path("studies/<slug:slug>/machine-fool-rates.csv", exports.machine, name="machine_csv"),
    path("studies/<slug:slug>/sharing/", sharing.sharing, name="sharing"),
    path("studies/<slug:slug>/sharing/team/", sharing.hand_over, name="hand_over"),
    path("studies/<slug:slug>/sharing/<int:pk>/revoke/", sharing.revoke_link, name="revoke_link"),
    path("shared/<secret:key>/", sharing.shared, name="shared"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    *api.urlpatterns,
]
