"""Ashby (https://developers.ashbyhq.com).

``settings`` what the user writes; ``errors`` what an answer means; ``calls`` calls and lists;
``rows`` one answer's rows as values of the domain; ``plans`` stages; ``jobs`` and
``applications`` what is read; ``lookups`` what writes need to know; ``client`` the port;
``checks`` what ``syncd check`` says; ``webhooks`` what is believed of a delivery.
"""

from syncd.ats.ashby.client import Ashby, open_ashby
from syncd.ats.ashby.settings import AshbySettings
from syncd.ats.ashby.webhooks import read_hint
from syncd.ats.port import Connector

connector = Connector(
    type=Ashby.type,
    settings=AshbySettings,
    capabilities=Ashby.capabilities,
    open=open_ashby,
    hint=read_hint,
)

__all__ = ["Ashby", "AshbySettings", "connector"]
