import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import colortest.analysis.models.imports


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0007_participant_rates"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("experiment", "0008_imported_responses"),
        ("stimuli", "0003_quality"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ResponseImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("tidy", "tidy table: one row a response, as this site exports it"),
                            ("amt", "wide table of AMT_Real_vs_Fake: one row a participant"),
                        ],
                        max_length=4,
                    ),
                ),
                (
                    "preset",
                    models.CharField(
                        choices=[
                            ("thesis-2020", "thesis-2020"),
                            ("zhang-2016", "zhang-2016"),
                            ("amt-code", "amt-code"),
                            ("pix2pix-2017", "pix2pix-2017"),
                            ("cyclegan-2017", "cyclegan-2017"),
                            ("palette-2022", "palette-2022"),
                            ("hype-infinity", "hype-infinity"),
                            ("hype-time", "hype-time"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "practice",
                    models.PositiveIntegerField(default=10, help_text="AMT: trials that come first and never count."),
                ),
                ("names", models.JSONField(blank=True, default=dict, help_text="{algorithm in the file: slug here}")),
                ("file_name", models.CharField(max_length=255)),
                ("upload", models.FileField(blank=True, upload_to=colortest.analysis.models.imports.upload_name)),
                (
                    "status",
                    models.CharField(
                        choices=[("WAITING", "being read"), ("IMPORTED", "imported"), ("REFUSED", "refused")],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("problems", models.JSONField(blank=True, default=list, help_text="Sentences, at most the first ten.")),
                ("problem_count", models.PositiveIntegerField(default=0)),
                (
                    "left_out",
                    models.PositiveIntegerField(default=0, help_text="Lines of test runs, which are not taken."),
                ),
                ("asked", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="response_imports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="experiment.study"),
                ),
                (
                    "team",
                    models.ForeignKey(
                        help_text="Whose the study will be.",
                        on_delete=django.db.models.deletion.CASCADE,
                        to="auth.group",
                    ),
                ),
                ("test_set", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="stimuli.testset")),
            ],
            options={
                "ordering": ("-asked", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("problems", []),
                                ("status", "WAITING"),
                                ("study__isnull", True),
                                models.Q(("upload", ""), _negated=True),
                            ),
                            models.Q(
                                ("problems", []), ("status", "IMPORTED"), ("study__isnull", False), ("upload", "")
                            ),
                            models.Q(
                                ("status", "REFUSED"),
                                ("study__isnull", True),
                                ("upload", ""),
                                models.Q(("problems", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="response_import_tells_the_truth",
                    )
                ],
            },
        ),
    ]
