"""Search of Chinese text without a dictionary: pairs of neighbouring characters are the words.

What is asked is cut in the same way in the browser, so that every phrase of the text is found.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import snowballstemmer
from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.zh import SearchChinese

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-zA-Z0-9_]+")

_SPLITTER = """
function splitQuery(query) {
  var words = query.match(/[a-zA-Z0-9_]+/g) || [];
  (query.match(/[\\u3400-\\u9fff]+/g) || []).forEach(function (run) {
    if (run.length === 1) words.push(run);
    for (var i = 0; i + 1 < run.length; i++) words.push(run.slice(i, i + 2));
  });
  return words;
}
"""


class SearchHan(SearchChinese):
    """Latin words are stemmed as English; of Chinese, characters and pairs are words."""

    js_splitter_code = _SPLITTER

    def init(self, options: dict[str, str]) -> None:
        """Stem as the script in the page does; Sphinx's own stemmer of Chinese does not."""
        self.stemmer = snowballstemmer.stemmer("porter")

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        latin = _LATIN.findall(input)
        self.latin_terms.update(latin)
        runs = _HAN.findall(input)
        return [*latin, *"".join(runs), *(a + b for run in runs for a, b in pairwise(run))]

    def word_filter(self, stemmed_word: str) -> bool:
        """Tell whether a word is worth a line of the index."""
        return len(stemmed_word) > 1 or bool(_HAN.match(stemmed_word))


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the place of Sphinx's own search of Chinese, which needs a dictionary."""
    languages["zh"] = SearchHan
    return {"parallel_read_safe": True}
