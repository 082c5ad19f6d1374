"""The documentation site: Chinese and English in one build, read from files without a network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "微站 weizhan"
author = "weizhan"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "formulas",
    "han_search",
    "languages",
    "notebooks",
    "reference",
]
exclude_patterns = ["gallery", "[!i]*.md"]  # trees take in what lies beside index.md
language = "zh_CN"  # of the theme's words; pages in English get theirs from `languages`
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", ".*")
]  # types of other libraries, and names behind faces, lead nowhere

nb_execution_mode = "off"  # `notebooks` runs them

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_use_type_comments = False
toc_object_entries = False
default_role = "py:obj"
python_maximum_signature_line_length = 90
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_attr_annotations = False

html_theme = "furo"
html_title = "微站 weizhan"
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_search_language = "zh"
html_show_search_summary = False  # it would fetch pages, which file:// does not allow
