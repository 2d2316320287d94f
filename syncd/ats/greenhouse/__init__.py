"""Greenhouse, Harvest v3 (https://harvestdocs.greenhouse.io).

``settings`` what the user writes; ``login`` how a token is got; ``errors`` what error bodies say;
``pages`` lists; ``rows`` one answer's rows as values of the domain; ``jobs`` jobs and their stages;
``applications`` applications and whose they are; ``moves`` stage moves; ``lookups`` what writes
need to know; ``client`` the port; ``checks`` what ``syncd check`` says; ``webhooks`` what is
believed of a delivery.
"""

from syncd.ats.greenhouse.client import Greenhouse, open_greenhouse
from syncd.ats.greenhouse.settings import GreenhouseSettings
from syncd.ats.greenhouse.webhooks import read_hint
from syncd.ats.port import Connector

connector = Connector(
    type=Greenhouse.type,
    settings=GreenhouseSettings,
    capabilities=Greenhouse.capabilities,
    open=open_greenhouse,
    hint=read_hint,
)

__all__ = ["Greenhouse", "GreenhouseSettings", "connector"]
