from django.db import migrations


class Migration(migrations.Migration):
    """Every colorization leaves what it was in the index of those that wait, and each claim passes by. Vacuum comes
    after so many, not after a share of the table: a claim in a large table then costs what it costs in a small one.
    """

    dependencies = [("stimuli", "0008_tries_and_asked")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE stimuli_colorization"
            " SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)",
            "ALTER TABLE stimuli_colorization RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        )
    ]
