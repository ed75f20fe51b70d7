import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ROLES = ("researchers", "admins")
COMMON_TEAM = "everyone"


def one_common_team(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever ran studies sees them all as before: they and the studies are of one team."""
    account = apps.get_model(*settings.AUTH_USER_MODEL.split("."))
    study = apps.get_model("experiment", "Study")
    researchers = account.objects.filter(groups__name__in=ROLES).distinct()
    if not study.objects.exists() and not researchers.exists():
        return
    team, _ = apps.get_model("auth", "Group").objects.get_or_create(name=COMMON_TEAM)
    study.objects.update(team=team)
    for one in researchers:
        one.groups.add(team)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered


def keep_team(_: StateApps, __: BaseDatabaseSchemaEditor) -> None:
    """Going back keeps it: it is a group like others."""


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("experiment", "0005_longer_exclusion_reasons"),
    ]

    operations = [
        migrations.AddField(
            model_name="study",
            name="team",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="studies",
                to="auth.group",
                help_text="Whose researchers see it.",
            ),
        ),
        migrations.RunPython(one_common_team, keep_team),
        migrations.AlterField(
            model_name="study",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="studies",
                to="auth.group",
                help_text="Whose researchers see it.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="study",
            trigger=pgtrigger.compiler.Trigger(
                name="team_is_no_role",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT 1 FROM auth_group WHERE id = NEW.team_id AND name IN ('researchers', 'admins')) THEN RAISE EXCEPTION 'a role is not a team' USING ERRCODE = 'check_violation'; END IF; RETURN NEW;",
                    hash="f25cc92ea897c264e03083eff71cd1f17293e999",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_team_is_no_role_0bed0",
                    table="experiment_study",
                    when="BEFORE",
                ),
            ),
        ),
    ]
