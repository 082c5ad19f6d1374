"""Projects for QGIS beside a GeoPackage, so that its layers open as the pages draw them.

Which class a feature has is one expression, the same to QGIS and to SQL.
"""

from .project import ProjectLayer, options, project
from .views import View, export_views

__all__ = ["ProjectLayer", "View", "export_views", "options", "project"]
