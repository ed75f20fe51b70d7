from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experiment", "0003_consent_texts")]

    operations = [
        migrations.AddField(
            model_name="study",
            name="last_number",
            field=models.PositiveIntegerField(
                default=0, help_text="Of its participants; one that was erased is given to nobody else."
            ),
        ),
        migrations.AlterField(
            model_name="studyevent",
            name="what",
            field=models.CharField(
                choices=[
                    ("OPENED", "opened"),
                    ("CLOSED", "closed"),
                    ("ERASED", "erased a run, as its participant asked"),
                    ("EXPIRED", "began to erase what was kept as long as the design says"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            "UPDATE experiment_study s SET last_number = COALESCE("
            "(SELECT MAX(number) FROM experiment_participant WHERE study_id = s.id), 0)",
            migrations.RunSQL.noop,
        ),
    ]
