from django.urls import path

from colortest.stimuli import views

urlpatterns = [
    path("test-sets/", views.test_sets, name="test_sets"),
    path("test-sets/<slug:slug>/", views.test_set, name="test_set"),
    path("algorithms/", views.algorithms, name="algorithms"),
    path("algorithms/<slug:slug>/retry/", views.retry, name="retry"),
    path("algorithms/<slug:slug>/observe/", views.observe, name="observe"),
    path("photos/<int:pk>/image/", views.photo_image, name="photo_image"),
    path("colorizations/<int:pk>/image/", views.colorization_image, name="colorization_image"),
]
