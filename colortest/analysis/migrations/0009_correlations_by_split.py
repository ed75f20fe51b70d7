"""Correlations of stored reports were over all splits at once: those go, and come back with the next report."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analysis", "0008_response_imports")]

    operations = [
        migrations.RunSQL(
            "UPDATE analysis_report SET content = jsonb_set(content, '{quality}', '[]') WHERE content ? 'quality'",
            migrations.RunSQL.noop,
        )
    ]
