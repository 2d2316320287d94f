"""The workspace and what stands in it to be named: senders, numbers, template groups, webhooks."""

from collections.abc import AsyncIterator

from syncd.errors import NotFound
from syncd.heymilo.api import ROOT, Api, data_of, quoted, read, unusable
from syncd.heymilo.wire import (
    AtsConnection,
    DesignTemplateGroup,
    EmailTemplateGroup,
    PhoneNumber,
    SenderEmail,
    Voice,
    Webhook,
    Workspace,
)
from syncd.http.session import Slot


class Resources(Api):
    """What a workspace holds besides postings and people."""

    async def workspaces(self) -> list[Workspace]:
        """The workspaces of the key (one, for an API key); the cheapest proof of the key."""
        answer = await self._session.read(f"{ROOT}/workspaces")
        rows = data_of(answer)
        if not isinstance(rows, list):
            raise unusable(answer, "its data is no list")
        return [read(answer, Workspace, row) for row in rows]

    async def ats_connections(self) -> list[AtsConnection]:
        """HeyMilo's own ATS integrations; none where the API does not know the question."""
        found: list[AtsConnection] = []
        try:
            async for page in self._pages("/ats/connections", AtsConnection, "integration_id"):
                found.extend(page)
        except NotFound:
            return []
        return found

    def sender_emails(self) -> AsyncIterator[list[SenderEmail]]:
        """The addresses that invitations can come from."""
        return self._pages("/sender-emails", SenderEmail)

    def phone_numbers(self) -> AsyncIterator[list[PhoneNumber]]:
        """The numbers that texts can come from."""
        return self._pages("/phone-numbers", PhoneNumber)

    def email_template_groups(self) -> AsyncIterator[list[EmailTemplateGroup]]:
        """The sets of e-mail templates."""
        return self._pages("/email-template-groups", EmailTemplateGroup)

    def design_template_groups(self) -> AsyncIterator[list[DesignTemplateGroup]]:
        """The sets of design templates."""
        return self._pages("/design-template-groups", DesignTemplateGroup)

    def voices(self) -> AsyncIterator[list[Voice]]:
        """The voices an interviewer can have."""
        return self._pages("/voices", Voice)

    def webhooks(self) -> AsyncIterator[list[Webhook]]:
        """The active webhook registrations of every posting."""
        return self._pages("/webhooks", Webhook, "webhook_id")

    async def create_webhook(self, posting_id: str, url: str, event: str, slot: Slot) -> Webhook:
        """Register ``url`` for one event of one posting.

        The field is ``url`` in one published description and ``webhook_url`` in another: both are
        sent, and either is read.
        """
        fields = {"posting_id": posting_id, "url": url, "webhook_url": url, "event_type": event}
        answer = await self._send("POST", "/webhooks", slot, fields)
        return read(answer, Webhook, data_of(answer))

    async def delete_webhook(self, webhook_id: str, slot: Slot) -> None:
        """End a registration. Raises NotFound if there is none."""
        await self._send("DELETE", f"/webhooks/{quoted(webhook_id)}", slot)
