"""What stands in HeyMilo: templates, blueprints, and postings by whose mark they carry."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.errors import CredentialsRefused, RemoteError
from syncd.heymilo.wire import Posting
from syncd.model.marks import EXTERNAL_ID, OWNER, Ownership
from syncd.phases.context import Context
from syncd.policy.postings import Observed

#: Posting fields that name another resource, and the setting that names it as a person sees it.
RESOURCES = {
    "sender_email_id": "sender_email",
    "phone_number_id": "phone_number",
    "email_template_group_id": "email_template_group",
    "design_template_group_id": "design_template_group",
}
COMPARED = ("title", "description", *RESOURCES)


@dataclass(slots=True)
class Scene:
    """HeyMilo's side, reduced to what the phase compares."""

    templates: dict[str, str] = field(default_factory=dict)  # folded code -> template id
    ours: dict[str, list[Observed]] = field(default_factory=lambda: defaultdict(list))
    foreign: dict[str, list[Observed]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    resources: dict[str, str] = field(default_factory=dict)  # posting field -> id
    unknown_resources: list[str] = field(default_factory=list)

    def template_id(self, code: str) -> str | None:
        return self.templates.get(code.strip().casefold())

    def title_taken_by(self, title: str) -> list[str]:
        """Live postings without any ATS mark that bear the title."""
        return self.titles.get(fold_title(title), [])


def fold_title(title: str) -> str:
    return " ".join(title.split()).casefold()


async def observe(ctx: Context) -> Scene:
    """Read templates, postings and the named resources of the settings."""
    scene = Scene()
    blueprints: set[str] = set()
    async for templates in ctx.heymilo.templates():
        for template in templates:
            scene.templates[template.template_code.strip().casefold()] = template.id
            if template.posting_id:
                blueprints.add(template.posting_id)
    seen = 0
    async for page in ctx.heymilo.postings():
        seen += len(page)
        ctx.progress("postings", "reading postings", seen)
        for wire in page:
            if wire.id in blueprints or wire.test_posting:
                continue
            posting = to_observed(ctx, wire)
            if posting.ownership is Ownership.UNMARKED:
                if posting.live and posting.status != "expired":
                    scene.titles[fold_title(posting.title)].append(posting.id)
            elif posting.job_id is not None:
                side = scene.ours if posting.ownership is Ownership.OURS else scene.foreign
                side[posting.job_id].append(posting)
    await _resolve_resources(ctx, scene)
    return scene


def to_observed(ctx: Context, wire: Posting) -> Observed:
    """A posting with its texts replaced by keyed hashes."""
    metadata: Mapping[str, str] = wire.metadata or {}
    ownership = ctx.marker.ownership(metadata)
    mapping = wire.ats_metadata or {}
    native = bool(mapping)
    return Observed(
        id=wire.id,
        title=wire.title,
        status=wire.status.strip().lower(),
        ownership=ownership,
        owner=metadata.get(OWNER, ""),
        job_id=ctx.marker.id_of(metadata.get(EXTERNAL_ID)),
        created_at=wire.created_at,
        deadline=wire.deadline,
        archived=wire.archived,
        test=wire.test_posting,
        native=native,
        mapped=native
        and not mapping.get("pending_activation")
        and bool(mapping.get("mapping_activated_at")),
        fields={name: hash_field(ctx, name, getattr(wire, name)) for name in COMPARED},
        metadata=dict(metadata) if ownership is Ownership.OURS else {},
    )


def hash_field(ctx: Context, name: str, value: str | None) -> str:
    """A keyed hash of one field's value; outer white space does not count."""
    return ctx.keyed.digest("field", name, (value or "").strip())


async def _resolve_resources(ctx: Context, scene: Scene) -> None:
    client = ctx.heymilo
    wanted = {field: getattr(ctx.settings.postings, name) for field, name in RESOURCES.items()}
    listings: dict[str, tuple[Callable[[], AsyncIterator[Sequence[Any]]], str]] = {
        "sender_email_id": (client.sender_emails, "full_email"),
        "phone_number_id": (client.phone_numbers, "phone_number"),
        "email_template_group_id": (client.email_template_groups, "name"),
        "design_template_group_id": (client.design_template_groups, "name"),
    }
    for target, text in wanted.items():
        if not text:
            continue
        listing, shown = listings[target]
        try:
            async for page in listing():
                for resource in page:
                    if text.strip().casefold() in (
                        str(getattr(resource, shown)).strip().casefold(),
                        resource.id.casefold(),
                    ):
                        scene.resources.setdefault(target, resource.id)
        except CredentialsRefused:
            raise
        except RemoteError as error:
            ctx.report.put_off(str(error))
        if target not in scene.resources:
            scene.unknown_resources.append(RESOURCES[target])
