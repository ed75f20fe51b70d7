from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ("researchers", "admins")


def make_groups(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


def keep_groups(_: Apps, __: BaseDatabaseSchemaEditor) -> None:
    """Going back keeps them: accounts may belong to them."""


class Migration(migrations.Migration):
    """The two groups that an admin puts accounts into are there from the first start, demo or not."""

    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(make_groups, keep_groups)]
