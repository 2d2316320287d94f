"""Any ATS by the files it exports: jobs and applications in, results out.

``settings`` what the user writes; ``disk`` files that are whole; ``text`` letters, ``records``
rows, ``rows`` values of the domain; ``snapshot`` a table that was read through; ``staging`` and
``results`` what syncd tells; ``client`` the port; ``checks`` what ``syncd check`` says; ``trouble``
what may be wrong.
"""

from syncd.ats.folder.client import Folder, open_folder
from syncd.ats.folder.settings import FolderSettings
from syncd.ats.port import Connector

connector = Connector(
    type=Folder.type,
    settings=FolderSettings,
    capabilities=Folder.capabilities,
    open=open_folder,
)

__all__ = ["Folder", "FolderSettings", "connector"]
