import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import colortest.experiment.models.run


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0001_initial"),
        ("experiment", "0006_teams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="what for")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_used", models.DateTimeField(null=True)),
                ("revoked", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-made", "-id"),
            },
        ),
        migrations.CreateModel(
            name="ViewerLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=colortest.experiment.models.run.secret, max_length=22, unique=True)),
                ("note", models.CharField(max_length=100, verbose_name="for whom")),
                ("made", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("revoked", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="viewer_links", to="experiment.study"
                    ),
                ),
            ],
            options={
                "ordering": ("-made", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("revoked_by", None), ("revoked__isnull", False), _connector="OR"),
                        name="viewer_link_revoked_by_somebody_somewhen",
                    )
                ],
            },
        ),
    ]
