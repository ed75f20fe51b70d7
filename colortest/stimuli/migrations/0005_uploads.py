import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import colortest.stimuli.models.files

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    """What uploads in chunks and reports by rows need; 0006 moves what is there, 0007 takes away what it was in."""

    dependencies = [("stimuli", "0004_failed_by_algorithm")]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ID,
                ("file_name", models.CharField(max_length=255)),
                ("byte_count", models.PositiveBigIntegerField()),
                ("chunk_bytes", models.PositiveIntegerField(default=8388608)),
                ("created", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("byte_count__gt", 0), ("chunk_bytes__gt", 0)), name="upload_holds_something"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Chunk",
            fields=[
                ID,
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="stimuli.upload"
                    ),
                ),
                ("position", models.PositiveIntegerField(help_text="From 0.")),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.FileField(upload_to=colortest.stimuli.models.files.chunk_name)),
                ("arrived", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ("position",),
                "constraints": [models.UniqueConstraint(fields=("upload", "position"), name="one_chunk_per_position")],
            },
        ),
        migrations.CreateModel(
            name="ImportedFile",
            fields=[
                ID,
                (
                    "test_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imported_files", to="stimuli.testset"
                    ),
                ),
                ("position", models.PositiveIntegerField(help_text="Among the files of the upload by name, from 0.")),
                ("name", models.CharField(max_length=255)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("KEPT", "kept"), ("DUPLICATE", "duplicate"), ("REJECTED", "rejected")], max_length=9
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        help_text="What it became or is the same as.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="stimuli.photo",
                    ),
                ),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("position",),
                "indexes": [models.Index(fields=["test_set", "outcome", "position"], name="report_by_outcome")],
                "constraints": [
                    models.UniqueConstraint(fields=("test_set", "position"), name="file_dealt_with_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "KEPT")), fields=("photo",), name="photo_kept_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__in", ["KEPT", "DUPLICATE"]), ("photo__isnull", False), ("reason", "")),
                            models.Q(("outcome", "REJECTED"), ("photo", None), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="imported_file_tells_the_truth",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="testset", name="test_set_status"),
        migrations.RenameField(model_name="testset", old_name="upload", new_name="archive"),
        migrations.AlterField(
            model_name="testset",
            name="status",
            field=models.CharField(
                choices=[
                    ("UPLOADING", "on its way"),
                    ("UPLOADED", "being checked"),
                    ("CHECKED", "to be accepted"),
                    ("READY", "ready"),
                ],
                default="UPLOADED",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="testset",
            name="upload",
            field=models.OneToOneField(
                help_text="Until it is checked.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="test_set",
                to="stimuli.upload",
            ),
        ),
        migrations.AddField(
            model_name="testset",
            name="manifest",
            field=models.FileField(
                blank=True,
                help_text="file,split,… that came beside it.",
                upload_to=colortest.stimuli.models.files.manifest_name,
            ),
        ),
        migrations.AddField(
            model_name="testset",
            name="split",
            field=models.CharField(
                blank=True, help_text="One for all of its photos, where it was chosen.", max_length=50
            ),
        ),
        migrations.AddField(
            model_name="testset",
            name="entry_count",
            field=models.PositiveIntegerField(help_text="Files in the upload, once it was looked into.", null=True),
        ),
        migrations.AddField(
            model_name="testset",
            name="tries",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="Begun and not finished, at the files that are next."
            ),
        ),
        migrations.AddField(
            model_name="testset",
            name="careful_until",
            field=models.PositiveIntegerField(
                default=0, help_text="Files before it go one by one: one of them may have ended a worker."
            ),
        ),
        migrations.AddField(
            model_name="testset",
            name="trouble",
            field=models.TextField(blank=True, help_text="Why its import stands still, where it does."),
        ),
    ]
