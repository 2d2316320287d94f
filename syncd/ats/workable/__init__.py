"""Workable, SPI v3 (https://workable.readme.io).

``settings`` what the user writes; ``rows`` one answer's rows as values of the domain; ``pages``
lists; ``people`` who acts, and why somebody is rejected; ``client`` the port; ``checks`` what
``syncd check`` says.
"""

from syncd.ats.port import Connector
from syncd.ats.workable.client import Workable, open_workable
from syncd.ats.workable.settings import WorkableSettings

connector = Connector(
    type=Workable.type,
    settings=WorkableSettings,
    capabilities=Workable.capabilities,
    open=open_workable,
)

__all__ = ["Workable", "WorkableSettings", "connector"]
