import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import colortest.experiment.models.study


class Migration(migrations.Migration):
    dependencies = [
        ("experiment", "0001_initial"),
        ("stimuli", "0002_machine_fool_rate"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Completion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ending",
                    models.CharField(
                        choices=[
                            ("COMPLETED", "gave every response"),
                            ("FAILED_ATTENTION", "is excluded by the rules on attention"),
                            ("SCREENED_OUT", "does not meet what the study asks"),
                            ("OVER_QUOTA", "came when the study was full"),
                            ("WITHDRAWN", "withdrew"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "code",
                    models.CharField(blank=True, help_text="The recruiter's code for this ending.", max_length=64),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        help_text="Of the recruiter; {code} stands for the code.",
                        max_length=500,
                        verbose_name="link",
                    ),
                ),
                ("text", models.CharField(blank=True, help_text="Shown on the last page.", max_length=500)),
            ],
            options={
                "ordering": ("study", "ending"),
            },
        ),
        migrations.CreateModel(
            name="OutsideId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="StudyEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(choices=[("OPENED", "opened"), ("CLOSED", "closed")], max_length=10)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("simulated", models.BooleanField(default=False)),
                ("step", models.CharField(help_text="How far the run had come.", max_length=20)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="study",
            name="design_frozen_once_open",
        ),
        migrations.RemoveConstraint(
            model_name="study",
            name="study_shows_something",
        ),
        migrations.RemoveConstraint(
            model_name="study",
            name="study_shares_are_shares",
        ),
        migrations.RemoveConstraint(
            model_name="trial",
            name="trial_real_side",
        ),
        migrations.AddField(
            model_name="participant",
            name="algorithm",
            field=models.ForeignKey(
                help_text="The one that this participant sees, if only one.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="stimuli.algorithm",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "under way, or left"),
                    ("COMPLETED", "gave every response"),
                    ("FAILED_ATTENTION", "gave every response and is excluded by the study's rules"),
                    ("SCREENED_OUT", "does not meet what the study asks of eyes, screen or practice"),
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="gamut",
            field=models.CharField(
                blank=True, help_text="The widest that the browser says: srgb, p3, rec2020.", max_length=7
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="language",
            field=models.CharField(default="en", max_length=5),
        ),
        migrations.AddField(
            model_name="participant",
            name="last_seen",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                help_text="The page was open; who left gives places back.",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="pixel_ratio",
            field=models.FloatField(help_text="Pixels of the screen to one of the browser.", null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="refresh_ms",
            field=models.FloatField(help_text="Measured time between two frames.", null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="rehearsal",
            field=models.BooleanField(default=False, help_text="A researcher who tries the study; never counted."),
        ),
        migrations.AddField(
            model_name="participant",
            name="vision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not screened"),
                    ("TYPICAL", "sees colours as most people do"),
                    ("DIFFERENT", "may see colours differently"),
                ],
                default="",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="vision_errors",
            field=models.PositiveSmallIntegerField(help_text="Plates that were not read as most people do.", null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="window_height",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="window_width",
            field=models.PositiveIntegerField(help_text="Of the browser, in its own pixels; when checked.", null=True),
        ),
        migrations.AddField(
            model_name="response",
            name="asked_ms",
            field=models.PositiveIntegerField(default=0, help_text="The exposure that was asked for."),
        ),
        migrations.AddField(
            model_name="response",
            name="focus_changes",
            field=models.PositiveIntegerField(default=0, help_text="While stimuli were on screen."),
        ),
        migrations.AddField(
            model_name="response",
            name="left_onset_ms",
            field=models.FloatField(default=0, help_text="Achieved, from the beginning of the blank before."),
        ),
        migrations.AddField(
            model_name="response",
            name="right_onset_ms",
            field=models.FloatField(help_text="Achieved; none for a single image.", null=True),
        ),
        migrations.AddField(
            model_name="response",
            name="visibility_changes",
            field=models.PositiveIntegerField(default=0, help_text="While stimuli were on screen."),
        ),
        migrations.AddField(
            model_name="study",
            name="assignment",
            field=models.CharField(
                choices=[
                    ("WITHIN", "each participant sees all algorithms"),
                    ("BETWEEN", "each participant sees one algorithm"),
                ],
                default="WITHIN",
                max_length=7,
                verbose_name="algorithms",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="blocks",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="colour_vision",
            field=models.CharField(
                choices=[
                    ("SKIP", "do not screen"),
                    ("RECORD", "screen and record"),
                    ("EXCLUDE", "screen; who sees colours differently takes part and is not counted"),
                    ("SCREEN_OUT", "screen; who sees colours differently does not take part"),
                ],
                default="RECORD",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="delay_ms",
            field=models.PositiveIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="blank before the question",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="exposures_ms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(600000)]),
                default=[1000],
                help_text="Milliseconds on screen; several, separated by commas, make a factor. 0: until the choice.",
                size=None,
                verbose_name="exposures",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="feedback",
            field=models.BooleanField(default=True, verbose_name="feedback in practice"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="first_blank_ms",
            field=models.PositiveIntegerField(
                default=500,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="blank before the first trial of a block",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="gap_ms",
            field=models.PositiveIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="blank between two that follow each other",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=[("en", "English"), ("es", "Español")], max_length=5),
                default=colortest.experiment.models.study.every_language,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="least_height",
            field=models.PositiveIntegerField(default=320, help_text="Of the browser's window, in its own pixels."),
        ),
        migrations.AddField(
            model_name="study",
            name="least_width",
            field=models.PositiveIntegerField(default=560, help_text="Of the browser's window, in its own pixels."),
        ),
        migrations.AddField(
            model_name="study",
            name="longest_ms",
            field=models.PositiveIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="longest exposure of the staircase",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="mask_ms",
            field=models.PositiveIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="time of each mask",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="masks",
            field=models.PositiveSmallIntegerField(
                default=0, validators=[django.core.validators.MaxValueValidator(20)], verbose_name="masks of noise"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="max_fast_share",
            field=models.FloatField(
                default=1.0,
                help_text="1 excludes nobody.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="largest share of responses under 200 ms",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="max_flagged_share",
            field=models.FloatField(
                default=1.0,
                help_text="1 excludes nobody.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="largest share of flagged trials",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="max_same_side_share",
            field=models.FloatField(
                default=1.0,
                help_text="1 excludes nobody.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="largest share of choices of one side",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="order",
            field=models.CharField(
                choices=[
                    ("LEFT_FIRST", "the left one always first"),
                    ("BALANCED", "the left one first in half of the trials"),
                ],
                default="LEFT_FIRST",
                max_length=10,
                verbose_name="which comes first",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="presentation",
            field=models.CharField(
                choices=[
                    ("SIDE_BY_SIDE", "side by side"),
                    ("SEQUENTIAL", "one after the other"),
                    ("SINGLE", "a single image"),
                ],
                default="SIDE_BY_SIDE",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="qualification",
            field=models.FloatField(
                default=0.0,
                help_text="Of photos and of fakes each; 0 lets everybody in.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="least share right in practice",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="quota",
            field=models.PositiveIntegerField(
                default=0,
                help_text="People who finish; for each algorithm where each person sees one. 0 for any number.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="recruiter",
            field=models.CharField(
                choices=[
                    ("PLAIN", "nobody: a link for everybody"),
                    ("PROLIFIC", "Prolific"),
                    ("SONA", "SONA"),
                    ("CONNECT", "CloudResearch Connect"),
                    ("PANEL", "another panel"),
                ],
                default="PLAIN",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="reserve_share",
            field=models.FloatField(
                default=0.0,
                help_text="More test trials, to make up for those whose exposure fails.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="share held in reserve",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="retention_days",
            field=models.PositiveIntegerField(
                default=0, help_text="Responses are erased so many days after they were given; 0 keeps them."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="shortest_ms",
            field=models.PositiveIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="shortest exposure of the staircase",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="staircase_down_ms",
            field=models.PositiveIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="shorter after a correct response",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="study",
            name="staircase_up_ms",
            field=models.PositiveIntegerField(
                default=0,
                help_text="0 where exposures do not adapt.",
                validators=[django.core.validators.MaxValueValidator(600000)],
                verbose_name="longer after an error",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trial",
            name="block",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="0 is practice; then from 1, with breaks between."
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="exposure_ms",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Planned; 0 until the choice. A staircase takes it for the first trial of a block only.",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="first_side",
            field=models.CharField(
                choices=[("LEFT", "left"), ("RIGHT", "right")],
                default="LEFT",
                help_text="If one follows the other.",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="reserve",
            field=models.BooleanField(default=False, help_text="Shown only to make up for one whose exposure failed."),
        ),
        migrations.AlterField(
            model_name="response",
            name="chosen_side",
            field=models.CharField(
                choices=[("LEFT", "left"), ("RIGHT", "right")],
                help_text="Of a single image, LEFT means that it was taken for real.",
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="right_exposure_ms",
            field=models.FloatField(help_text="Achieved; none for a single image.", null=True),
        ),
        migrations.AlterField(
            model_name="study",
            name="blank_ms",
            field=models.PositiveIntegerField(
                validators=[django.core.validators.MaxValueValidator(600000)], verbose_name="blank before the others"
            ),
        ),
        migrations.AlterField(
            model_name="study",
            name="catch_share",
            field=models.FloatField(
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="share of catch trials",
            ),
        ),
        migrations.AlterField(
            model_name="study",
            name="min_catch_accuracy",
            field=models.FloatField(
                help_text="0 excludes nobody.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="least share of catch trials caught",
            ),
        ),
        migrations.AlterField(
            model_name="study",
            name="practice_trials",
            field=models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(500)]),
        ),
        migrations.AlterField(
            model_name="study",
            name="preset",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="study",
            name="question",
            field=models.CharField(
                choices=[
                    ("REAL", "Which one is the real photo?"),
                    ("FAKE", "Which one is the fake?"),
                    ("EITHER", "Is it real or fake?"),
                ],
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="study",
            name="test_trials",
            field=models.PositiveIntegerField(
                help_text="Catch trials included.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(2000),
                ],
            ),
        ),
        migrations.AlterField(
            model_name="trial",
            name="position",
            field=models.PositiveIntegerField(help_text="From 0, practice first, reserve last."),
        ),
        migrations.AlterField(
            model_name="trial",
            name="real_side",
            field=models.CharField(
                choices=[("LEFT", "left"), ("RIGHT", "right")],
                help_text="A single image stands left: LEFT means that it is the photo.",
                max_length=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exposures_ms__contains", [0]), _negated=True),
                    models.Q(
                        models.Q(("presentation", "SEQUENTIAL"), _negated=True), ("masks", 0), ("staircase_up_ms", 0)
                    ),
                    _connector="OR",
                ),
                name="study_until_choice_is_alone",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="study",
            trigger=pgtrigger.compiler.Trigger(
                name="design_frozen_once_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT (OLD."status" = \'DRAFT\') AND (OLD."presentation" IS DISTINCT FROM (NEW."presentation") OR OLD."question" IS DISTINCT FROM (NEW."question") OR OLD."exposures_ms" IS DISTINCT FROM (NEW."exposures_ms") OR OLD."first_blank_ms" IS DISTINCT FROM (NEW."first_blank_ms") OR OLD."blank_ms" IS DISTINCT FROM (NEW."blank_ms") OR OLD."gap_ms" IS DISTINCT FROM (NEW."gap_ms") OR OLD."delay_ms" IS DISTINCT FROM (NEW."delay_ms") OR OLD."masks" IS DISTINCT FROM (NEW."masks") OR OLD."mask_ms" IS DISTINCT FROM (NEW."mask_ms") OR OLD."order" IS DISTINCT FROM (NEW."order") OR OLD."assignment" IS DISTINCT FROM (NEW."assignment") OR OLD."blocks" IS DISTINCT FROM (NEW."blocks") OR OLD."staircase_up_ms" IS DISTINCT FROM (NEW."staircase_up_ms") OR OLD."staircase_down_ms" IS DISTINCT FROM (NEW."staircase_down_ms") OR OLD."shortest_ms" IS DISTINCT FROM (NEW."shortest_ms") OR OLD."longest_ms" IS DISTINCT FROM (NEW."longest_ms") OR OLD."practice_trials" IS DISTINCT FROM (NEW."practice_trials") OR OLD."feedback" IS DISTINCT FROM (NEW."feedback") OR OLD."qualification" IS DISTINCT FROM (NEW."qualification") OR OLD."test_trials" IS DISTINCT FROM (NEW."test_trials") OR OLD."reserve_share" IS DISTINCT FROM (NEW."reserve_share") OR OLD."catch_share" IS DISTINCT FROM (NEW."catch_share") OR OLD."min_catch_accuracy" IS DISTINCT FROM (NEW."min_catch_accuracy") OR OLD."max_fast_share" IS DISTINCT FROM (NEW."max_fast_share") OR OLD."max_same_side_share" IS DISTINCT FROM (NEW."max_same_side_share") OR OLD."max_flagged_share" IS DISTINCT FROM (NEW."max_flagged_share") OR OLD."quota" IS DISTINCT FROM (NEW."quota") OR OLD."test_set_id" IS DISTINCT FROM (NEW."test_set_id") OR OLD."splits" IS DISTINCT FROM (NEW."splits") OR OLD."preset" IS DISTINCT FROM (NEW."preset") OR OLD."colour_vision" IS DISTINCT FROM (NEW."colour_vision") OR OLD."least_width" IS DISTINCT FROM (NEW."least_width") OR OLD."least_height" IS DISTINCT FROM (NEW."least_height") OR OLD."languages" IS DISTINCT FROM (NEW."languages") OR OLD."consent_text" IS DISTINCT FROM (NEW."consent_text") OR OLD."consent_version" IS DISTINCT FROM (NEW."consent_version") OR OLD."retention_days" IS DISTINCT FROM (NEW."retention_days") OR OLD."seed" IS DISTINCT FROM (NEW."seed") OR OLD."design_hash" IS DISTINCT FROM (NEW."design_hash")))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b09dbdca3662d8815d57538edae3ffc99508ef96",
                    operation="UPDATE",
                    pgid="pgtrigger_design_frozen_once_open_5ffe2",
                    table="experiment_study",
                    when="BEFORE",
                ),
            ),
        ),
        # What was designed and played before there were columns for it.
        migrations.RunSQL(
            """
            UPDATE experiment_study SET exposures_ms = ARRAY[exposure_ms], first_blank_ms = blank_ms;
            UPDATE experiment_trial SET block = 1 WHERE kind <> 'PRACTICE';
            UPDATE experiment_participant SET ending =
                CASE WHEN exclusion_reason = '' THEN 'COMPLETED' ELSE 'FAILED_ATTENTION' END
                WHERE finished IS NOT NULL;
            UPDATE experiment_participant SET last_seen = COALESCE(finished, started, consented);
            ALTER TABLE experiment_response DISABLE TRIGGER USER;
            UPDATE experiment_response r SET asked_ms = s.exposure_ms
                FROM experiment_trial t, experiment_participant p, experiment_study s
                WHERE t.id = r.trial_id AND p.id = t.participant_id AND s.id = p.study_id;
            ALTER TABLE experiment_response ENABLE TRIGGER USER;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name="study",
            name="exposure_ms",
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ending__in", ["COMPLETED", "FAILED_ATTENTION"]), ("finished__isnull", False)),
                    models.Q(("ending__in", ["", "SCREENED_OUT"]), ("finished__isnull", True)),
                    _connector="OR",
                ),
                name="ending_fits_finish",
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(("presentation__in", ["SIDE_BY_SIDE", "SEQUENTIAL", "SINGLE"])),
                name="study_presentation",
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("presentation", "SINGLE"), ("question", "EITHER")),
                    models.Q(("presentation__in", ["SIDE_BY_SIDE", "SEQUENTIAL"]), ("question__in", ["REAL", "FAKE"])),
                    _connector="OR",
                ),
                name="study_question_fits_presentation",
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(("exposures_ms__len__gt", 0), ("test_trials__gt", 0)), name="study_shows_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(condition=models.Q(("blocks__gt", 0)), name="study_has_blocks"),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("staircase_down_ms", 0), ("staircase_up_ms", 0)),
                    models.Q(
                        ("exposures_ms__len", 1),
                        ("shortest_ms__gt", 0),
                        ("staircase_down_ms__gt", 0),
                        ("staircase_up_ms__gt", 0),
                        ("longest_ms__gte", models.F("shortest_ms")),
                    ),
                    _connector="OR",
                ),
                name="study_staircase_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("catch_share__gte", 0),
                    ("catch_share__lt", 1),
                    ("reserve_share__gte", 0),
                    ("reserve_share__lte", 1),
                    ("min_catch_accuracy__gte", 0),
                    ("min_catch_accuracy__lte", 1),
                    ("qualification__gte", 0),
                    ("qualification__lte", 1),
                    ("max_fast_share__gte", 0),
                    ("max_fast_share__lte", 1),
                    ("max_same_side_share__gte", 0),
                    ("max_same_side_share__lte", 1),
                    ("max_flagged_share__gte", 0),
                    ("max_flagged_share__lte", 1),
                ),
                name="study_shares_are_shares",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_side__in", ["LEFT", "RIGHT"]), ("real_side__in", ["LEFT", "RIGHT"])),
                name="trial_sides",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("block", 0), ("kind", "PRACTICE")),
                    models.Q(models.Q(("kind", "PRACTICE"), _negated=True), ("block__gt", 0)),
                    _connector="OR",
                ),
                name="practice_is_block_0",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve", False), ("kind", "TEST"), _connector="OR"),
                name="reserve_is_of_test_trials",
            ),
        ),
        migrations.AddField(
            model_name="completion",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="completions", to="experiment.study"
            ),
        ),
        migrations.AddField(
            model_name="outsideid",
            name="participant",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="outside_id", to="experiment.participant"
            ),
        ),
        migrations.AddField(
            model_name="outsideid",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="outside_ids", to="experiment.study"
            ),
        ),
        migrations.AddField(
            model_name="studyevent",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="studyevent",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="experiment.study"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="withdrawals", to="experiment.study"
            ),
        ),
        migrations.AddConstraint(
            model_name="completion",
            constraint=models.UniqueConstraint(fields=("study", "ending"), name="completion_once_per_ending"),
        ),
        migrations.AddConstraint(
            model_name="completion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ending__in", ["COMPLETED", "FAILED_ATTENTION", "SCREENED_OUT", "OVER_QUOTA", "WITHDRAWN"])
                ),
                name="completion_ending",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsideid",
            constraint=models.UniqueConstraint(fields=("study", "digest"), name="outside_id_once_per_study"),
        ),
    ]
