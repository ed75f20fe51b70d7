from django.urls import path

from colortest.stimuli.views import algorithms, colouring, fakes, images, reports, test_sets, uploads

urlpatterns = [
    path("test-sets/", test_sets.test_sets, name="test_sets"),
    path("test-sets/<slug:slug>/", test_sets.test_set, name="test_set"),
    path("test-sets/<slug:slug>/report/", reports.report, name="report"),
    path("test-sets/<slug:slug>/report.csv", reports.report_csv, name="report_csv"),
    path("test-sets/<slug:slug>/splits/", test_sets.rename_splits, name="rename_splits"),
    path("test-sets/<slug:slug>/accept/", test_sets.accept, name="accept"),
    path("test-sets/<slug:slug>/delete/", test_sets.delete, name="delete_test_set"),
    path("uploads/<int:pk>/", uploads.upload, name="upload"),
    path("uploads/<int:pk>/chunks/<int:position>/", uploads.chunk, name="chunk"),
    path("algorithms/", algorithms.algorithms, name="algorithms"),
    path("algorithms/register", algorithms.register, name="register_checkpoint"),
    path("algorithms/<slug:slug>/", algorithms.algorithm, name="algorithm"),
    path("algorithms/<slug:slug>/colour/", algorithms.colour, name="colour_test_set"),
    path("algorithms/<slug:slug>/retire/", algorithms.retire, name="retire"),
    path("algorithms/<slug:slug>/check/", algorithms.check, name="check_checkpoint"),
    path("algorithms/<slug:slug>/fakes/", fakes.upload_fakes, name="upload_fakes"),
    path("algorithms/<slug:slug>/fakes/<int:pk>/", fakes.fakes, name="fakes"),
    path("algorithms/<slug:slug>/fakes/<int:pk>/report.csv", fakes.fakes_csv, name="fakes_csv"),
    path("algorithms/<slug:slug>/fakes/<int:pk>/accept/", fakes.accept_fakes, name="accept_fakes"),
    path("algorithms/<slug:slug>/fakes/<int:pk>/discard/", fakes.discard_fakes, name="discard_fakes"),
    path("algorithms/<slug:slug>/retry/", algorithms.retry, name="retry"),
    path("algorithms/<slug:slug>/observe/", algorithms.observe, name="observe"),
    path("photos/<int:pk>/image/", images.photo_image, name="photo_image"),
    path("photos/<int:pk>/colour/<slug:slug>/", colouring.colour, name="colour"),
    path("colorizations/<int:pk>/", colouring.colorization, name="colorization"),
    path("colorizations/<int:pk>/image/", images.colorization_image, name="colorization_image"),
]
