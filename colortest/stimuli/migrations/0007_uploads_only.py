from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stimuli", "0006_reports")]

    operations = [
        migrations.RemoveField(model_name="testset", name="archive"),
        migrations.RemoveField(model_name="testset", name="problems"),
        migrations.AddConstraint(
            model_name="testset",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["UPLOADING", "UPLOADED", "CHECKED", "READY"])),
                name="test_set_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="testset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "UPLOADING"), ("upload__isnull", False)),
                    ("status", "UPLOADED"),
                    models.Q(("status__in", ["CHECKED", "READY"]), ("upload", None)),
                    _connector="OR",
                ),
                name="upload_only_until_checked",
            ),
        ),
    ]
