"""Reports whose correlations migration 0009 took away are older than their fool rates: a worker makes them again."""

from django.db import migrations

OLDER = """
    UPDATE analysis_report AS report
    SET computed = LEAST(report.computed, rates.computed - interval '1 second')
    FROM (SELECT study_id, MAX(computed) AS computed FROM analysis_foolrate GROUP BY study_id) AS rates
    WHERE rates.study_id = report.study_id AND NOT report.simulated AND report.content -> 'quality' = '[]'::jsonb
"""


class Migration(migrations.Migration):
    dependencies = [("analysis", "0009_correlations_by_split")]

    operations = [migrations.RunSQL(OLDER, migrations.RunSQL.noop)]
