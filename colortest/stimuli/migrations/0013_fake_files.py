"""What became of each fake of an upload: rows instead of one JSON, because there may be a hundred thousand.

Uploads that are not stored yet are checked once more, and accepted once more; reports of those that are stored go, and
their colorizations stay.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def check_again(apps: Any, _: Any) -> None:
    uploads = apps.get_model("stimuli", "FakesUpload").objects
    uploads.filter(status="STORED").delete()
    uploads.exclude(upload=None).update(status="UPLOADED", problem="", report={})


class Migration(migrations.Migration):
    dependencies = [
        ("stimuli", "0012_unmeasured"),
    ]

    operations = [
        migrations.RunPython(check_again, check_again),
        migrations.CreateModel(
            name="FakeFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(help_text="Among the files of the upload by name, from 0.")),
                ("name", models.CharField(max_length=255)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("MATCHED", "can be stored"), ("STORED", "stored"), ("REFUSED", "refused")],
                        max_length=8,
                    ),
                ),
                ("lightness_change", models.FloatField(help_text="Mean of |ΔL*| against the photo.", null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "fakes",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="stimuli.fakesupload"
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stimuli.photo"
                    ),
                ),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(fields=["fakes", "position"], name="fake_file_dealt_with_once"),
                    models.UniqueConstraint(fields=["fakes", "photo"], name="one_fake_file_per_photo"),
                    models.CheckConstraint(
                        name="fake_file_tells_the_truth",
                        condition=models.Q(
                            models.Q(
                                ("lightness_change__isnull", False),
                                ("outcome__in", ["MATCHED", "STORED"]),
                                ("photo__isnull", False),
                                ("reason", ""),
                            ),
                            models.Q(("outcome", "REFUSED"), ("photo", None), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                    ),
                ],
                "indexes": [models.Index(fields=["fakes", "outcome", "position"], name="fakes_by_outcome")],
            },
        ),
        migrations.RemoveConstraint(model_name="fakesupload", name="fakes_upload_only_until_stored"),
        migrations.RemoveConstraint(model_name="fakesupload", name="fakes_with_a_problem_are_never_stored"),
        migrations.RemoveField(model_name="fakesupload", name="problem"),
        migrations.RemoveField(model_name="fakesupload", name="report"),
        migrations.AddField(
            model_name="fakesupload",
            name="careful_until",
            field=models.PositiveIntegerField(
                default=0, help_text="Files before it go one by one: one of them may have ended a worker."
            ),
        ),
        migrations.AddField(
            model_name="fakesupload",
            name="entry_count",
            field=models.PositiveIntegerField(help_text="Files in the upload, once it was looked into.", null=True),
        ),
        migrations.AddField(
            model_name="fakesupload",
            name="stored",
            field=models.DateTimeField(help_text="When all that was accepted was stored.", null=True),
        ),
        migrations.AddField(
            model_name="fakesupload",
            name="tries",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="Begun and not finished, at the files that are next."
            ),
        ),
        migrations.AddField(
            model_name="fakesupload",
            name="trouble",
            field=models.TextField(blank=True, help_text="Why its import stands still, where it does."),
        ),
        migrations.AlterField(
            model_name="fakesupload",
            name="status",
            field=models.CharField(
                choices=[
                    ("UPLOADING", "on its way"),
                    ("UPLOADED", "being checked"),
                    ("CHECKED", "to be accepted"),
                    ("ACCEPTED", "being stored"),
                ],
                default="UPLOADED",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="fakesupload",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["UPLOADING", "UPLOADED", "CHECKED", "ACCEPTED"])),
                name="fakes_upload_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="fakesupload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stored", None), models.Q(("status", "ACCEPTED"), ("upload", None)), _connector="OR"
                ),
                name="fakes_upload_only_until_stored",
            ),
        ),
        migrations.AddConstraint(
            model_name="fakesupload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "UPLOADING"), _negated=True), ("upload__isnull", False), _connector="OR"
                ),
                name="fakes_arrive_by_an_upload",
            ),
        ),
    ]
