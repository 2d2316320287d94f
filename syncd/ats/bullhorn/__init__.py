"""Bullhorn, REST API (https://bullhorn.github.io/rest-api-docs).

``settings`` what the user writes; ``login`` how a session is got and given back; ``errors`` what
error bodies say; ``fields`` which fields are asked for; ``pages`` lists; ``rows`` one answer's rows
as values of the domain; ``applications`` submissions; ``notes`` notes; ``desk`` what writes need to
know; ``client`` the port; ``checks`` what ``syncd check`` says.
"""

from syncd.ats.bullhorn.client import Bullhorn, open_bullhorn
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.port import Connector

connector = Connector(
    type=Bullhorn.type,
    settings=BullhornSettings,
    capabilities=Bullhorn.capabilities,
    open=open_bullhorn,
)

__all__ = ["Bullhorn", "BullhornSettings", "connector"]
