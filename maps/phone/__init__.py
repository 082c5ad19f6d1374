"""A round on a phone: one file beside the route sheet, offline, with several ways back.

What it sends is the rows of ``round.xlsx``, under the same ids.
"""

from .phone_page import phone_page

__all__ = ["phone_page"]
