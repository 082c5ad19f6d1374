"""What no paper that is handed up may say: commands, files, rule sets, codes, raw days."""

import re

from weizhan.maps.paper.report import Grid, in_form

OURS = re.compile(
    r"weizhan|town\.toml|\[\[|--[a-z]|\.(csv|xlsx|html|json)\b|china-\d{4}|#[0-9a-f]{6}"
    r"|\d{4}-\d{2}-\d{2}|\b\d{4}[QH][1-4]\b|\b[a-z]+_[a-z]+\b"
)


def said_of(report, lang="zh"):
    """Return every text of a report as it is printed."""
    made = in_form(report, lang=lang)
    cells = [
        c for b in made.blocks if isinstance(b, Grid) for row in [b.head, *b.rows] for c in row
    ]
    return [made.title, made.subtitle, *(getattr(b, "said", "") for b in made.blocks), *cells]


def check_office_words(report):
    """Assert that a report says nothing that only we understand."""
    for said in said_of(report):
        assert not OURS.search(said), said
    assert "china-" in report.measured  # by what it was measured stands in the file's properties
