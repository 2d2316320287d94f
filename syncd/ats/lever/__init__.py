"""Lever, API v1 (https://hire.lever.co/developer/documentation).

``settings`` what the user writes; ``rows`` one answer's rows as values of the domain; ``pages``
lists; ``applications`` opportunities read; ``reasons`` why somebody is archived; ``client`` the
port; ``checks`` what ``syncd check`` says; ``webhooks`` what is believed of a delivery.
"""

from syncd.ats.lever.client import Lever, find_link, open_lever
from syncd.ats.lever.settings import LeverSettings
from syncd.ats.lever.webhooks import read_hint
from syncd.ats.port import Connector

connector = Connector(
    type=Lever.type,
    settings=LeverSettings,
    capabilities=Lever.capabilities,
    open=open_lever,
    hint=read_hint,
    link=find_link,
)

__all__ = ["Lever", "LeverSettings", "connector"]
