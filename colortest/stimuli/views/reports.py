"""What became of every file of an upload: as a page, and as a CSV."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from colortest.access import admin_required
from colortest.formulas import guarded
from colortest.stimuli.models import ImportedFile, TestSet

FILES_PER_PAGE = 60
SPLITS_SHOWN = 40
AT_ONCE = 2000  # rows of the CSV
COLUMNS = ("file", "outcome", "split", "reason")


@admin_required
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Every file with its outcome, a page at a time; before it is accepted also its splits and the button for that."""
    test_set = get_object_or_404(TestSet, slug=slug)
    if test_set.status in (TestSet.Status.UPLOADING, TestSet.Status.UPLOADED):
        return redirect(test_set)
    counts = test_set.imported_files.counts()
    outcome = request.GET.get("outcome", "")
    files = test_set.imported_files.for_report()
    chosen = files.filter(outcome=outcome) if outcome in counts else files
    splits = test_set.photos.split_counts()
    context = {
        "test_set": test_set,
        "outcomes": [(one, ImportedFile.Outcome(one).label, count) for one, count in counts.items()],
        "outcome": outcome if outcome in counts else "",
        "total": sum(counts.values()),
        "page": Paginator(chosen, FILES_PER_PAGE).get_page(request.GET.get("page")),
        "splits": splits,
        "shown_splits": list(splits.items())[:SPLITS_SHOWN],
        "kept": counts[ImportedFile.Outcome.KEPT],
    }
    return render(request, "stimuli/report.html", context)


@admin_required
def report_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same as a table."""
    test_set = get_object_or_404(TestSet, slug=slug)
    if test_set.status == TestSet.Status.UPLOADING:
        raise Http404
    return as_csv(f"{slug}-report.csv", COLUMNS, _rows(test_set))


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """A table as a download, streamed; what a spreadsheet would take for a formula is marked."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow(list(map(guarded, row))) for row in chain([columns], rows))
    header = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=header)


class _Echo:
    """A file for the csv module that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _rows(test_set: TestSet) -> Iterator[Sequence[str]]:
    for file in test_set.imported_files.for_report().iterator(chunk_size=AT_ONCE):
        split = file.photo.split if file.photo and file.outcome == ImportedFile.Outcome.KEPT else ""
        yield file.name, file.get_outcome_display(), split, file.told
