from django.urls import path

from colortest.experiment import studies, views

urlpatterns = [
    path("s/<slug:slug>/", views.take_part, name="take_part"),
    path("take/<str:code>/", views.take, name="take"),
    path("take/<str:code>/begin/", views.begin, name="begin"),
    path("take/<str:code>/trials/", views.trials, name="trials"),
    path("take/<str:code>/trials/<str:token>/", views.respond, name="respond"),
    path("stimuli/<str:token>/<int:place>/", views.show_stimulus, name="stimulus"),
    path("studies/", studies.studies, name="studies"),
    path("studies/new/", studies.new_study, name="new_study"),
    path("studies/<slug:slug>/", studies.study, name="study"),
    path("studies/<slug:slug>/open/", studies.open_study, name="open_study"),
    path("studies/<slug:slug>/close/", studies.close_study, name="close_study"),
]
