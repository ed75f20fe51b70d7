from django.urls import path, re_path

from colortest.analysis.views import api, definitions, exports, live, power, results, sharing, tokens

urlpatterns = [
    path("definitions/", definitions.definitions, name="definitions"),
    path("power/", power.show_power, name="power"),
    path("power.svg", power.power_chart, name="power_chart"),
    path("studies/<slug:slug>/live/", live.show_live, name="live"),
    path("studies/<slug:slug>/results/", results.results, name="results"),
    path("studies/<slug:slug>/results.csv", exports.tidy, name="tidy_csv"),
    path("studies/<slug:slug>/machine-fool-rates.csv", exports.machine, name="machine_csv"),
    re_path(r"^studies/(?P<slug>[-\w]+)/results/(?P<of>people|simulated)\.svg$", results.chart, name="results_chart"),
    path("studies/<slug:slug>/sharing/", sharing.sharing, name="sharing"),
    path("studies/<slug:slug>/sharing/team/", sharing.hand_over, name="hand_over"),
    path("studies/<slug:slug>/sharing/<int:pk>/revoke/", sharing.revoke_link, name="revoke_link"),
    path("shared/<secret:key>/", sharing.shared, name="shared"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    *api.urlpatterns,
]
