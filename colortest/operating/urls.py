from django.urls import path

from colortest.operating import health, metrics, views

urlpatterns = [
    path("workers/", views.workers, name="workers"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics.metrics, name="metrics"),
]
