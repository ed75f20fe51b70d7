from django.urls import path

from colortest.operating import views

urlpatterns = [
    path("workers/", views.workers, name="workers"),
]
