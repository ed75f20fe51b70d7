"""Who may what: every address of the site against the cast, in one table. A new address must be added here."""

CAST = ("nobody", "participant", "viewer", "stranger", "researcher", "other researcher", "admin")
ANYONE, READERS, TEAM, RESEARCHERS, OWNER, ADMINS, TOKENS, TOKENS_OF_TEAM = (
    "anyone",
    "who reads results of the study",
    "researchers of the study",
    "researchers",
    "the researcher whose it is",
    "admins",
    "programs of researchers",
    "programs of researchers of the study",
)
MAY = {
    ANYONE: set(CAST),
    READERS: {"viewer", "researcher", "admin"},
    TEAM: {"researcher", "admin"},
    RESEARCHERS: {"researcher", "other researcher", "admin"},
    OWNER: {"researcher"},
    ADMINS: {"admin"},
    TOKENS: {"researcher", "other researcher", "admin"},
    TOKENS_OF_TEAM: {"researcher", "admin"},
}
LOGIN = 302

# Name of the address, and what is asked of it → (who may, method, address).
TABLE = {
    "home": (ANYONE, "get", "/"),
    "about": (ANYONE, "get", "/about/"),
    "favicon": (ANYONE, "get", "/favicon.ico"),
    "health": (ANYONE, "get", "/health/"),
    "login": (ANYONE, "get", "/login/"),
    "logout": (ANYONE, "post", "/logout/"),
    "take_part": (ANYONE, "get", "/s/sunday-study/"),
    "withdrawn": (ANYONE, "get", "/s/sunday-study/withdrawn/?withdrawn={withdrawn}"),
    "set_language": (ANYONE, "post", "/language/"),
    "take": (ANYONE, "get", "/take/{code}/"),
    "screen": (ANYONE, "post", "/take/{code}/screen/"),
    "no_room": (ANYONE, "post", "/take/{code}/no-room/"),
    "vision": (ANYONE, "post", "/take/{code}/vision/"),
    "plate": (ANYONE, "get", "/take/{code}/plates/1/"),
    "begin": (ANYONE, "post", "/take/{code}/begin/"),
    "trials": (ANYONE, "get", "/take/{code}/trials/"),
    "respond": (ANYONE, "post", "/take/{code}/trials/{token}/"),
    "stimulus": (ANYONE, "get", "/take/{code}/stimuli/{token}/1/"),
    "heartbeat": (ANYONE, "post", "/take/{code}/heartbeat/"),
    "withdraw": (ANYONE, "get", "/take/{code}/withdraw/"),
    "participants": (RESEARCHERS, "get", "/participants/"),
    "download_run": (RESEARCHERS, "post", "/participants/download/"),
    "erase_run": (RESEARCHERS, "post", "/participants/erase/"),
    "studies": (RESEARCHERS, "get", "/studies/"),
    "new_study": (RESEARCHERS, "get", "/studies/new/"),
    "import_responses": (RESEARCHERS, "get", "/studies/import/"),
    "response_import": (OWNER, "get", "/studies/import/{response_import}/"),
    "study": (TEAM, "get", "/studies/sunday-study/"),
    "design": (TEAM, "get", "/studies/sunday-study/design/"),
    "fill_in": (TEAM, "post", "/studies/sunday-study/design/fill-in/"),
    "words": (TEAM, "post", "/studies/sunday-study/design/words/"),
    "preview": (TEAM, "get", "/studies/sunday-study/preview/"),
    "copy_study": (TEAM, "post", "/studies/sunday-study/copy/"),
    "delete_draft": (TEAM, "post", "/studies/sunday-study/delete/"),
    "request_missing": (TEAM, "post", "/studies/sunday-study/missing/"),
    "open_study": (TEAM, "post", "/studies/sunday-study/open/"),
    "pause_study": (TEAM, "post", "/studies/sunday-study/pause/"),
    "close_study": (TEAM, "post", "/studies/sunday-study/close/"),
    "recruitment": (TEAM, "get", "/studies/sunday-study/recruitment/"),
    "set_recruiter": (TEAM, "post", "/studies/sunday-study/recruiter/"),
    "live": (TEAM, "get", "/studies/sunday-study/live/"),
    "compare": (RESEARCHERS, "get", "/compare/"),
    "compare_chart": (TEAM, "get", "/compare/sunday-study/sunday-study.json"),
    "definitions": (ANYONE, "get", "/definitions/"),
    "power": (RESEARCHERS, "get", "/power/"),
    "power of a study": (TEAM, "get", "/power/?study=sunday-study"),
    "power_chart": (RESEARCHERS, "get", "/power.svg"),
    "results": (READERS, "get", "/studies/sunday-study/results/"),
    "chart": (READERS, "get", "/studies/sunday-study/charts/over-time.svg"),
    "participant_rates": (TEAM, "get", "/studies/sunday-study/participants/"),
    "photo_rates": (TEAM, "get", "/studies/sunday-study/photos/"),
    "tidy_csv": (TEAM, "get", "/studies/sunday-study/results.csv"),
    "export": (TEAM, "get", "/studies/sunday-study/export/psych-ds/"),
    "methods": (TEAM, "get", "/studies/sunday-study/methods/"),
    "machine_csv": (TEAM, "get", "/studies/sunday-study/machine-fool-rates.csv"),
    "sharing": (TEAM, "get", "/studies/sunday-study/sharing/"),
    "hand_over": (TEAM, "post", "/studies/sunday-study/sharing/team/"),
    "revoke_link": (TEAM, "post", "/studies/sunday-study/sharing/{link}/revoke/"),
    "shared": (ANYONE, "get", "/shared/{key}/"),
    "tokens": (RESEARCHERS, "get", "/account/tokens/"),
    "revoke_token": (OWNER, "post", "/account/tokens/{api_token}/revoke/"),
    "api_studies": (TOKENS, "get", "/api/studies/"),
    "api_study": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/"),
    "api_fool_rates": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/fool-rates/"),
    "api_csv": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/responses.csv"),
    "api_ndjson": (TOKENS_OF_TEAM, "get", "/api/studies/sunday-study/responses.ndjson"),
    "api_description": (ANYONE, "get", "/api/openapi.json"),
    "api_unknown": (ANYONE, "get", "/api/nothing/"),
    "test_sets": (ADMINS, "get", "/test-sets/"),
    "test_set": (ADMINS, "get", "/test-sets/photographs/"),
    "algorithms": (ADMINS, "get", "/algorithms/"),
    "workers": (ADMINS, "get", "/workers/"),
    "retry": (ADMINS, "post", "/algorithms/grey/retry/"),
    "observe": (ADMINS, "post", "/algorithms/grey/observe/"),
    "photo_image": (RESEARCHERS, "get", "/photos/{photo}/image/"),
    "colorization_image": (RESEARCHERS, "get", "/colorizations/{colorization}/image/"),
}

NOT_NOW = {"plate": 404, "api_unknown": 404}  # this participant is not at plates; nothing is at an unknown address


def refused(who: str, person: str) -> int:
    """The status for who may not: asked to log in, refused, or told nothing of what is not theirs."""
    has_account = person not in ("nobody", "participant", "viewer")
    if who in (TOKENS, TOKENS_OF_TEAM):
        return 404 if person == "other researcher" else 401
    if person == "stranger" or who == ADMINS and has_account:
        return 403
    return 404 if has_account else LOGIN
