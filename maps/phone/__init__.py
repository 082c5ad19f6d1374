"""A round on a phone: one file beside the route sheet, offline, with several ways back.

What it sends is the rows of ``round.xlsx``, under the same ids.
"""

from .field_project import PACKAGE, PROJECT, write_field_project
from .phone_page import phone_page
from .round_form import round_form

__all__ = ["PACKAGE", "PROJECT", "phone_page", "round_form", "write_field_project"]
