import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("experiment", "0002_protocols"),
        ("stimuli", "0002_machine_fool_rate"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(choices=[("en", "English"), ("es", "Español")], max_length=5)),
                ("text", models.TextField()),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consent_texts", to="experiment.study"
                    ),
                ),
            ],
            options={
                "ordering": ("study", "language"),
            },
        ),
        migrations.RunSQL(
            "INSERT INTO experiment_consenttext (study_id, language, text) "
            "SELECT id, 'en', consent_text FROM experiment_study; SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="study",
            name="design_frozen_once_open",
        ),
        migrations.RemoveField(
            model_name="study",
            name="consent_text",
        ),
        migrations.AddField(
            model_name="participant",
            name="preview",
            field=models.BooleanField(default=False, help_text="A rehearsal that leaves no trace once it is over."),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="study",
            trigger=pgtrigger.compiler.Trigger(
                name="design_frozen_once_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT (OLD."status" = \'DRAFT\') AND (OLD."presentation" IS DISTINCT FROM (NEW."presentation") OR OLD."question" IS DISTINCT FROM (NEW."question") OR OLD."exposures_ms" IS DISTINCT FROM (NEW."exposures_ms") OR OLD."first_blank_ms" IS DISTINCT FROM (NEW."first_blank_ms") OR OLD."blank_ms" IS DISTINCT FROM (NEW."blank_ms") OR OLD."gap_ms" IS DISTINCT FROM (NEW."gap_ms") OR OLD."delay_ms" IS DISTINCT FROM (NEW."delay_ms") OR OLD."masks" IS DISTINCT FROM (NEW."masks") OR OLD."mask_ms" IS DISTINCT FROM (NEW."mask_ms") OR OLD."order" IS DISTINCT FROM (NEW."order") OR OLD."assignment" IS DISTINCT FROM (NEW."assignment") OR OLD."blocks" IS DISTINCT FROM (NEW."blocks") OR OLD."staircase_up_ms" IS DISTINCT FROM (NEW."staircase_up_ms") OR OLD."staircase_down_ms" IS DISTINCT FROM (NEW."staircase_down_ms") OR OLD."shortest_ms" IS DISTINCT FROM (NEW."shortest_ms") OR OLD."longest_ms" IS DISTINCT FROM (NEW."longest_ms") OR OLD."practice_trials" IS DISTINCT FROM (NEW."practice_trials") OR OLD."feedback" IS DISTINCT FROM (NEW."feedback") OR OLD."qualification" IS DISTINCT FROM (NEW."qualification") OR OLD."test_trials" IS DISTINCT FROM (NEW."test_trials") OR OLD."reserve_share" IS DISTINCT FROM (NEW."reserve_share") OR OLD."catch_share" IS DISTINCT FROM (NEW."catch_share") OR OLD."min_catch_accuracy" IS DISTINCT FROM (NEW."min_catch_accuracy") OR OLD."max_fast_share" IS DISTINCT FROM (NEW."max_fast_share") OR OLD."max_same_side_share" IS DISTINCT FROM (NEW."max_same_side_share") OR OLD."max_flagged_share" IS DISTINCT FROM (NEW."max_flagged_share") OR OLD."quota" IS DISTINCT FROM (NEW."quota") OR OLD."test_set_id" IS DISTINCT FROM (NEW."test_set_id") OR OLD."splits" IS DISTINCT FROM (NEW."splits") OR OLD."preset" IS DISTINCT FROM (NEW."preset") OR OLD."colour_vision" IS DISTINCT FROM (NEW."colour_vision") OR OLD."least_width" IS DISTINCT FROM (NEW."least_width") OR OLD."least_height" IS DISTINCT FROM (NEW."least_height") OR OLD."languages" IS DISTINCT FROM (NEW."languages") OR OLD."consent_version" IS DISTINCT FROM (NEW."consent_version") OR OLD."retention_days" IS DISTINCT FROM (NEW."retention_days") OR OLD."seed" IS DISTINCT FROM (NEW."seed") OR OLD."design_hash" IS DISTINCT FROM (NEW."design_hash")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="87f5cc3547c7c1cd8744e24d97bf59ccf5ce9a3f",
                    operation="UPDATE",
                    pgid="pgtrigger_design_frozen_once_open_5ffe2",
                    table="experiment_study",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("preview", False), ("rehearsal", True), _connector="OR"),
                name="preview_is_rehearsal",
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(fields=("study", "language"), name="consent_text_once_per_language"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consenttext",
            trigger=pgtrigger.compiler.Trigger(
                name="consent_texts_frozen_once_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT 1 FROM experiment_study WHERE status <> 'DRAFT' AND id IN (NEW.study_id, OLD.study_id)) THEN RAISE EXCEPTION 'the design of an opened study is frozen' USING ERRCODE = 'check_violation'; END IF; RETURN COALESCE(NEW, OLD);",
                    hash="961da9d1be28afe6c0a31ca2a565952bf26b4c36",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_consent_texts_frozen_once_open_93cac",
                    table="experiment_consenttext",
                    when="BEFORE",
                ),
            ),
        ),
    ]
