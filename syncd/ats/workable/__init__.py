"""Workable, SPI v3 (https://workable.readme.io).

``settings`` what the user writes; ``rows`` one answer's rows as values of the domain; ``pages``
lists; ``people`` who acts, and why somebody is rejected; ``client`` the port; ``checks`` what
``syncd check`` says; ``webhooks`` what is believed of a delivery.
"""

from syncd.ats.port import Connector
from syncd.ats.workable.client import Workable, find_link, open_workable
from syncd.ats.workable.settings import WorkableSettings
from syncd.ats.workable.webhooks import read_hint

connector = Connector(
    type=Workable.type,
    settings=WorkableSettings,
    capabilities=Workable.capabilities,
    open=open_workable,
    hint=read_hint,
    link=find_link,
)

__all__ = ["Workable", "WorkableSettings", "connector"]
