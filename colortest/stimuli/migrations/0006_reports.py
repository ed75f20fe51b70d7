import hashlib
from itertools import chain

from django.db import migrations

LOST = "It is not on the disk any more: upload it again."


def forwards(apps, schema_editor):
    """Photos and problems become rows of the report; an archive that waits becomes an upload of one chunk."""
    for test_set in apps.get_model("stimuli", "TestSet").objects.all():
        problems = list(test_set.problems)
        if test_set.status == "UPLOADED" and test_set.archive and not move_archive(apps, test_set):
            test_set.status, problems = "REJECTED", [("the upload", LOST)]
        if test_set.status == "REJECTED":
            test_set.status = "CHECKED"
        if test_set.status != "UPLOADED":
            test_set.entry_count = write_report(apps, test_set, problems)
        test_set.save()


def move_archive(apps, test_set):
    storage, name = test_set.archive.storage, test_set.archive.name
    if not storage.exists(name):
        return False
    with storage.open(name) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = storage.size(name)
    upload = apps.get_model("stimuli", "Upload").objects.create(
        file_name="upload.zip", byte_count=size, chunk_bytes=size
    )
    apps.get_model("stimuli", "Chunk").objects.create(upload=upload, position=0, sha256=digest, file=name)
    test_set.upload = upload
    return True


def write_report(apps, test_set, problems):
    ImportedFile = apps.get_model("stimuli", "ImportedFile")
    photos = apps.get_model("stimuli", "Photo").objects.filter(test_set=test_set).order_by("id")
    kept = ({"name": photo.name, "outcome": "KEPT", "photo": photo} for photo in photos.iterator())
    rejected = ({"name": name[:255], "outcome": "REJECTED", "reason": reason} for name, reason in problems)
    rows = [
        ImportedFile(test_set=test_set, position=position, **facts)
        for position, facts in enumerate(chain(kept, rejected))
    ]
    ImportedFile.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def backwards(apps, schema_editor):
    """Reports become lists of problems; an upload of several chunks is none that the older code could import."""
    for test_set in apps.get_model("stimuli", "TestSet").objects.all():
        left_out = test_set.imported_files.exclude(outcome="KEPT").order_by("position")
        test_set.problems = [(file.name, file.reason or "the same picture as another") for file in left_out]
        upload, test_set.upload = test_set.upload, None
        chunks = list(upload.chunks.all()) if upload else []
        if test_set.status == "UPLOADED" and len(chunks) == 1:
            test_set.archive = chunks[0].file.name
        elif test_set.status != "READY":
            test_set.status = "REJECTED"
        test_set.save()
        if upload:
            upload.delete()


class Migration(migrations.Migration):
    dependencies = [("stimuli", "0005_uploads")]

    operations = [migrations.RunPython(forwards, backwards)]
