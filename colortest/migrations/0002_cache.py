from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_table(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table of the cache, which counts failed logins."""

    dependencies = [("colortest", "0001_roles")]

    operations = [
        migrations.RunPython(make_table, migrations.RunPython.noop),
    ]
